import type { Config } from '../config/index.ts'
import { ThreadwiseError } from '../core/errors.ts'
import { startHealthServer } from './health-server.ts'
import { createLog } from './log.ts'
import { runUntilToldToEnd } from './process-end.ts'
import { openRuntime, type Runtime } from './runtime.ts'
import { readSettings } from './settings.ts'
import { startedLines } from './started-lines.ts'

/** One of the two halves of Threadwise that run as processes of their own. */
export type Half = {
	readonly command: 'bot' | 'worker'
	/** Starts what this half does beyond what both do. */
	begin(runtime: Runtime): Promise<void>
	/** What this half tells when it has started. */
	describe(config: Config): readonly string[]
}

/** Runs one half until it is told to end. Returns the exit status. */
export async function runHalf({ command, begin, describe }: Half): Promise<number> {
	const { log, adopt } = createLog('info')
	return runUntilToldToEnd(log, async (opened) => {
		const config = readSettings()
		adopt(config)
		if (config.storage.store === 'embedded') throw needsServer(command)
		const runtime = await openRuntime({ config, log }, opened)
		// Before any run is taken: a port that can't be had ends the process.
		if (config.http !== null) opened.use('health', await startHealthServer(config.http, runtime))
		await begin(runtime)
		process.stdout.write(startedLines(`The ${command} is running.`, config, describe(config)))
	})
}

function needsServer(command: string): ThreadwiseError {
	return new ThreadwiseError(
		'config',
		`"${command}" shares its database with other processes, but DATABASE_URL is not set.`,
		{
			fix: 'Set DATABASE_URL to a PostgreSQL server, or run everything in one process: npm run threadwise -- start.',
		},
	)
}
