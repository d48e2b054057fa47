import { z } from 'zod'
import type { PlatformNotes } from '../../src/core/platform-notes.ts'
import type { AnswerRight } from './client.ts'

/** The answer to an interaction: Discord lets it be changed for a quarter of an hour. */
export type Answer = AnswerRight & {
	readonly channelId: string
	/** The message that shows it. */
	readonly messageId: string
	/** In milliseconds since 1970. */
	readonly changeableUntil: number
	/** Whether the bot can also reach it as any other message, for as long as it likes. */
	readonly isReachable: boolean
	readonly isPrivate: boolean
	/** What was asked, where others see the answer: Discord shows them the name of the command alone. Empty for any other. */
	readonly asked: string
}

/** What began a run: an interaction, or another run's button. */
export type AnswerKey = `asked:${string}` | `again:${string}`

/** The answers to interactions, known to every process and after a restart. */
export type Answers = {
	keep(key: AnswerKey, answer: Answer): Promise<void>
	/** Keeps it unless there is one by then, and returns the one that is kept. */
	keepFirst(key: AnswerKey, answer: Answer): Promise<Answer>
	find(key: string): Promise<Answer | null>
	/** Writes down which further messages a run has got, before the next one: nobody can ask Discord for them. */
	keepParts(runId: string, handles: readonly string[]): Promise<void>
	parts(runId: string): Promise<readonly string[]>
}

const answerSchema = z.object({
	applicationId: z.string(),
	token: z.string(),
	channelId: z.string(),
	messageId: z.string(),
	changeableUntil: z.number(),
	isReachable: z.boolean(),
	isPrivate: z.boolean(),
	// Absent in what versions have kept that didn't show it.
	asked: z.string().default(''),
})
/** Long after it can be changed: a run may last, and a question back waits for a day. */
const keptForMs = 2 * 86_400_000
const mostRemembered = 1_000

export function createAnswers(notes: PlatformNotes): Answers {
	const known = new Map<string, Answer>()
	const remember = (key: string, answer: Answer) => {
		if (known.size >= mostRemembered) known.clear()
		known.set(key, answer)
		return answer
	}
	const keep = async (key: AnswerKey, answer: Answer) => {
		await notes.keep([{ key, text: JSON.stringify(answer) }], keptForMs)
		remember(key, answer)
	}
	const find = async (key: string) => {
		const before = known.get(key)
		// One that has ended may have been renewed by another process.
		if (before !== undefined && isChangeable(before)) return before
		const text = await notes.find(key)
		return text === null ? null : remember(key, answerSchema.parse(JSON.parse(text)))
	}
	return {
		keep,
		keepFirst: async (key, answer) => {
			// Whoever presses at the same moment has been heard by this process, too.
			const first = (await find(key)) ?? known.get(key) ?? remember(key, answer)
			if (first === answer) await keep(key, answer)
			return first
		},
		find,
		keepParts: (runId, handles) => notes.keep([{ key: `parts:${runId}`, text: JSON.stringify(handles) }], keptForMs),
		parts: async (runId) => {
			const text = await notes.find(`parts:${runId}`)
			return text === null ? [] : z.array(z.string()).parse(JSON.parse(text))
		},
	}
}

/** A little earlier than Discord ends it, which counts from its own clock. */
export function isChangeable({ changeableUntil }: Answer): boolean {
	return Date.now() < changeableUntil
}
