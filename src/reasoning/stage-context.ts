import { AbortedError, mergeSignals } from '../core/abort.ts'
import { textContent } from '../core/content.ts'
import type { EffortLimits } from '../core/effort.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { LanguageModel, ModelMessage, ModelRequest } from '../core/language-model.ts'
import type { Effort } from '../core/run-preferences.ts'
import type { Ask, AskStructured, Progress, StageContext } from '../core/stage.ts'
import { callModel } from './model-call.ts'
import { parallel } from './parallel.ts'
import type { Session } from './session.ts'
import { jsonSchemaFor, parseStructured } from './structured-output/index.ts'

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
		extra: Partial<ModelRequest> & { stream?: boolean },
	) => {
		const { stream = false, ...request } = extra
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
					...request,
				},
				purpose,
				stream,
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
		ask: ({ stream = false, ...call }) => send(call, call.key, messagesOf(call), { stream }),
		askStructured: (call) =>
			askStructured(call, messagesOf(call), (key, messages, output) => send(call, key, messages, { output })),
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

type Send = (
	key: string,
	messages: readonly ModelMessage[],
	output: NonNullable<ModelRequest['output']>,
) => Progress<string>

/** One repair request shows the model its reply and what is wrong with it; a second misfit is the model's failure. */
async function* askStructured<Output>(
	call: AskStructured<Output>,
	messages: readonly ModelMessage[],
	send: Send,
): Progress<Output> {
	const output = { name: call.output.name, schema: jsonSchemaFor(call.output.name, call.output.schema) }
	const first: string = yield* send(call.key, messages, output)
	const parsed = parseStructured(first, call.output.schema)
	if (parsed.ok) return parsed.value
	if (call.repair === false) throw unreadable(call.output.name, parsed.problem)
	const repairing = [...messages, ...repairRequest(first, parsed.problem)]
	const second: string = yield* send(`${call.key}-repair`, repairing, output)
	const repaired = parseStructured(second, call.output.schema)
	if (repaired.ok) return repaired.value
	throw unreadable(call.output.name, repaired.problem)
}

function unreadable(name: string, problem: string): ThreadwiseError {
	return new ThreadwiseError('model-malformed', `The model's ${name} could not be read: ${problem}`, {
		fix: 'Use a model that can write JSON reliably, or one whose server supports json_schema.',
	})
}

const longestShownReply = 8_000

function repairRequest(reply: string, problem: string): readonly ModelMessage[] {
	return [
		{ role: 'assistant', content: textContent(reply.slice(0, longestShownReply)) },
		{
			role: 'user',
			content: textContent(`That reply can't be used: ${problem}\nReply again with the corrected JSON object only.`),
		},
	]
}
