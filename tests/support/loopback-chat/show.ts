import { type ReplyView, rests, type StageView } from '../../../src/core/reply-view.ts'
import { piecesOfLine } from '../../../src/markdown/index.ts'
import { english, stageMarks, toPlainText } from '../../../src/rendering/index.ts'

/** A reply as Markdown text: the outcome first, or how far it is, then the stages, all opened. */
export function showReply(runId: string, view: ReplyView): string {
	const blocks = rests(view)
		? [...outcomeOf(view), ...view.stages.flatMap(recordOf), english.run(runId), view.disclosure ?? '']
		: [headingOf(view), ...view.stages.map(progressOf), view.answer]
	return toPlainText(blocks.filter((block) => block !== '').join('\n\n'))
}

function outcomeOf({ error, stopReason, budget, skipped, answer }: ReplyView): readonly string[] {
	if (error !== null) return [english.failure(error.message), english.fix(error.fix)]
	if (stopReason === null) return [answer]
	return [
		english.stopped(stopReason, budget),
		skipped.length === 0 ? '' : english.skippedChecks(skipped),
		...(answer === '' ? [english.nothingYet] : [english.bestSoFar, answer]),
	]
}

function headingOf(view: ReplyView): string {
	return view.status === 'queued' ? english.queued(view.placeInQueue) : english.routed(view)
}

function progressOf({ status, title, summary, subtasks, notices }: StageView): string {
	const details = status === 'running' ? [...subtasks.map(({ text }) => text), ...notices.slice(-1)] : []
	return [titleLine(status, title, summary), ...details].join('\n')
}

function recordOf({ status, title, summary, details }: StageView): readonly string[] {
	return status === 'pending' ? [] : [[titleLine(status, title, summary), ...details].join('\n')]
}

function titleLine(status: StageView['status'], title: string, summary: string): string {
	return `${stageMarks[status]} **${title}**${summary === '' ? '' : ` ${summary}`}`
}

/** The text as messages of at most this length, whole and in order, divided where a line ends wherever that can be. */
export function splitIntoMessages(text: string, maxLength: number): readonly string[] {
	const messages: string[] = []
	for (const line of text.split('\n').flatMap((whole) => piecesOfLine(whole, maxLength, ({ length }) => length))) {
		const last = messages.at(-1)
		const joined = last === undefined ? line : `${last}\n${line}`
		if (last === undefined || joined.length > maxLength) messages.push(line)
		else messages[messages.length - 1] = joined
	}
	return messages.map((message) => (message.trim() === '' ? emptyMessage : message))
}

/** What a message says that the reply no longer needs; none may be empty. */
export const emptyMessage = '—'

/** As much of the text as fits into so many messages. */
export function fitIntoMessages(text: string, maxLength: number, most: number): readonly string[] {
	const messages = splitIntoMessages(text, maxLength)
	if (messages.length <= most) return messages
	return [...messages.slice(0, most - 1), `${messages[most - 1]?.slice(0, maxLength - 1)}…`]
}
