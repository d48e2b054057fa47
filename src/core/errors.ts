/** Every way Threadwise itself fails. Anything else that is thrown is a bug and is reported as `internal`. */
export type ErrorCode =
	| 'config'
	| 'usage'
	| 'interrupted'
	| 'data-folder-held'
	| 'question-empty'
	| 'question-too-long'
	| 'run-unknown'
	| 'run-lost'
	| 'store-unavailable'
	| 'store-refused'
	| 'queue-unavailable'
	| 'workflow'
	| 'prompt'
	| 'budget'
	| 'busy'
	| 'forbidden'
	| 'platform-unavailable'
	| 'platform-refused'
	| 'model-unreachable'
	| 'model-timeout'
	| 'model-overloaded'
	| 'model-auth'
	| 'model-quota'
	| 'model-request'
	| 'model-filtered'
	| 'model-length'
	| 'model-malformed'
	| 'internal'

/** Whether trying the same thing again can help; decided where the facts are known, by whoever throws. */
export type Retry = 'never' | { readonly afterMs: number | null }

/** What people, `--json` and the journal are told about a failure. */
export type ErrorReport = { readonly code: ErrorCode; readonly message: string; readonly fix: string }

/** The one error family of Threadwise: what happened, what to do about it and whether a retry helps. */
export class ThreadwiseError extends Error {
	override readonly name = 'ThreadwiseError'
	readonly code: ErrorCode
	readonly fix: string
	readonly retry: Retry

	constructor(code: ErrorCode, message: string, options: { fix: string; retry?: Retry; cause?: unknown }) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause })
		this.code = code
		this.fix = options.fix
		this.retry = options.retry ?? 'never'
	}
}

/** A model has replied, and what it wrote can't be read. */
export function unreadableReply(message: string): ThreadwiseError {
	return new ThreadwiseError('model-malformed', message, {
		fix: 'Use a model that can write JSON reliably, or one whose server supports json_schema.',
	})
}

/**
 * The report of any thrown value. A foreign error becomes `internal` without its message, which was written for programmers
 * and may quote what people wrote: whoever catches a bug also logs it.
 */
export function reportError(thrown: unknown): ErrorReport {
	if (thrown instanceof ThreadwiseError) return { code: thrown.code, message: thrown.message, fix: thrown.fix }
	return {
		code: 'internal',
		message: 'Something went wrong inside Threadwise.',
		fix: 'Try again. If it happens again, report it with the output of `threadwise trace <runId>`.',
	}
}
