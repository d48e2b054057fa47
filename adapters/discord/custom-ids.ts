import { z } from 'zod'

const verbSchema = z.enum([
	...(['stop', 'answer-now', 'think-harder', 'regenerate', 'helpful', 'not-helpful', 'feedback-reason'] as const),
	...(['reply', 'send-reply'] as const),
	...(['show-answer', 'show-reasoning', 'open-stage', 'open-page'] as const),
])
export type Verb = z.infer<typeof verbSchema>

/** Which page of which stage of a run's record, both counted from 0. */
export type RecordPlace = { readonly stage: number; readonly page: number }

/**
 * What a button, a menu or a form is about. It all stands in the custom id that Discord hands back, so that any process can answer it,
 * also after a restart.
 */
export type Control = {
	readonly verb: Verb
	readonly runId: string
	/** Only `open-page` has one; the stage of `open-stage` is what was chosen. */
	readonly place: RecordPlace | null
}

export function printCustomId({ verb, runId, place }: Control): string {
	return [verb, runId, ...(place === null ? [] : [place.stage, place.page])].join(':')
}

/** Null for what is none of ours, or of another version. */
export function parseCustomId(customId: string): Control | null {
	const [, said = '', runId = '', stage, page] = /^([a-z-]+):([^:]+)(?::(\d{1,6}):(\d{1,6}))?$/.exec(customId) ?? []
	const verb = verbSchema.safeParse(said)
	if (!verb.success || runId === '') return null
	const place = stage === undefined || page === undefined ? null : { stage: Number(stage), page: Number(page) }
	return { verb: verb.data, runId, place }
}

/** What an option of the menu of stages stands for. */
export function printStageOption(stage: number): string {
	return String(stage)
}

/** The first stage where what was chosen is no number. */
export function parseStageOption(value: string): number {
	return /^\d{1,6}$/.test(value) ? Number(value) : 0
}
