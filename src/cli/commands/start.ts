import type { Config } from '../../config/index.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import { startHealthServer } from '../health-server.ts'
import { createLog } from '../log.ts'
import { runUntilToldToEnd } from '../process-end.ts'
import { openService } from '../service.ts'
import { readSettings } from '../settings.ts'
import { modelLine, startedLines } from '../started-lines.ts'

/** Runs everything in this process until it is told to end. Returns the exit status. */
export async function start(): Promise<number> {
	const { log, adopt } = createLog('info')
	return runUntilToldToEnd(log, async (opened) => {
		const config = readSettings()
		adopt(config)
		const service = await openService({ config, command: 'start', works: 'always', log }, opened)
		if (service.place === 'elsewhere') throw alreadyRunning(config)
		if (config.http !== null) opened.use('health', await startHealthServer(config.http, service))
		process.stdout.write(startedLines('Threadwise is running.', config, [modelLine(config)]))
		process.stdout.write('Ask from another terminal: npm run -s threadwise -- ask "your question". End with Ctrl-C.\n')
	})
}

function alreadyRunning({ storage }: Config): ThreadwiseError {
	const folder = storage.store === 'embedded' ? storage.dataFolder : ''
	return new ThreadwiseError('data-folder-held', `Threadwise already runs on the data folder ${folder}.`, {
		fix: 'Ask it: npm run threadwise -- ask "…". Or end it first, or set THREADWISE_DATA_DIR to another folder.',
	})
}
