import { type APIButtonComponent, ButtonStyle, type RawFile } from 'discord.js'
import { isRepeatable, type ReplyView, rests } from '../../src/core/reply-view.ts'
import { splitMarkdown } from '../../src/markdown/index.ts'
import { describeFacts, english, toPlainText } from '../../src/rendering/index.ts'
import {
	button,
	type Component,
	type Draft,
	draft,
	emojiButton,
	fileDisplay,
	longestMessage,
	marked,
	recordLinks,
	row,
	textDisplay,
} from './components.ts'
import type { Verb } from './custom-ids.ts'
import { escaped, smallLine } from './escape.ts'
import { beginningOf, piecesOf, toDiscordMarkdown } from './markdown.ts'
import { endedStageLines, stageLines } from './stage-lines.ts'

export type ShownReply = {
	readonly runId: string
	readonly view: ReplyView
	/** Where the full record is for whoever is given the address; null: nowhere. */
	readonly recordUrl: string | null
	/** A line of Discord Markdown that stands above it; empty where there is none. */
	readonly asked?: string
}

/**
 * What is longer is a file: nobody reads more messages in a row, and where a command is answered for somebody who has brought the app
 * along, Discord takes five follow-ups and no more. https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
 */
const mostMessages = 5
/** Nothing longer than this fits into so many messages, so nobody has to try. */
const longestInMessages = 30_000
/** Of what stands under an outcome, and of what is shown while one is worked out, the most that each part may take. */
const largestPart = 1_600
const largestLine = 600

/** The messages that show a view: one, unless the answer is too long for it. A view of work in progress is always one. */
export function showReply(shown: ShownReply): readonly Draft[] {
	const { runId, view, asked = '' } = shown
	const [first, ...others] = rests(view) ? showOutcome(shown) : [showProgress(shown)]
	const drafts = first === undefined ? [] : [asked === '' ? first : headed(first, asked), ...others]
	return drafts.map((each, part) => marked(each, runId, part))
}

function headed({ body, files }: Draft, line: string): Draft {
	return { body: { ...body, components: [textDisplay(line), ...body.components] }, files }
}

/** Something that is said to people beside their answers, such as why they may not do something. */
export function showNotice(markdown: string): Draft {
	return draft([textDisplay(beginningOf(toDiscordMarkdown(markdown), longestMessage))])
}

function showProgress({ runId, view }: ShownReply): Draft {
	const { status, quiet, answer } = view
	const isLine = status === 'queued' || quiet
	const line = smallLine(isLine ? english.quietly(view) : english.routed(view), largestLine / 2)
	const progress = isLine ? line : [line, ...stageLines(view)].join('\n')
	const preview = isLine || answer.trim() === '' ? [] : [previewOf(answer)]
	return draft([textDisplay(beginningOf(progress, largestPart)), ...preview, workButtons(runId, view)])
}

/** Of an answer that is being written, enough to read along. */
function previewOf(answer: string): Component {
	const [first = ''] = splitMarkdown(answer, { limit: largestPart })
	return textDisplay(
		`${beginningOf(toDiscordMarkdown(first), largestPart)}${first.length < answer.length ? '\n…' : ''}`,
	)
}

function workButtons(runId: string, { status, answerNow }: ReplyView): Component {
	const { actions } = english
	return row([
		...(status === 'waiting' ? [button(control('reply', runId), actions.reply, { style: ButtonStyle.Primary })] : []),
		button(control('stop', runId), actions.stop, { style: ButtonStyle.Danger }),
		...(answerNow || status === 'queued' ? [] : [button(control('answer-now', runId), actions.answerNow)]),
	])
}

function showOutcome(shown: ShownReply): readonly Draft[] {
	const tail = tailOf(shown)
	const said = saidOf(shown.view)
	const longest = longestMessage - (shown.asked ?? '').length
	const texts = textsOf(said, longest, longest - tail.text.length)
	if (texts === null) return [withFile(said, tail, longest)]
	return texts.map((text, index) =>
		draft([textDisplay(text), ...(index === texts.length - 1 ? componentsOf(tail) : [])]),
	)
}

