import { AbortedError } from '../core/abort.ts'
import { ThreadwiseError } from '../core/errors.ts'

const deepest = 8
const hidden = '[secret]'
/** `inputTokens` is a number of tokens, `botToken` is one. */
const secretName = /(?:authorization|cookie|api[-_]?key|password|secret|token)$/i

/**
 * What of an object is logged: fields as they are, without those whose names say that they are secret, and of every error in it, at
 * any depth, only what can't quote anybody.
 */
export function logFacts(fields: object): Record<string, unknown> {
	return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, factOf(name, value, 0)]))
}

function factOf(name: string, value: unknown, depth: number): unknown {
	if (secretName.test(name)) return hidden
	if (typeof value !== 'object' || value === null) return value
	if (depth > deepest) return '…'
	if (value instanceof Error) return errorFacts(value, depth)
	if (Array.isArray(value)) return value.map((item) => factOf('', item, depth + 1))
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, factOf(key, item, depth + 1)]))
}

/**
 * What of an error is logged. Its message may quote what a person or a model wrote (the parser of JSON does, and model servers do), so
 * it is left out unless the words are our own or the system's; name, code and the places in the code say what happened. Other properties
 * are left out: a driver's error carries the command that failed, and so the password.
 */
function errorFacts(error: Error, depth: number): unknown {
	const message = tellableMessage(error)
	return {
		name: error.name,
		...(message === null ? {} : { message }),
		...('code' in error && isCode(error.code) ? { code: error.code } : {}),
		stack: placesOf(error),
		...(error.cause === undefined ? {} : { cause: causeFact(error.cause, depth) }),
		...(error instanceof AggregateError ? { errors: error.errors.map((inner) => causeFact(inner, depth)) } : {}),
	}
}

function causeFact(cause: unknown, depth: number): unknown {
	return cause instanceof Error && depth < deepest ? errorFacts(cause, depth + 1) : `a thrown ${typeof cause}`
}

function isCode(code: unknown): boolean {
	return typeof code === 'number' || (typeof code === 'string' && /^[\w-]{1,60}$/.test(code))
}

function tellableMessage(error: Error): string | null {
	if (error instanceof ThreadwiseError) return error.code.startsWith('model-') ? null : error.message
	if (error instanceof AbortedError) return error.message
	// Of a connection, a file or a process: an address or a path at most. `ReplyError` is Redis's, which knows runs by their ids.
	return 'syscall' in error || error.name === 'ReplyError' || error.name === 'JournalUnavailable' ? error.message : null
}

/** The lines of the stack that name places, none of those that belong to the message. */
function placesOf({ stack = '', message }: Error): string {
	const header = message === '' ? -1 : stack.indexOf(message)
	const trace = header === -1 ? stack : stack.slice(header + message.length)
	return trace
		.split('\n')
		.filter((line) => /^ {4}at .+:\d+:\d+\)?$/.test(line))
		.join('\n')
}
