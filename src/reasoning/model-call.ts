import { setTimeout as sleep } from 'node:timers/promises'
import { textOf } from '../core/content.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalEventOf } from '../core/journal.ts'
import {
	costMicroUsd,
	type LanguageModel,
	type ModelChunk,
	type ModelMessage,
	type ModelRequest,
} from '../core/language-model.ts'
import type { Prompt } from '../core/prompt-source.ts'
import type { Progress } from '../core/stage.ts'
import type { Estimate } from './budget.ts'
import { retryDelayMs } from './retry-policy.ts'
import type { Session } from './session.ts'

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
}

type Finish = Extract<ModelChunk, { kind: 'finish' }>
type Reply = { readonly text: string; readonly finish: Finish }

/** Often enough to look alive, rare enough for the journal. */
const deltaIntervalMs = 250

/**
 * Makes a model call and records it, or takes its reply from the journal if an earlier attempt has made it.
 * @throws AbortedError when the budget doesn't cover it or the run is aborted; ThreadwiseError when the model fails for good.
 */
export async function* callModel(call: ModelCall, session: Session): Progress<string> {
	const replayed = session.replay.reply(call.nodeId, call.key)
	if (replayed !== null) return replayed
	session.signal.throwIfAborted()
	const { key: callKey, model, prompt, request } = call
	const reservation = session.budget.reserve(estimate(model, request), call.purpose)
	const startedAt = performance.now()
	yield { kind: 'model-call-start', callKey, alias: model.alias, prompt: prompt.identity }
	let end: JournalEventOf<'model-call-end'> | null = null
	try {
		const reply: Reply = yield* streamWithRetries(call, session)
		end = toEvent(call, reply, Math.round(performance.now() - startedAt))
	} finally {
		reservation.settle(end?.usage ?? noCall)
	}
	yield end
	return end.content?.text ?? ''
}

const noCall = { calls: 0, inputTokens: 0, outputTokens: 0, costMicroUsd: 0 }

async function* streamWithRetries(call: ModelCall, { signal, replay }: Session): Progress<Reply> {
	for (let attempt = 1; ; attempt++) {
		try {
			return yield* streamOnce(call, signal, attempt > 1 || replay.hasShown(call.nodeId))
		} catch (error) {
			signal.throwIfAborted()
			const delayMs = retryDelayMs(error, attempt, Math.random)
			if (delayMs === null) throw error
			await sleep(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted())
		}
	}
}

async function* streamOnce(call: ModelCall, signal: AbortSignal, again: boolean): Progress<Reply> {
	let text = ''
	let shown = 0
	let shownAt = performance.now()
	if (call.stream && again) yield delta('', true)
	for await (const chunk of call.model.stream(call.request, signal)) {
		if (chunk.kind === 'text-delta') text += chunk.text
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

/** The most that a call can cost: its whole output limit, and a token for every three characters of its input. */
function estimate(model: LanguageModel, request: ModelRequest): Estimate {
	const inputTokens = Math.ceil((lengthOf(request.messages) + JSON.stringify(request.output ?? '').length) / 3)
	const outputTokens = request.maxOutputTokens
	return {
		tokens: inputTokens + outputTokens,
		costMicroUsd: costMicroUsd(model.price, { inputTokens, outputTokens }),
	}
}

function lengthOf(messages: readonly ModelMessage[]): number {
	return messages.reduce((length, message) => length + textOf(message.content).length, 0)
}
