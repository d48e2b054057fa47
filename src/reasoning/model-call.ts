import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, ThreadwiseError } from '../core/errors.ts'
import type { JournalEventOf } from '../core/journal.ts'
import { costMicroUsd, type LanguageModel, type ModelChunk, type ModelRequest } from '../core/language-model.ts'
import type { Prompt } from '../core/prompt-source.ts'
import type { Progress } from '../core/stage.ts'
import { noUsage } from '../core/usage.ts'
import type { Reservation } from './budget.ts'
import { mostOutputTokens } from './estimate.ts'
import type { ModelReply } from './model-reply.ts'
import { reserveInAll, reserveWhenCovered } from './reserve-call.ts'
import { retryDelayMs } from './retry-policy.ts'
import type { CallSession } from './session.ts'

/** One request of one node, ready to be sent. */
export type ModelCall = {
	readonly nodeId: string
	readonly key: string
	readonly model: LanguageModel
	readonly prompt: Prompt
	readonly request: ModelRequest
	readonly purpose: 'work' | 'answer'
	/** Reports the reply as `answer-delta` while it is written. */
	readonly stream: boolean
	/** Whether what the node has shown before is void when this reply is shown. */
	readonly restart?: boolean
}

type Finish = Extract<ModelChunk, { kind: 'finish' }>
type Reply = { readonly text: string; readonly finish: Finish }

/** Often enough to look alive, rare enough for the journal. */
const deltaIntervalMs = 250

/**
 * Makes a model call and records it, or takes its reply from the journal if an earlier attempt has made it.
 * @throws AbortedError when the budget doesn't cover it or the run is aborted; ThreadwiseError when the model fails for good.
 */
export async function* callModel(call: ModelCall, session: CallSession): Progress<ModelReply> {
	const replayed = session.replay.reply(call.nodeId, call.key)
	if (replayed !== null) return replayed
	session.signal.throwIfAborted()
	const { key: callKey, model, prompt } = call
	const reservation = await reserveWhenCovered(call, session)
	const startedAt = performance.now()
	const exchange: Exchange = { reservation, mayCost: false, hasText: false }
	let end: JournalEventOf<'model-call-end'> | null = null
	try {
		yield { kind: 'model-call-start', callKey, alias: model.alias, prompt: prompt.identity }
		const reply: Reply = yield* streamWithRetries(call, session, exchange)
		end = toEvent(call, reply, Math.round(performance.now() - startedAt))
	} finally {
		if (end !== null) exchange.reservation.settle(end.usage, end.usageEstimated)
		else if (exchange.mayCost) exchange.reservation.leave()
		else exchange.reservation.settle(noUsage)
	}
	if (ignoresItsLimit(end, model)) session.budget.endWork()
	yield end
	return { text: end.content?.text ?? '', finishReason: end.finishReason }
}

/** What is known of a call that hasn't ended: what covers it, and whether somebody may have to pay for its last attempt. */
type Exchange = { reservation: Reservation; mayCost: boolean; hasText: boolean }

/** Whoever says this has begun no reply. */
const refusals: ReadonlySet<ErrorCode> = new Set([
	'model-unreachable',
	'model-overloaded',
	'model-auth',
	'model-quota',
	'model-request',
])

/** Whether a reply was longer than it was allowed to be. Where we have counted it ourselves, only if that is beyond doubt. */
export function ignoresItsLimit(end: JournalEventOf<'model-call-end'>, model: LanguageModel): boolean {
	const most = mostOutputTokens(model, end.settings.maxOutputTokens)
	return end.usage.outputTokens > (end.usageEstimated ? 2 * most : most)
}

