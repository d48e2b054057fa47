import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai'
import { z } from 'zod'
import type { Refusal } from './dialect.ts'

/** What can be known about a value that the client threw, before anything is concluded from it. */
export type ErrorFacts = {
	/** The HTTP status; also one that came as a number inside a stream. */
	readonly status: number | null
	/** The `code` and `type` of the server's error, in lower case. */
	readonly codes: readonly string[]
	readonly parameter: string | null
	/** The words of the server or of the failure. */
	readonly text: string
	readonly retryAfterMs: number | null
	/** The system's code of a broken connection, such as `ECONNREFUSED`. */
	readonly causeCode: string | null
	readonly isConnectionError: boolean
	readonly isTimeout: boolean
}

/** `nowMs` is only needed for a Retry-After header that names a date. */
export function errorFacts(thrown: unknown, nowMs: number): ErrorFacts {
	const body = thrown instanceof APIError ? serverErrorSchema.parse(thrown.error) : noServerError
	return {
		status: statusOf(thrown, body),
		codes: [body.code, body.type].flatMap((code) => (typeof code === 'string' ? [code.toLowerCase()] : [])),
		parameter: body.param,
		text: body.message ?? messageOf(thrown),
		retryAfterMs: thrown instanceof APIError ? retryAfterMs(thrown.headers, nowMs) : null,
		causeCode: causeCodeOf(thrown),
		isConnectionError: thrown instanceof APIConnectionError,
		isTimeout: thrown instanceof APIConnectionTimeoutError,
	}
}

const finalCodes = /content_filter|content_policy|model_not_found|invalid_api_key|insufficient_quota/

/** The refusal of a request's form, or null if the failure is of another kind. */
export function refusalOf(thrown: unknown): Refusal | null {
	const facts = errorFacts(thrown, 0)
	if (facts.status !== 400 && facts.status !== 422) return null
	return {
		parameter: facts.parameter,
		text: facts.text,
		final: facts.codes.some((code) => finalCodes.test(code)),
	}
}

const serverErrorSchema = z
	.object({
		message: z.string().nullable().catch(null),
		code: z.union([z.string(), z.number()]).nullable().catch(null),
		type: z.string().nullable().catch(null),
		param: z.string().nullable().catch(null),
	})
	.catch({ message: null, code: null, type: null, param: null })
type ServerError = z.infer<typeof serverErrorSchema>

const noServerError: ServerError = { message: null, code: null, type: null, param: null }

function statusOf(thrown: unknown, body: ServerError): number | null {
	if (thrown instanceof APIError && typeof thrown.status === 'number') return thrown.status
	const code = Number(body.code)
	return Number.isInteger(code) && code >= 400 && code <= 599 ? code : null
}

function messageOf(thrown: unknown): string {
	if (thrown instanceof Error) return thrown.message
	return typeof thrown === 'string' ? thrown : `a thrown ${typeof thrown}`
}

function retryAfterMs(headers: Headers | undefined, nowMs: number): number | null {
	const milliseconds = headers?.get('retry-after-ms')
	if (milliseconds && Number.isFinite(Number(milliseconds))) return atLeastZero(Number(milliseconds))
	const value = headers?.get('retry-after')
	if (!value) return null
	if (Number.isFinite(Number(value))) return atLeastZero(Number(value) * 1_000)
	const date = Date.parse(value)
	return Number.isNaN(date) ? null : atLeastZero(date - nowMs)
}

function atLeastZero(milliseconds: number): number {
	return Math.max(0, Math.ceil(milliseconds))
}

const deepestCause = 6

/** The first code along the chain of causes; an aggregate (one failure per tried address) counts with its first error. */
function causeCodeOf(thrown: unknown, depth = 0): string | null {
	if (!(thrown instanceof Error) || depth > deepestCause) return null
	if ('code' in thrown && typeof thrown.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(thrown.code)) return thrown.code
	const inner = thrown instanceof AggregateError ? (thrown.cause ?? thrown.errors[0]) : thrown.cause
	return causeCodeOf(inner, depth + 1)
}