/** What the outcome says: `heading` is Discord Markdown, `markdown` a model's. */
type Said = { readonly heading: string; readonly markdown: string }

function saidOf(view: ReplyView): Said {
	const { error, answer } = view
	if (error !== null) return { heading: '', markdown: `${english.failure(error.message)}\n\n${english.fix(error.fix)}` }
	return { heading: headingOf(view), markdown: answer.trim() === '' ? english.nothingYet : answer }
}

/** A text in as many messages as it takes, of which each and the last has so much room; null where it takes too many. */
function textsOf({ heading, markdown }: Said, room: number, roomInLast: number): readonly string[] | null {
	if (markdown.length > longestInMessages) return null
	const pieces = piecesOf(withHeading(heading, toDiscordMarkdown(markdown)), room)
	const last = pieces.at(-1) ?? ''
	const texts = [...pieces.slice(0, -1), ...(last.length <= roomInLast ? [last] : piecesOf(last, roomInLast))]
	return texts.length > mostMessages ? null : texts
}

function withHeading(heading: string, text: string): string {
	return heading === '' ? text : `${heading}\n\n${text}`
}

/** Why there is no more than this. */
function headingOf({ stopReason, budget, skipped, answer }: ReplyView): string {
	if (stopReason === null) return ''
	const lines = [
		english.stopped(stopReason, budget),
		...(skipped.length === 0 ? [] : [english.skippedChecks(skipped)]),
		...(answer.trim() === '' ? [] : [english.bestSoFar]),
	]
	return lines.map(escaped).join('\n')
}

const fileName = 'answer.md'

/** How the answer begins, and all of it as it was written in a file. */
function withFile({ heading, markdown }: Said, tail: Tail, longest: number): Draft {
	const note = smallLine(english.chat.answerAttached, largestLine)
	const room = longest - tail.text.length - note.length
	const [first = ''] = splitMarkdown(markdown, { limit: room })
	const beginning = beginningOf(withHeading(heading, toDiscordMarkdown(first)), room)
	const file: RawFile = { name: fileName, data: toPlainText(markdown).toWellFormed(), contentType: 'text/markdown' }
	return draft([textDisplay(beginning), textDisplay(note), fileDisplay(fileName), ...componentsOf(tail)], [file])
}

/** What stands under the outcome. */
type Tail = { readonly text: string; readonly rows: readonly Component[] }

function tailOf(shown: ShownReply): Tail {
	const { runId, view } = shown
	if (view.status === 'waiting') {
		return { text: smallLine(english.runStatuses.waiting, largestLine), rows: [workButtons(runId, view)] }
	}
	const facts = smallLine([...describeFacts(view), english.run(runId)].join(' · '), largestLine / 2)
	const disclosure = smallLine(view.disclosure ?? '', largestLine / 2)
	const text = [
		beginningOf(endedStageLines(view).join('\n'), largestPart),
		...[disclosure, facts].map((line) => beginningOf(line, largestLine)),
	]
	return { text: text.filter((line) => line !== '').join('\n'), rows: outcomeRows(shown) }
}

function componentsOf({ text, rows }: Tail): readonly Component[] {
	return [textDisplay(text), ...rows]
}

function outcomeRows({ runId, view, recordUrl }: ShownReply): readonly Component[] {
	const links = recordLinks(recordUrl)
	return [outcomeButtons(runId, view), links].filter((buttons) => buttons.length > 0).map(row)
}

/** As many as Discord takes in a row. */
function outcomeButtons(runId: string, view: ReplyView): readonly APIButtonComponent[] {
	const { showReasoning, thinkHarder, regenerate } = english.actions
	const isJudged = view.answer.trim() !== '' && view.error === null
	return [
		...(view.stages.length === 0 ? [] : [button(control('show-reasoning', runId), showReasoning)]),
		...(isRepeatable(view)
			? [button(control('think-harder', runId), thinkHarder), button(control('regenerate', runId), regenerate)]
			: []),
		...(isJudged
			? [emojiButton(control('helpful', runId), '👍'), emojiButton(control('not-helpful', runId), '👎')]
			: []),
	]
}

function control(verb: Verb, runId: string) {
	return { verb, runId, place: null }
}
