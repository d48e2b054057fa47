import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Refused } from '../../src/core/actor.ts'
import { type ErrorCode, reportError, ThreadwiseError } from '../../src/core/errors.ts'
import type { ApiFailure } from './page-view.ts'

/** Why a request gets no success: what is answered, and with which status. */
export class RequestFailure extends Error {
	override readonly name = 'RequestFailure'
	readonly status: ContentfulStatusCode
	readonly body: ApiFailure
	/** When it may be tried again; null where that won't help, or nobody knows. */
	readonly retryAfterMs: number | null

	constructor(status: ContentfulStatusCode, error: ApiFailure['error'], retryAfterMs: number | null = null) {
		super(error.message)
		this.status = status
		this.body = { error }
		this.retryAfterMs = retryAfterMs
	}
}

const statuses: Readonly<Partial<Record<ErrorCode, ContentfulStatusCode>>> = {
	'question-empty': 400,
	'question-too-long': 413,
	'run-unknown': 404,
	forbidden: 403,
	budget: 429,
	busy: 503,
	'store-unavailable': 503,
	'queue-unavailable': 503,
}

/** The failure that any thrown value is for whoever made the request. */
export function toFailure(thrown: unknown): RequestFailure {
	if (thrown instanceof RequestFailure) return thrown
	// What can't be read at all, such as JSON that is none.
	if (thrown instanceof HTTPException && thrown.status < 500) return unreadable(thrown)
	const report = reportError(thrown)
	const status = statuses[report.code] ?? 500
	const retry = thrown instanceof ThreadwiseError ? thrown.retry : 'never'
	return new RequestFailure(status, report, retry === 'never' ? null : retry.afterMs)
}

/** What somebody wanted and may not have, or not now. What no other status fits is in no state for it. */
export function refusedFailure({ code, message, fix, retryAfterMs }: Refused): RequestFailure {
	return new RequestFailure(statuses[code] ?? 409, { code, message, fix }, retryAfterMs)
}

function unreadable({ status, message }: HTTPException): RequestFailure {
	const error = { code: 'invalid-request', message: message === '' ? 'The request can’t be read.' : message }
	return new RequestFailure(status, { ...error, fix: 'Each request is described at /api/v1/openapi.json.' })
}

export function unknownRun(runId: string): RequestFailure {
	return new RequestFailure(404, {
		code: 'run-unknown',
		message: `There is no run ${runId}, or it is not yours to read.`,
		fix: 'Check the address: each run has its id in it.',
	})
}
