import type { ReplyView, StageView } from '../../src/core/reply-view.ts'
import {
	describeFacts,
	describeStageFacts,
	describeWholeStage,
	english,
	shortened,
	stageMarks,
} from '../../src/rendering/index.ts'
import {
	button,
	type Component,
	type Draft,
	draft,
	longestMessage,
	menu,
	mostOptions,
	recordLinks,
	row,
	textDisplay,
} from './components.ts'
import { printStageOption, type RecordPlace } from './custom-ids.ts'
import { escaped, smallLine } from './escape.ts'
import { piecesOf, toDiscordMarkdown } from './markdown.ts'
import { showNotice } from './show.ts'

export type ShownRecord = {
	readonly runId: string
	readonly view: ReplyView
	/** The nearest place is shown where there is none such. */
	readonly place: RecordPlace
	/** Where all of it is on one page; null: nowhere. */
	readonly recordUrl: string | null
}

const longestTitle = 100
const largestPage = longestMessage - 700
/** A place behind every last page: whoever goes back to a stage comes to its end. */
const lastPage = 999_999

/**
 * How an answer came about, for one person's eyes: a stage at a time, chosen from a menu, in pages. Nothing is left out. All that it
 * takes to turn a page stands in the buttons.
 */
export function showRecord({ runId, view, place, recordUrl }: ShownRecord): Draft {
	const stages = view.stages.filter(({ status }) => status !== 'pending')
	const index = clamped(place.stage, stages.length)
	const stage = stages[index]
	if (stage === undefined) return showNotice([english.routed(view), describeFacts(view).join(' · ')].join('\n\n'))
	const pages = pagesOf(stage)
	const page = clamped(place.page, pages.length)
	const here = { stage: index, page }
	return draft([
		textDisplay(headOf(stage, page, pages.length)),
		textDisplay(pages[page] ?? ''),
		row([
			menu(
				{ verb: 'open-stage', runId, place: null },
				english.chat.chooseStage,
				optionsOf(stages, index),
				printStageOption(index),
			),
		]),
		...navigation(runId, here, stages.length, pages.length, recordUrl),
	])
}

/** What is said where a record is asked for whose time is over. */
export const recordGoneDraft: Draft = showNotice(english.chat.recordGone)

function clamped(index: number, length: number): number {
	return Math.min(Math.max(0, index), Math.max(0, length - 1))
}

function headOf(stage: StageView, page: number, pages: number): string {
	const facts = [...(pages > 1 ? [english.chat.page(page + 1, pages)] : []), ...describeStageFacts(stage)].join(' · ')
	return `### ${escaped(shortened(stage.title, longestTitle))}\n${smallLine(facts, longestTitle)}`
}

function pagesOf(stage: StageView): readonly string[] {
	const text = describeWholeStage(stage).map(toDiscordMarkdown).join('\n')
	const pages = piecesOf(text, largestPage)
	return pages.length === 0 ? ['—'] : pages
}

/** As many of the stages as a menu takes, around the one that is open. */
function optionsOf(stages: readonly StageView[], open: number) {
	const start = Math.max(0, Math.min(open - Math.floor(mostOptions / 2), stages.length - mostOptions))
	return stages.slice(start, start + mostOptions).map(({ title, status, summary }, index) => ({
		label: `${stageMarks[status]} ${title}`,
		value: printStageOption(start + index),
		description: summary,
	}))
}

function navigation(
	runId: string,
	here: RecordPlace,
	stages: number,
	pages: number,
	recordUrl: string | null,
): readonly Component[] {
	const isFirst = here.stage === 0 && here.page === 0
	const isLast = here.stage === stages - 1 && here.page === pages - 1
	const turn = (label: string, place: RecordPlace, isDisabled: boolean) =>
		button({ verb: 'open-page', runId, place }, label, { isDisabled })
	const turns = [
		turn(english.chat.back, isFirst ? here : placeBefore(here), isFirst),
		turn(english.chat.forward, isLast ? here : placeAfter(here, pages), isLast),
	]
	const buttons = [...(isFirst && isLast ? [] : turns), ...recordLinks(recordUrl)]
	return buttons.length === 0 ? [] : [row(buttons)]
}

function placeBefore({ stage, page }: RecordPlace): RecordPlace {
	return page > 0 ? { stage, page: page - 1 } : { stage: stage - 1, page: lastPage }
}

function placeAfter({ stage, page }: RecordPlace, pages: number): RecordPlace {
	return page < pages - 1 ? { stage, page: page + 1 } : { stage: stage + 1, page: 0 }
}
