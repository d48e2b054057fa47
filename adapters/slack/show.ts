import type { types } from '@slack/bolt'
import { isRepeatable, type ReplyView, rests } from '../../src/core/reply-view.ts'
import { splitMarkdown } from '../../src/markdown/index.ts'
import { describeFacts, english, shortened } from '../../src/rendering/index.ts'
import {
	actionIds,
	actions,
	type Block,
	button,
	context,
	longestSection,
	markdown,
	plain,
	recordLinks,
	section,
	sizeOf,
} from './blocks.ts'
import { escaped, escapedPieces, spoken, toSafeMarkdown, withoutControls } from './markdown.ts'
import { showFolded } from './show-folded.ts'
import { type BlockSupport, planOf } from './show-plan.ts'

/** What one message says. `text` is for notifications and for whoever reads no blocks. */
export type Draft = { readonly text: string; readonly blocks: readonly Block[] }

/** What is too long for messages, as a file under them. */
export type AttachedFile = { readonly name: string; readonly title: string; readonly content: string }

export type ShownReply = {
	readonly runId: string
	readonly view: ReplyView
	readonly support: BlockSupport
	/** Whether files may be attached there. */
	readonly attaches: boolean
	/** Where the full record is for whoever is given the address; null: nowhere. */
	readonly recordUrl: string | null
}

/** Slack refuses about 13,200 characters; it isn't documented how they are counted. */
const largestMessage = 12_000
const largestAnswerPart = 11_000
/** Of an answer that is being written, enough to read along. */
const largestPreview = 5_000
/** A thread with more messages than this for one answer is no thread that anybody reads. */
const mostMessages = 4
/** Less than this, and what is folded gets a message of its own. */
const leastForFolded = 3_000
const mostFolded = 9_000
const longestText = 3_900

/** Measured as everything that is sent. */
const measure = (text: string) => JSON.stringify(text).length - 2

/** The messages that show a view: one, unless the answer is too long for it. A view of work in progress is always one. */
export function showReply(shown: ShownReply): readonly Draft[] {
	return rests(shown.view) ? showOutcome(shown) : [showProgress(shown)]
}

/** What a message says that the reply no longer needs; none may be empty. */
export const surplusDraft: Draft = { text: '—', blocks: [context('—')] }

/** By its name, the file of a run is found again in a thread. */
export function attachedName(runId: string): string {
	return `answer-${runId}.md`
}

/** The whole answer as it was written, where it is too long for messages. */
export function attachedFile({ runId, view, attaches }: ShownReply): AttachedFile | null {
	if (!attaches || view.error !== null || !rests(view) || !isTooLong(answerParts(view.answer))) return null
	return { name: attachedName(runId), title: english.chat.wholeAnswer, content: view.answer }
}

function isTooLong(parts: readonly unknown[]): boolean {
	return parts.length > mostMessages
}

function showProgress({ runId, view, support }: ShownReply): Draft {
	const { status, quiet, stages, answer } = view
	const line = english.quietly(view)
	const isLine = status === 'queued' || quiet
	const progress: readonly Block[] = isLine
		? [context(small(line))]
		: [...routeOf(view), ...(stages.length === 0 ? [] : planOf(view, line, support))]
	const preview = isLine || answer === '' ? [] : [markdown(beginning(answer))]
	return draft(line, [...progress, ...preview, workButtons(runId, view)])
}

/** How the run is answered, as far as that was decided. */
export function routeOf(view: ReplyView): readonly Block[] {
	return [context(small(english.routed(view)))]
}

function beginning(answer: string): string {
	const [first = '', ...more] = splitMarkdown(toSafeMarkdown(answer), { limit: largestPreview, measure })
	return more.length === 0 ? first || '…' : `${first}\n\n…`
}

function workButtons(runId: string, { status, answerNow }: ReplyView): Block {
	return actions([stopButton(runId), ...(answerNow || status === 'queued' ? [] : [answerNowButton(runId)])])
}

export function stopButton(runId: string): types.Button {
	return button(actionIds.stop, english.actions.stop, runId, 'danger')
}

export function answerNowButton(runId: string): types.Button {
	return button(actionIds.answerNow, english.actions.answerNow, runId)
}

function showOutcome(shown: ShownReply): readonly Draft[] {
	const { view } = shown
	const parts = bodiesOf(shown)
	const last = parts.at(-1) ?? []
	const room = largestMessage - sizeOf(last)
	const isTight = room < leastForFolded
	const tail = tailOf(shown, isTight ? mostFolded : room - 10)
	const messages = isTight ? [...parts, tail] : [...parts.slice(0, -1), [...last, ...tail]]
	const text = (blocks: readonly Block[], index: number) => {
		if (index === 0) return notificationOf(view, blocks)
		if (index === parts.length) return factsText(shown)
		return `${english.chat.answerPart(index + 1, parts.length)}: ${spokenIn(blocks)}`
	}
	return messages.map((blocks, index) => draft(text(blocks, index), blocks))
}

