import { AbortedError, mergeSignals } from '../core/abort.ts'
import type { EffortLimits } from '../core/effort.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { LanguageModel, ModelMessage, ModelRequest } from '../core/language-model.ts'
import type { Effort } from '../core/run-preferences.ts'
import type { Ask, StageContext } from '../core/stage.ts'
import type { StageKind } from '../core/workflow.ts'
import { askForStructure, nullIfUnreadable } from './ask-for-structure.ts'
import { askForText } from './ask-for-text.ts'
import { callModel } from './model-call.ts'
import { parallel } from './parallel.ts'
import type { ContextSession } from './session.ts'

type ModelAndPrompt = { readonly model: string; readonly prompt: string }

/** The node that a context serves: its id, and the models and prompts that the workflow gives it. */
export type NodeCall = ModelAndPrompt & {
	readonly id: string
	readonly calls?: Readonly<Record<string, ModelAndPrompt>>
}

/** A further sample of the same prompt must be able to come out differently. */
const resampleTemperature = 0.7

export type ContextOptions = {
	readonly effort: Effort
	readonly limits: EffortLimits
	readonly purpose?: 'work' | 'answer'
	/** None if absent. */
	readonly laterStages?: readonly StageKind[]
}

/** What a node may use, bound to its session. */
export function createStageContext(session: ContextSession, node: NodeCall, options: ContextOptions): StageContext {
	const { effort, limits, purpose = 'work', laterStages = [] } = options
	const send = (
		call: Ask,
		key: string,
		messages: readonly ModelMessage[],
		extra: Partial<ModelRequest> & { stream?: boolean; restart?: boolean },
	) => {
		const { stream = false, restart = false, ...request } = extra
		const used = usedBy(node, call)
		const model = session.models(used.model)
		return callModel(
			{
				nodeId: node.id,
				key,
				model,
				prompt: session.prompts.get(used.prompt),
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
	/** A stage may have more to say than an older version of its prompt asks for. */
	const messagesOf = (call: Ask) => {
		const prompt = session.prompts.get(usedBy(node, call).prompt)
		return prompt.fill(Object.fromEntries(Object.entries(call.values).filter(([name]) => prompt.slots.includes(name))))
	}
	const askStructured: StageContext['askStructured'] = (call) =>
		askForStructure(call, messagesOf(call), (key, messages, output) => send(call, key, messages, { output }))
	return {
		question: session.question,
		history: session.history,
		clarifications: session.replay.clarifications,
		effort,
		limits,
		modelKind: session.models(node.model).kind,
		laterStages,
		calls: Object.keys(node.calls ?? {}),
		signal: session.signal,
		ask: ({ stream = false, ...call }) =>
			askForText(call.key, messagesOf(call), session.signal, (key, messages, restart) =>
				send(call, key, messages, { stream, restart }),
			),
		askStructured,
		askReadable: (call) => nullIfUnreadable(askStructured(call)),
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

function usedBy(node: NodeCall, { call }: Ask): ModelAndPrompt {
	const used = call === undefined ? node : node.calls?.[call]
	if (used !== undefined) return used
	throw new ThreadwiseError('workflow', `The node "${node.id}" has no call "${call}".`, {
		fix: 'Correct the workflow file.',
	})
}

function samplingOf({ sample = 0 }: Ask): Partial<ModelRequest> {
	return sample === 0 ? { sample } : { sample, temperature: resampleTemperature }
}

function effortOf(model: LanguageModel, effort: Effort): Partial<ModelRequest> {
	return model.kind === 'reasoning' ? { reasoningEffort: effort } : {}
}