async function* streamWithRetries(call: ModelCall, session: CallSession, exchange: Exchange): Progress<Reply> {
	const { signal, replay } = session
	const isAgain = call.restart === true || replay.hasShown(call.nodeId)
	let tried = call
	for (let attempt = 1; ; attempt++) {
		signal.throwIfAborted()
		exchange.mayCost = true
		try {
			return yield* streamOnce(tried, signal, exchange, attempt > 1 || isAgain)
		} catch (error) {
			if (error instanceof ThreadwiseError && refusals.has(error.code)) exchange.mayCost = exchange.hasText
			signal.throwIfAborted()
			const next = nextTry(tried, error, attempt)
			if (next === null) throw error
			if (exchange.mayCost) await coverAgain(call, session, exchange)
			await sleep(next.delayMs, undefined, { signal }).catch(() => signal.throwIfAborted())
			tried = next.call
		}
	}
}

/** What to try after a failure, and when; null where nothing can help. */
function nextTry(tried: ModelCall, error: unknown, attempt: number): { call: ModelCall; delayMs: number } | null {
	const lessThought = thinkingLess(tried, error)
	if (lessThought !== null) return { call: lessThought, delayMs: 0 }
	const delayMs = retryDelayMs(error, attempt, Math.random)
	return delayMs === null ? null : { call: tried, delayMs }
}

const lessThan = { high: 'low', medium: 'low', low: 'none' } as const

/** A model whose hidden thinking took all the room is told to think less: otherwise it would do the same again. */
function thinkingLess(call: ModelCall, error: unknown): ModelCall | null {
	const { reasoningEffort } = call.request
	const usedUp = error instanceof ThreadwiseError && error.code === 'model-length'
	if (!usedUp || call.model.kind !== 'reasoning' || reasoningEffort === undefined || reasoningEffort === 'none')
		return null
	return { ...call, request: { ...call.request, reasoningEffort: lessThan[reasoningEffort] } }
}

/** What has come of a reply is paid for, although nobody says how much: its reservation stays, and the next attempt needs its own. */
async function coverAgain(call: ModelCall, session: CallSession, exchange: Exchange): Promise<void> {
	exchange.reservation.leave()
	exchange.mayCost = false
	exchange.hasText = false
	exchange.reservation = nothingReserved
	exchange.reservation = await reserveInAll(call, session)
}

const nothingReserved: Reservation = { settle: () => {}, leave: () => {} }

async function* streamOnce(call: ModelCall, signal: AbortSignal, exchange: Exchange, again: boolean): Progress<Reply> {
	let text = ''
	let shown = 0
	let shownAt = performance.now()
	if (call.stream && again) yield delta('', true)
	for await (const chunk of call.model.stream(call.request, signal)) {
		if (chunk.kind === 'text-delta') text += chunk.text
		exchange.hasText ||= text !== ''
		if (chunk.kind === 'finish') return { text, finish: chunk }
		if (call.stream && performance.now() - shownAt >= deltaIntervalMs && text.length > shown) {
			yield delta(text.slice(shown), false)
			shown = text.length
			shownAt = performance.now()
		}
	}
	throw new ThreadwiseError('model-malformed', `The reply of ${call.model.model} ended without saying so.`, {
		fix: 'Try again; if it stays, the model server does not keep to the protocol.',
		retry: { afterMs: null },
	})
}

function delta(text: string, restart: boolean) {
	return { kind: 'answer-delta', restart, content: { text } } as const
}

function toEvent(call: ModelCall, { text, finish }: Reply, elapsedMs: number): JournalEventOf<'model-call-end'> {
	const { inputTokens, outputTokens, estimated } = finish.usage
	const { request, model } = call
	return {
		kind: 'model-call-end',
		callKey: call.key,
		alias: model.alias,
		prompt: call.prompt.identity,
		model: finish.model,
		settings: {
			sample: request.sample ?? 0,
			maxOutputTokens: request.maxOutputTokens,
			...(request.temperature === undefined ? {} : { temperature: request.temperature }),
		},
		finishReason: finish.reason,
		usage: { calls: 1, inputTokens, outputTokens, costMicroUsd: costMicroUsd(model.price, finish.usage) },
		usageEstimated: estimated,
		elapsedMs,
		content: { text },
	}
}
