import { type Logger, pino, stdTimeFunctions } from 'pino'
import type { Config, LogLevel } from '../config/index.ts'
import { createRedactor } from '../core/redaction.ts'
import { logFacts } from './log-facts.ts'

/** The log of a process, which exists before its configuration is read. */
export type Log = {
	readonly log: Logger
	/** Keeps to the configuration from now on: its level, where one is set, and its secrets. */
	adopt(config: Pick<Config, 'logLevel' | 'secrets'>): void
}

/**
 * Logs go to standard error as JSON lines: standard output belongs to answers. Whatever a line is made of, no secret of the
 * configuration leaves with it.
 */
export function createLog(level: LogLevel, destination: { write(line: string): unknown } = pino.destination(2)): Log {
	let redact = createRedactor([])
	const log = pino(
		{
			name: 'threadwise',
			level,
			timestamp: stdTimeFunctions.isoTime,
			formatters: { level: (label) => ({ level: label }), log: logFacts },
		},
		{ write: (line: string) => void destination.write(redact(line)) },
	)
	return {
		log,
		adopt: ({ logLevel, secrets }) => {
			if (logLevel !== null) log.level = logLevel
			redact = createRedactor(secrets)
		},
	}
}
