import { limitsFor } from '../core/effort.ts'
import { type ErrorCode, ThreadwiseError } from '../core/errors.ts'
import type { JournalEventOf } from '../core/journal.ts'
import type { Progress, ReplyForm, StageContext } from '../core/stage.ts'
import { addUsage, noUsage, type Usage } from '../core/usage.ts'
import { stageReplies } from '../stages/index.ts'
import { answerReply } from './answer.ts'
import { createRunBudget } from './budget.ts'
import { complexityReply } from './complexity.ts'
import { directReply } from './direct.ts'
import { replayOf } from './replay.ts'
import type { ContextSession, ReasoningDependencies } from './session.ts'
import { createStageContext } from './stage-context.ts'

/** A prompt with its slots filled, and the alias of the model that it is for. */
export type PromptQuestion = {
	readonly prompt: string
	readonly model: string
	readonly values: Readonly<Record<string, string>>
}

/** What a model made of a prompt. */
export type PromptReply = {
	/** The object, or the text where the prompt is answered in text; null where `problem` says why there is none. */
	readonly value: unknown
	/** What keeps a stage from using the reply, in a sentence. */
	readonly problem: string | null
	/** The last reply as it was written. */
	readonly text: string
	/** More than one call: the first reply could not be used. */
	readonly usage: Usage
}

/** What a prompt may be to blame for. Whatever else fails says nothing about it. */
const repliesToBlame: ReadonlySet<ErrorCode> = new Set(['model-malformed', 'model-length', 'model-filtered'])

const forms: Readonly<Record<string, ReplyForm>> = {
	complexity: complexityReply,
	direct: directReply,
	answer: answerReply,
	...stageReplies,
}

/**
 * Puts one prompt to a model outside of any run, with the form, the limits, the repair and the retries of the stage that uses it.
 * @throws ThreadwiseError `prompt` for a prompt that no stage asks with; `model-…` where the model can't be reached.
 */
export async function askPrompt(
	{ prompt, model, values }: PromptQuestion,
	dependencies: Pick<ReasoningDependencies, 'models' | 'prompts'>,
	signal: AbortSignal,
): Promise<PromptReply> {
	const { name } = dependencies.prompts.get(prompt).identity
	const form = forms[name] ?? nobodyAsks(name)
	const node = { id: 'prompt', model, prompt }
	const options = { effort: 'medium', limits: limitsFor('staged', 'medium') } as const
	const context = createStageContext(sessionAlone(dependencies, signal), node, options)
	const ends: JournalEventOf<'model-call-end'>[] = []
	const said = () => ({
		text: ends.at(-1)?.content?.text ?? '',
		usage: ends.map(({ usage }) => usage).reduce(addUsage, noUsage),
	})
	try {
		const value = await resultOf(asking(form, values, context), ends)
		return { value, problem: null, ...said() }
	} catch (error) {
		if (!(error instanceof ThreadwiseError) || !repliesToBlame.has(error.code)) throw error
		return { value: null, problem: error.message, ...said() }
	}
}

function asking(form: ReplyForm, values: PromptQuestion['values'], context: StageContext): Progress<unknown> {
	const { maxOutputTokens, output } = form
	const call = { key: 'reply', values, maxOutputTokens }
	return output === undefined ? context.ask(call) : context.askStructured({ ...call, output })
}

async function resultOf(asked: Progress<unknown>, ends: JournalEventOf<'model-call-end'>[]): Promise<unknown> {
	for (;;) {
		const { done, value } = await asked.next()
		if (done === true) return value
		if (value.kind === 'model-call-end') ends.push(value)
	}
}

/** Nobody limits what is asked outside of runs. */
function sessionAlone(
	{ models, prompts }: Pick<ReasoningDependencies, 'models' | 'prompts'>,
	signal: AbortSignal,
): ContextSession {
	const unlimited = {
		tokens: Number.POSITIVE_INFINITY,
		usd: Number.POSITIVE_INFINITY,
		seconds: Number.POSITIVE_INFINITY,
	}
	return {
		run: { id: 'prompt-check' },
		question: '',
		history: '',
		replay: replayOf([]),
		budget: createRunBudget(unlimited, noUsage, { tokens: 0, costMicroUsd: 0 }),
		account: null,
		models,
		prompts,
		signal,
	}
}

function nobodyAsks(name: string): never {
	throw new ThreadwiseError('prompt', `No stage says what the prompt "${name}" is answered in.`, {
		fix: `Add "${name}" to the replies of its stage; there are ${Object.keys(forms).join(', ')}.`,
	})
}
