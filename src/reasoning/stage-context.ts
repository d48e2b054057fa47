import { AbortedError, mergeSignals } from '../core/abort.ts'
import type { EffortLimits } from '../core/effort.ts'
import type { LanguageModel, ModelMessage, ModelRequest } from '../core/language-model.ts'
import type { Effort } from '../core/run-preferences.ts'
import type { Ask, StageContext } from '../core/stage.ts'
import { askForStructure } from './ask-for-structure.ts'
import { askForText } from './ask-for-text.ts'
import { callModel } from './model-call.ts'
import { parallel } from './parallel.ts'
import type { Session } from './session.ts'

/** The node that a context serves: its id, and the model and prompt that the workflow gives it. */
export type NodeCall = { readonly id: string; readonly model: string; readonly prompt: string }

/** A further sample of the same prompt must be able to come out differently. */
const resampleTemperature = 0.7

export type ContextOptions = {
	readonly effort: Effort
	readonly limits: EffortLimits
	readonly purpose?: 'work' | 'answer'
}

/** What a node may use, bound to its session. */
export function createStageContext(session: Session, node: NodeCall, options: ContextOptions): StageContext {
	const { effort, limits, purpose = 'work' } = options
	const send = (
		call: Ask,
		key: string,
		messages: readonly ModelMessage[],
		extra: Partial<ModelRequest> & { stream?: boolean; restart?: boolean },
	) => {
		const { stream = false, restart = false, ...request } = extra
		const model = session.models(call.model ?? node.model)
		return callModel(
			{
				nodeId: node.id,
				key,
				model,
				prompt: session.prompts.get(call.prompt ?? node.prompt),
				request: {
					messages,
					maxOutputTokens: call.maxOutputTokens,
					...samplingOf(call),
					...effortOf(model, effort),
					callId: `${session.run.id}/${node.id}/${key}`,
					...request,
				},
				purpose,
				stream,
				restart,
			},
			session,
		)
	}
	const messagesOf = (call: Ask) => session.prompts.get(call.prompt ?? node.prompt).fill(call.values)
	return {
		question: session.question,
		history: session.history,
		effort,
		limits,
		signal: session.signal,
		ask: ({ stream = false, ...call }) =>
			askForText(call.key, messagesOf(call), session.signal, (key, messages, restart) =>
				send(call, key, messages, { stream, restart }),
			),
		askStructured: (call) =>
			askForStructure(call, messagesOf(call), (key, messages, output) => send(call, key, messages, { output })),
		remember: (key, schema, compute) => session.remember(`${node.id}/${key}`, schema, compute),
		parallel: (work) => {
			const siblings = new AbortController()
			const signal = mergeSignals(session.signal, siblings.signal)
			const context = createStageContext({ ...session, signal }, node, options)
			return parallel(
				work.map((start) => start(context)),
				() => siblings.abort(new AbortedError('sibling-failed')),
			)
		},
	}
}

function samplingOf({ sample = 0 }: Ask): Partial<ModelRequest> {
	return sample === 0 ? { sample } : { sample, temperature: resampleTemperature }
}

function effortOf(model: LanguageModel, effort: Effort): Partial<ModelRequest> {
	return model.kind === 'reasoning' ? { reasoningEffort: effort } : {}
}
