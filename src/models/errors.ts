import { z } from 'zod'
import { type ErrorCode, type Retry, ThreadwiseError } from '../core/errors.ts'
import type { Redact } from '../core/redaction.ts'
import { type ErrorFacts, errorFacts } from './error-facts.ts'

/** Who was asked: what messages name, and how secrets are hidden in them. */
export type AskedModel = {
	readonly alias: string
	readonly model: string
	/** Host and port. */
	readonly server: string
	readonly redact: Redact
}

type Verdict = {
	readonly code: ErrorCode
	/** What follows the server's name, without the full stop. */
	readonly says: string
	readonly fix: string
	readonly retry: Retry
	/** Whether the server's own words are worth repeating. */
	readonly quotes?: boolean
}

/**
 * The one translation of whatever a model call throws. Never retries by itself, and no secret survives in the message
 * or in the cause. `nowMs` is the time against which a Retry-After date is counted.
 */
export function translateModelError(thrown: unknown, asked: AskedModel, nowMs = Date.now()): ThreadwiseError {
	if (thrown instanceof ThreadwiseError) return thrown
	const facts = errorFacts(thrown, nowMs)
	return failure(verdictOf(thrown, facts, asked), asked, facts.text)
}

/** The server was silent for longer than allowed. */
export function silenceError(silenceMs: number, asked: AskedModel): ThreadwiseError {
	const seconds = Math.round(silenceMs / 100) / 10
	return failure(timedOut(asked, ` for ${seconds} s`), asked)
}

/** The reply was refused by the model or by a filter; `detail` is what the model said about it. */
export function filteredError(asked: AskedModel, detail: string): ThreadwiseError {
	return failure(filtered(asked), asked, detail)
}

/** The reply had no visible text when the limit on tokens was reached. */
export function lengthError(asked: AskedModel): ThreadwiseError {
	const verdict: Verdict = {
		code: 'model-length',
		says: `reached the limit on tokens for ${asked.model} before the first visible word`,
		fix: `Allow longer replies, or give the alias ${asked.alias} a model that thinks less.`,
		retry: 'never',
	}
	return failure(verdict, asked)
}

/** The reply was not what the protocol promises; `problem` continues the sentence "the server …". */
export function malformedError(asked: AskedModel, problem: string, retry: Retry): ThreadwiseError {
	return failure({ code: 'model-malformed', says: problem, fix: malformedFix(asked), retry }, asked)
}

/** The reply ended without saying that it is complete. */
export function cutError(asked: AskedModel): ThreadwiseError {
	return failure(unreachable(`ended the reply of ${asked.model} before it was complete`), asked)
}

function verdictOf(thrown: unknown, facts: ErrorFacts, asked: AskedModel): Verdict {
	if (facts.status !== null) return verdictOfStatus(facts.status, facts, asked)
	if (facts.isTimeout && facts.causeCode !== 'UND_ERR_CONNECT_TIMEOUT') return timedOut(asked, '')
	if (facts.causeCode !== null || facts.isConnectionError || isBrokenFetch(thrown)) {
		const code = facts.causeCode ?? 'connection failed'
		return unreachable(`could not be reached or broke off while asking ${asked.model} (${code})`)
	}
	const kind = facts.codes.join(' ')
	if (isFilter(kind)) return filtered(asked)
	if (isQuota(kind)) return outOfQuota(asked)
	if (/rate_limit|overloaded|server_error|unavailable/.test(kind)) return overloaded(asked, facts)
	const isGarbage = thrown instanceof SyntaxError || thrown instanceof z.ZodError
	const says = isGarbage ? `answered for ${asked.model} with something that can't be read` : `failed for ${asked.model}`
	return {
		code: 'model-malformed',
		says,
		fix: malformedFix(asked),
		retry: { afterMs: null },
		quotes: !isGarbage,
	}
}

function verdictOfStatus(status: number, facts: ErrorFacts, asked: AskedModel): Verdict {
	const kind = facts.codes.join(' ')
	if (status === 402 || (status === 429 && isQuota(kind))) return outOfQuota(asked)
	if (status === 401 || status === 403) return refusedKey(asked, status)
	if (status === 404) return notFound(asked)
	if (status === 408 || status === 409 || status === 429 || status >= 500) return overloaded(asked, facts)
	if (isFilter(kind)) return filtered(asked)
	return refusedRequest(facts, asked)
}