/** What of an answer stands in a message. */
function spokenIn(blocks: readonly Block[]): string {
	return blocks.map((block) => (block.type === 'markdown' ? spoken(block.text) : '')).join('')
}

/** What the outcome says, in as many messages as it takes. */
function bodiesOf({ view, attaches }: ShownReply): readonly (readonly Block[])[] {
	const { error, stopReason, budget, skipped, answer } = view
	if (error !== null) return [sections([english.failure(error.message), english.fix(error.fix)])]
	const found = answer.trim() === '' ? [] : foundIn(answer, attaches)
	if (stopReason === null) return found.length === 0 ? [[context(english.nothingYet)]] : found
	const heading = sections([
		english.stopped(stopReason, budget),
		...(skipped.length === 0 ? [] : [english.skippedChecks(skipped)]),
		found.length === 0 ? english.nothingYet : english.bestSoFar,
	])
	const [first = [], ...more] = found
	return [[...heading, ...first], ...more]
}

/** Of what is attached as a file, only the beginning. */
function foundIn(answer: string, attaches: boolean): readonly (readonly Block[])[] {
	const parts = answerParts(answer)
	if (!attaches || !isTooLong(parts)) return parts
	return [[markdown(beginning(answer)), context(escaped(english.chat.answerAttached))]]
}

function answerParts(answer: string): readonly (readonly Block[])[] {
	return splitMarkdown(toSafeMarkdown(answer), { limit: largestAnswerPart, measure }).map((part) => [markdown(part)])
}

function sections(lines: readonly string[]): readonly Block[] {
	return lines.map((line) => section(small(line, longestSection)))
}

/** Plain text as mrkdwn; a long one is cut where nothing is lost that anybody would read. */
function small(text: string, longest = 600): string {
	const [first = '—', ...more] = escapedPieces(text, longest - 1)
	return more.length === 0 ? first : `${first}…`
}

/** What stands under the outcome. */
function tailOf(shown: ShownReply, room: number): readonly Block[] {
	const { runId, view, support } = shown
	if (view.status === 'waiting') return [workButtons(runId, view)]
	const fixed = [context(escaped(factsText(shown))), ...disclosureOf(view), ...buttonsOf(shown)]
	const folded = support === 'all' ? showFolded(view.stages, room - sizeOf(fixed)) : []
	return [...folded, ...fixed]
}

function factsText({ runId, view }: ShownReply): string {
	return [...describeFacts(view), english.run(runId)].join(' · ')
}

function disclosureOf({ disclosure }: ReplyView): readonly Block[] {
	return disclosure === null ? [] : [context(small(disclosure))]
}

function buttonsOf({ runId, view, support, recordUrl }: ShownReply): readonly Block[] {
	const again = [
		button(actionIds.thinkHarder, english.actions.thinkHarder, runId),
		button(actionIds.regenerate, english.actions.regenerate, runId),
	]
	const record = button(
		actionIds.fullRecord,
		support === 'all' ? english.actions.fullRecord : english.actions.showReasoning,
		runId,
	)
	const all = [
		...(isRepeatable(view) ? again : []),
		...(view.stages.length === 0 ? [] : [record]),
		...recordLinks(recordUrl),
	]
	const feedback = view.answer.trim() === '' || view.error !== null ? [] : [feedbackOf(runId, support)]
	return [...feedback, ...(all.length === 0 ? [] : [actions(all)])]
}

function feedbackOf(runId: string, support: BlockSupport): Block {
	const { helpful, notHelpful } = english.actions
	if (support === 'basic') {
		return actions([
			button(actionIds.helpful, helpful, feedbackValue(runId, true)),
			button(actionIds.notHelpful, notHelpful, feedbackValue(runId, false)),
		])
	}
	return {
		type: 'context_actions',
		elements: [
			{
				type: 'feedback_buttons',
				action_id: actionIds.feedback,
				positive_button: { text: plain(helpful), value: feedbackValue(runId, true), accessibility_label: helpful },
				negative_button: {
					text: plain(notHelpful),
					value: feedbackValue(runId, false),
					accessibility_label: notHelpful,
				},
			},
		],
	}
}

function feedbackValue(runId: string, helpful: boolean): string {
	return `${helpful ? 'helpful' : 'not-helpful'} ${runId}`
}

function notificationOf({ error, stopReason, budget }: ReplyView, blocks: readonly Block[]): string {
	if (error !== null) return english.failure(error.message)
	const answer = spokenIn(blocks)
	return stopReason === null ? answer : `${english.stopped(stopReason, budget)} ${answer}`
}

function draft(text: string, blocks: readonly Block[]): Draft {
	return { text: notificationText(text), blocks }
}

/** Slack counts after escaping, which makes five characters of one. */
function notificationText(text: string): string {
	const short = shortened(withoutControls(text), longestText / 5)
	return escaped(short) || '…'
}
