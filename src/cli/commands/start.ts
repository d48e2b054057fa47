import type { Config } from '../../config/index.ts'
import { reportError, ThreadwiseError } from '../../core/errors.ts'
import { createLog } from '../log.ts'
import { openService } from '../service.ts'
import { readSettings } from '../settings.ts'

/** Runs everything in this process until it is told to end. Returns the exit status. */
export async function start(): Promise<number> {
	try {
		const config = readSettings()
		await using service = await openService({ config, command: 'start', log: createLog('info') })
		if (service.place === 'elsewhere') throw alreadyRunning(config)
		process.stdout.write(`${startedLines(config).join('\n')}\n`)
		await endSignal()
		process.stdout.write('Ending: unfinished questions are handed back and go on at the next start.\n')
		return 0
	} catch (error) {
		const { message, fix } = reportError(error)
		process.stderr.write(`${message}\n${fix}\n`)
		return 1
	}
}

function endSignal(): Promise<void> {
	return new Promise((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM'] as const) {
			process.once(signal, () => {
				process.once(signal, () => process.exit(130))
				resolve()
			})
		}
	})
}

function alreadyRunning({ storage }: Config): ThreadwiseError {
	const folder = storage.store === 'embedded' ? storage.dataFolder : ''
	return new ThreadwiseError('data-folder-held', `Threadwise already runs on the data folder ${folder}.`, {
		fix: 'Ask it: npm run threadwise -- ask "…". Or end it first, or set THREADWISE_DATA_DIR to another folder.',
	})
}

function startedLines({ storage, models }: Config): readonly string[] {
	const database = storage.store === 'embedded' ? `embedded, in ${storage.dataFolder}` : 'PostgreSQL server'
	const queue = storage.queue === 'redis' ? 'Redis' : 'in the database'
	const model =
		models.kind === 'practice'
			? 'practice model (set OPENAI_API_KEY in .env to connect a real one)'
			: Object.entries(models.settings.aliases)
					.map(([alias, { model: name }]) => `${alias} = ${name}`)
					.join(', ')
	return [
		'Threadwise is running.',
		`  Database  ${database}`,
		`  Queue     ${queue}`,
		`  Model     ${model}`,
		'Ask from another terminal: npm run -s threadwise -- ask "your question". End with Ctrl-C.',
	]
}
