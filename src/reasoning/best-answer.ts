import { z } from 'zod'
import type { JournalEvent, JournalEventOf } from '../core/journal.ts'
import { answerNode } from './answer.ts'
import { directNode } from './direct.ts'
import { markedAsCut } from './final-answer.ts'

/** What a stopped run can still offer. */
export type BestAnswer = {
	readonly answer: string
	/** The nodes that didn't end, in their order; what they would have checked is open. */
	readonly skipped: readonly string[]
}

type Placed = JournalEvent & { readonly nodeId?: string | undefined }

/** The best that a journal holds: the answer as far as it was written, else what was decided and results, else what was understood. */
export function bestAnswerIn(events: readonly Placed[]): BestAnswer {
	const route = events.findLast((event) => event.kind === 'run-route')
	const ended = new Set(events.flatMap((event) => (isSettled(event) ? [event.nodeId] : [])))
	const skipped = (route?.nodes ?? []).filter((node) => !ended.has(node.id)).map((node) => node.stage)
	return { answer: writtenAnswer(events) ?? decidedWithResults(events) ?? understood(events) ?? '', skipped }
}

/** A node that isn't needed leaves nothing open; one that there was no budget or no time for does. */
const notNeeded: ReadonlySet<string> = new Set<JournalEventOf<'stage-skip'>['reason']>(['not-needed', 'effort'])

function isSettled(event: Placed): boolean {
	return event.kind === 'stage-end' || (event.kind === 'stage-skip' && notNeeded.has(event.reason))
}

function writtenAnswer(events: readonly Placed[]): string | null {
	let text = ''
	for (const event of events) {
		// A cascade throws away what the direct route has written.
		if (event.kind === 'run-route') text = ''
		if (event.kind === 'answer-delta') text = (event.restart ? '' : text) + (event.content?.text ?? '')
		if (isAnswerCall(event)) text = wholeText(event)
	}
	return text.trim() === '' ? null : text.trim()
}

const answeringNodes: ReadonlySet<string | undefined> = new Set([answerNode, directNode])

function isAnswerCall(event: Placed): event is Placed & JournalEventOf<'model-call-end'> {
	return event.kind === 'model-call-end' && answeringNodes.has(event.nodeId)
}

/** The end of a reply isn't shown piece by piece: it stands where the call ends. */
function wholeText({ content, finishReason }: JournalEventOf<'model-call-end'>): string {
	if (content === null) return ''
	return finishReason === 'length' ? markedAsCut(content.text) : content.text
}

/** What the stages that decide have come to comes first: a single result may be the one that was found wrong. */
function decidedWithResults(events: readonly Placed[]): string | null {
	const parts = [decided(events), results(events)].filter((part) => part !== null)
	return parts.length === 0 ? null : parts.join('\n\n')
}

const decisionSchema = z.object({ final: z.string(), otherwise: z.string().nullish() })

/** An accepted correction is better than what was evaluated, and what was evaluated may itself name a better answer than its own. */
function decided(events: readonly Placed[]): string | null {
	let answer: string | null = null
	for (const event of events) {
		if (event.kind === 'correction' && event.accepted) answer = event.content?.after ?? answer
		if (event.kind !== 'stage-end') continue
		const decision = decisionSchema.safeParse(event.content?.output).data
		if (decision !== undefined) answer = decision.otherwise ?? decision.final
	}
	return answer
}

function results(events: readonly Placed[]): string | null {
	const done = events.filter((event): event is JournalEventOf<'subtask-end'> => event.kind === 'subtask-end')
	const lines = done.flatMap(({ content }) => (content === null ? [] : [`- ${content.objective} → ${content.result}`]))
	return lines.length === 0 ? null : lines.join('\n')
}

function understood(events: readonly Placed[]): string | null {
	const analysis = events.find((event) => event.kind === 'stage-end' && event.stage === 'analyze')
	return analysis?.kind === 'stage-end' ? (analysis.content?.summary ?? null) : null
}
