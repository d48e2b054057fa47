import type { z } from 'zod'
import type { EffortLimits } from './effort.ts'
import type { JournalEvent } from './journal.ts'
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

/** One request to a model. `key` is unique within the node and the same in every attempt: a journaled result is reused. */
export type Ask = {
	readonly key: string
	readonly values: Readonly<Record<string, string>>
	readonly maxOutputTokens: number
	/** Which sample of the same prompt this is; 0 if absent. */
	readonly sample?: number
	/** Model alias and prompt other than the node's. */
	readonly model?: string
	readonly prompt?: string
}

export type AskStructured<Output> = Ask & {
	readonly output: { readonly name: string; readonly schema: z.ZodType<Output> }
	/** Whether a reply that doesn't fit is asked for again, once. True if absent. */
	readonly repair?: boolean
}

/** What a stage may use. Everything else it needs comes in as inputs. */
export type StageContext = {
	readonly question: string
	/** The turns before the question, rendered for a prompt. */
	readonly history: string
	readonly effort: Effort
	readonly limits: EffortLimits
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
	/** Computes something once per run, also across crashes. For what isn't a model call and may come out differently. */
	remember<Value>(key: string, schema: z.ZodType<Value>, compute: () => Promise<Value>): Promise<Value>
	/**
	 * Runs work side by side, each with a context of its own; results in order. If one fails, the model calls of the others are
	 * aborted and its error is thrown. If one isn't covered by the budget, the others end first.
	 */
	parallel<Result>(work: readonly ((context: StageContext) => Progress<Result>)[]): Progress<readonly Result[]>
}

/** Any stage, for where its types don't matter. */
// biome-ignore lint/suspicious/noExplicitAny: a stage is contravariant in its inputs, so only `any` holds every stage; kept in this one line.
export type AnyStage = Stage<any, any>

export type StageNeeds = Readonly<Record<string, AnyStage>>
export type OutputOf<S> = S extends Stage<infer Output, infer _Needs> ? Output : never
export type StageInputs<Needs extends StageNeeds> = { readonly [Name in keyof Needs]: OutputOf<Needs[Name]> }

/**
 * One of the six stages. It yields what happens, returns a value that its schema checks, and names the stages whose
 * outputs it needs, so its inputs are typed.
 */
export type Stage<Output, Needs extends StageNeeds> = {
	readonly kind: StageKind
	readonly needs: Needs
	readonly output: z.ZodType<Output>
	run(inputs: StageInputs<Needs>, context: StageContext): Progress<Output>
	/** The line that people see before they open the stage. */
	summarize(output: Output): string
	/** The lines that people see when they open it, in Markdown, readable without the other stages. */
	describe(output: Output): readonly string[]
}

/** Declares a stage with its types inferred. */
export function defineStage<Output, const Needs extends StageNeeds>(stage: Stage<Output, Needs>): Stage<Output, Needs> {
	return stage
}
