import { z } from 'zod'
import { actionIds } from './blocks.ts'

/** Which part of which run's reply a message is; it travels in the message. */
export type Mark = { readonly runId: string; readonly part: number }

const markType = 'threadwise_reply'

/** The metadata that tells it. */
export function markOf({ runId, part }: Mark) {
	return { event_type: markType, event_payload: { run_id: runId, part } }
}

const markedSchema = z.object({
	metadata: z.object({
		event_type: z.literal(markType),
		event_payload: z.object({ run_id: z.string(), part: z.coerce.number() }),
	}),
})

const questionType = 'threadwise_question'

/** The metadata of what somebody has asked with a command. */
export function questionMarkOf(id: string) {
	return { event_type: questionType, event_payload: { id } }
}

const markedQuestionSchema = z.object({
	ts: z.string(),
	metadata: z.object({ event_type: z.literal(questionType), event_payload: z.object({ id: z.string() }) }),
})

/** Which question a message of Slack's is, and its timestamp; null if it is none that was asked with a command. */
export function readQuestionMark(message: unknown): { readonly id: string; readonly ts: string } | null {
	const { data } = markedQuestionSchema.safeParse(message)
	return data === undefined ? null : { id: data.metadata.event_payload.id, ts: data.ts }
}

const stopButtonSchema = z.object({ action_id: z.literal(actionIds.stop), value: z.string() })
const streamedSchema = z.object({ blocks: z.array(z.object({ elements: z.array(z.unknown()).optional() })) })

/** What a message of Slack's is of which reply; null if of none. What is streamed is only known by its button. */
export function readMark(message: unknown): Mark | null {
	const marked = markedSchema.safeParse(message).data?.metadata.event_payload
	if (marked !== undefined) return { runId: marked.run_id, part: marked.part }
	const blocks = streamedSchema.safeParse(message).data?.blocks ?? []
	const elements = blocks.flatMap((block) => block.elements ?? [])
	const stop = elements.map((element) => stopButtonSchema.safeParse(element).data).find((data) => data !== undefined)
	return stop === undefined ? null : { runId: stop.value, part: 0 }
}

/**
 * The messages of a reply in the order of their parts. Where a part was posted anew, the newest counts; those it stands for come
 * last, as nothing is left to be shown in them.
 */
export function inOrder(messages: readonly { readonly ts: string; readonly part: number }[]): readonly string[] {
	const byPart = messages.toSorted((left, right) => left.part - right.part || Number(right.ts) - Number(left.ts))
	const isFirst = ({ part }: { readonly part: number }, index: number) => byPart[index - 1]?.part !== part
	const isReplaced = (message: { readonly part: number }, index: number) => !isFirst(message, index)
	return [...byPart.filter(isFirst), ...byPart.filter(isReplaced)].map(({ ts }) => ts)
}
