import { type Logger, pino } from 'pino'

/** Logs go to standard error as JSON lines: standard output belongs to answers. */
export function createLog(level: 'silent' | 'warn' | 'info'): Logger {
	return pino({ name: 'threadwise', level, serializers: { error: errorFacts } }, pino.destination(2))
}

/**
 * What of an error is logged. Other properties are left out: a driver's error carries the command that failed, and so the
 * password, or the address with it.
 */
function errorFacts(error: unknown): unknown {
	if (!(error instanceof Error)) return { message: withoutPasswords(String(error)) }
	const { name, message, stack = '' } = error
	const code = 'code' in error ? { code: error.code } : {}
	const cause = error.cause === undefined ? {} : { cause: errorFacts(error.cause) }
	return { name, message: withoutPasswords(message), ...code, stack: withoutPasswords(stack), ...cause }
}

/** An address may carry a password. */
function withoutPasswords(text: string): string {
	return text.replaceAll(/\/\/[^\s/]*@/g, '//(hidden)@')
}
