/** What Slack answers instead of doing something: `{ ok: false, error }`, with more fields where a code has them. */
export class SlackRefusal extends Error {
	readonly code: string
	readonly details: Readonly<Record<string, unknown>>
	/** Seconds to wait; makes the answer an HTTP 429. */
	readonly retryAfter: number | null

	constructor(code: string, details: Readonly<Record<string, unknown>> = {}, retryAfter: number | null = null) {
		super(code)
		this.code = code
		this.details = details
		this.retryAfter = retryAfter
	}
}