function isQuota(kind: string): boolean {
	return /insufficient_quota|billing/.test(kind)
}

function isFilter(kind: string): boolean {
	return /content_filter|content_policy|responsibleai/.test(kind)
}

function isBrokenFetch(thrown: unknown): boolean {
	return thrown instanceof TypeError && /terminated|fetch failed/.test(thrown.message)
}

function overloaded({ model }: AskedModel, { status, retryAfterMs }: ErrorFacts): Verdict {
	return {
		code: 'model-overloaded',
		says: `${status === 429 ? 'limits requests' : 'is overloaded or failing'} for ${model} right now`,
		fix: 'Try again in a moment; if it keeps happening, run fewer questions at once or raise the limit at the provider.',
		retry: { afterMs: retryAfterMs },
		quotes: true,
	}
}

function outOfQuota({ model }: AskedModel): Verdict {
	return {
		code: 'model-quota',
		says: `has no quota left for ${model}`,
		fix: 'Add credit or raise the spending limit of the account that OPENAI_API_KEY belongs to.',
		retry: 'never',
	}
}

function refusedKey({ model }: AskedModel, status: number): Verdict {
	return {
		code: 'model-auth',
		says: status === 401 ? `does not accept the API key for ${model}` : `does not allow this API key to use ${model}`,
		fix: 'Check OPENAI_API_KEY, and that it is a key for the server in OPENAI_BASE_URL.',
		retry: 'never',
		quotes: true,
	}
}

function notFound({ alias, model }: AskedModel): Verdict {
	return {
		code: 'model-request',
		says: `knows no model ${model} at this address`,
		fix: `Check the model name ${model} of the alias ${alias}, and that OPENAI_BASE_URL ends where the API begins (often /v1).`,
		retry: 'never',
		quotes: true,
	}
}

function refusedRequest(facts: ErrorFacts, { alias, model }: AskedModel): Verdict {
	const isTooLong =
		facts.status === 413 ||
		/context_length/.test(facts.codes.join(' ')) ||
		/context (length|window|size)|prompt is too long|too many tokens/i.test(facts.text)
	return {
		code: 'model-request',
		says: isTooLong ? `finds the request too long for ${model}` : `refuses the request for ${model}`,
		fix: isTooLong
			? `Ask with less text or a shorter history, or give the alias ${alias} a model with a larger context window.`
			: `Check the settings of the alias ${alias}; the reason above is the server's own.`,
		retry: 'never',
		quotes: true,
	}
}

function filtered({ model }: AskedModel): Verdict {
	return {
		code: 'model-filtered',
		says: `or its model ${model} declined to answer`,
		fix: 'Ask in other words; the same question will be declined again.',
		retry: 'never',
		quotes: true,
	}
}

function timedOut({ alias, model }: AskedModel, howLong: string): Verdict {
	return {
		code: 'model-timeout',
		says: `said nothing for ${model}${howLong === '' ? ' in time' : howLong}`,
		fix: `Try again; if this model needs longer, raise the timeout of the alias ${alias}.`,
		retry: { afterMs: null },
	}
}

function unreachable(says: string): Verdict {
	return {
		code: 'model-unreachable',
		says,
		fix: 'Check that the model server is running and that OPENAI_BASE_URL points to it.',
		retry: { afterMs: null },
	}
}

function malformedFix({ alias }: AskedModel): string {
	return `Try again; if it keeps happening, check that OPENAI_BASE_URL is an OpenAI-compatible API and the model of the alias ${alias} works there.`
}

const longestDetail = 200

function failure(verdict: Verdict, { server, redact }: AskedModel, serverText = ''): ThreadwiseError {
	const words = redact(serverText).replace(/\s+/g, ' ').trim()
	const detail = words.slice(0, longestDetail).replace(/[.\s]+$/, '')
	const message = `${server} ${verdict.says}${verdict.quotes === true && detail !== '' ? `: ${detail}` : ''}.`
	// The original error is not kept as it is: its text and body may repeat the key.
	const cause = words === '' ? undefined : new Error(words.slice(0, 1_000))
	return new ThreadwiseError(verdict.code, message, { fix: verdict.fix, retry: verdict.retry, cause })
}
