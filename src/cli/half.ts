import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'
import { ThreadwiseError } from '../core/errors.ts'
import { createLog } from './log.ts'
import { runUntilToldToEnd } from './process-end.ts'
import { openRuntime, type Runtime } from './runtime.ts'
import { readSettings } from './settings.ts'
import { startedLines } from './started-lines.ts'
import type { WebServer } from './web-server.ts'

/** One of the two halves of Threadwise that run as processes of their own. */
export type Half = {
	readonly command: 'bot' | 'worker'
	/** Looks at the configuration before anything is opened, if there is something to refuse. */
	check?(config: Config): void
	/** Starts what this half does beyond what both do. Returns what it tells when it has started. */
	begin(started: StartedHalf): Promise<readonly string[]>
}

/** What both halves have; the server is null where no port was named. */
export type StartedHalf = {
	readonly config: Config
	readonly runtime: Runtime
	readonly server: WebServer | null
	readonly log: Logger
}

/** Runs one half until it is told to end. Returns the exit status. */
export async function runHalf({ command, check, begin }: Half): Promise<number> {
	const { log, adopt } = createLog('info')
	return runUntilToldToEnd(log, async (opened) => {
		const config = readSettings()
		adopt(config)
		if (config.storage.store === 'embedded') throw needsServer(command)
		check?.(config)
		const runtime = await openRuntime({ config, log, isMeasured: config.http !== null }, opened)
		// Before any run is taken: a port that can't be had ends the process.
		const server = await openServer(config, runtime)
		if (server !== null) opened.use('web server', server)
		const lines = await begin({ config, runtime, server, log })
		process.stdout.write(startedLines(`The ${command} is running.`, config, server, lines))
	})
}

async function openServer({ http, playground }: Config, runtime: Runtime): Promise<WebServer | null> {
	if (http === null) return null
	const { startWebServer } = await import('./web-server.ts')
	return startWebServer(http, runtime, playground)
}

function needsServer(command: string): ThreadwiseError {
	return new ThreadwiseError(
		'config',
		`"${command}" shares its database with other processes, but DATABASE_URL is not set.`,
		{
			fix: 'Set DATABASE_URL to a PostgreSQL server, or run everything in one process: npm run -s threadwise -- start.',
		},
	)
}
