import type { z } from 'zod'
import type { EffortLimits } from './effort.ts'
import type { JournalEvent } from './journal.ts'
import type { ModelKind } from './language-model.ts'
import type { Effort } from './run-preferences.ts'
import type { StageKind } from './workflow.ts'

/** What happens inside a stage; the runner adds the node, and has it written to the journal before the stage's next request. */
export type StageEvent = Extract<
	JournalEvent,
	{
		kind:
			| 'stage-delta'
			| 'model-call-start'
			| 'model-call-end'
			| 'subtask-end'
			| 'checkpoint'
			| 'sample'
			| 'verdict'
			| 'correction'
			| 'tool-call'
			| 'tool-result'
			| 'answer-delta'
	}
>

/** Work that reports what happens while it goes on. Compose with `yield*`; run several side by side with `parallel`. */
export type Progress<Result> = AsyncGenerator<StageEvent, Result, void>

/** A question back that was asked in this run. `answer` is null where the asker didn't say anything in time. */
export type Clarification = { readonly question: string; readonly answer: string | null }

/** One request to a model. `key` is unique within the node and the same in every attempt: a journaled result is reused. */
export type Ask = {
	readonly key: string
	readonly values: Readonly<Record<string, string>>
	readonly maxOutputTokens: number
	/** Which sample of the same prompt this is; 0 if absent. */
	readonly sample?: number
	/** One of the node's further calls, whose model and prompt are used instead of the node's own. */
	readonly call?: string
}

export type AskStructured<Output> = Ask & {
	readonly output: { readonly name: string; readonly schema: z.ZodType<Output> }
	/** Whether a reply that doesn't fit is asked for again, once. True if absent. */
	readonly repair?: boolean
}

/** What a prompt is answered in: the room for the reply, and its shape where that isn't text. */
export type ReplyForm<Output = unknown> = Pick<Ask, 'maxOutputTokens'> & Partial<Pick<AskStructured<Output>, 'output'>>

/** What a stage may use. Everything else it needs comes in as inputs. */
export type StageContext = {
	readonly question: string
	/** The turns before the question, rendered for a prompt. */
	readonly history: string
	/** The questions back so far, oldest first. */
	readonly clarifications: readonly Clarification[]
	readonly effort: Effort
	readonly limits: EffortLimits
	/** What kind of model the node's alias is. */
	readonly modelKind: ModelKind
	/** The kinds of the stages that come after this one in the workflow. */
	readonly laterStages: readonly StageKind[]
	/** The names of the node's further calls. */
	readonly calls: readonly string[]
	readonly signal: AbortSignal
	/**
	 * Asks for text. `stream` reports the reply as `answer-delta` while it is written. A reply that was cut off at its limit is
	 * asked for once more, shorter; one that stays cut off says so at its end.
	 */
	ask(call: Ask & { readonly stream?: boolean }): Progress<string>
	/**
	 * Asks for a value of a shape, with one repair request. A reply that was cut off at its limit is never mended.
	 * @throws ThreadwiseError `model-malformed` if no reply fits.
	 */
	askStructured<Output>(call: AskStructured<Output>): Progress<Output>
	/** The same, but null where the model has replied and no reply fits, for what can do without. */
	askReadable<Output>(call: AskStructured<Output>): Progress<Output | null>
	/**
	 * Runs work side by side, each with a context of its own; results in order. If one fails, the model calls of the others are
	 * aborted and its error is thrown. If one isn't covered by the budget, the others end first.
	 */
	parallel<Result>(work: readonly ((context: StageContext) => Progress<Result>)[]): Progress<readonly Result[]>
}

/** Any stage, for where its types don't matter. */
// biome-ignore lint/suspicious/noExplicitAny: a stage is contravariant in its inputs, so only `any` holds every stage; kept in this one line.
export type AnyStage = Stage<any, any>

/** A stage whose output is used where the workflow has it. */
export type OptionalNeed<Needed extends AnyStage = AnyStage> = { readonly optional: Needed }
export type StageNeeds = Readonly<Record<string, AnyStage | OptionalNeed>>
export type OutputOf<S> = S extends Stage<infer Output, infer _Needs> ? Output : never
export type StageInputs<Needs extends StageNeeds> = {
	readonly [Name in keyof Needs]: Needs[Name] extends OptionalNeed<infer Needed>
		? OutputOf<Needed> | null
		: OutputOf<Needs[Name]>
}

/** Declares that a stage can do without another one's output, which is null then. */
export function optional<Needed extends AnyStage>(stage: Needed): OptionalNeed<Needed> {
	return { optional: stage }
}

/** The stage that is needed, and whether it may be missing. */
export function needOf(need: AnyStage | OptionalNeed): { readonly stage: AnyStage; readonly isOptional: boolean } {
	return 'optional' in need ? { stage: need.optional, isOptional: true } : { stage: need, isOptional: false }
}

/** What a stage that isn't run puts out instead, and why it isn't. */
export type Skipped<Output> = {
	readonly reason: 'not-needed' | 'effort'
	/** For people, a sentence. */
	readonly because: string
	readonly output: Output
}

export type Circumstances = Pick<StageContext, 'question' | 'effort' | 'limits' | 'modelKind'>

/**
 * One of the six stages. It yields what happens, returns a value that its schema checks, and names the stages whose
 * outputs it needs, so its inputs are typed.
 */
export type Stage<Output, Needs extends StageNeeds> = {
	readonly kind: StageKind
	readonly needs: Needs
	readonly output: z.ZodType<Output>
	/** The further calls that it makes where the workflow gives them; `any` of whatever names. None if absent. */
	readonly calls?: readonly string[] | 'any'
	/** What each of its prompts is answered in, by the name of the prompt. */
	readonly replies?: Readonly<Record<string, ReplyForm>>
	run(inputs: StageInputs<Needs>, context: StageContext): Progress<Output>
	/** Whether there is nothing to do for it here, asked before it begins; it is always run if absent. */
	skip?(inputs: StageInputs<Needs>, circumstances: Circumstances): Skipped<Output> | null
	/** What the run goes on with when the budget doesn't cover this stage; if absent, the run ends there. */
	withoutBudget?(inputs: StageInputs<Needs>, circumstances: Circumstances): Output
	/** What only the asker can say, asked back before the run goes on; null if nothing. */
	asksBack?(output: Output): string | null
	/** The line that people see before they open the stage. */
	summarize(output: Output): string
	/** The lines that people see when they open it, in Markdown, readable without the other stages. */
	describe(output: Output): readonly string[]
}

/** Declares a stage with its types inferred. */
export function defineStage<Output, const Needs extends StageNeeds>(stage: Stage<Output, Needs>): Stage<Output, Needs> {
	return stage
}
