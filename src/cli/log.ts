import { type Logger, pino } from 'pino'

/** Logs go to standard error as JSON lines: standard output belongs to answers. */
export function createLog(level: 'silent' | 'warn' | 'info'): Logger {
	return pino({ name: 'threadwise', level, serializers: { error: pino.stdSerializers.err } }, pino.destination(2))
}
