import type { types } from '@slack/bolt'
import type { ReplyView, StageView } from '../../src/core/reply-view.ts'
import { describeFacts, describeStageFacts, describeWholeStage, english } from '../../src/rendering/index.ts'
import {
	actionIds,
	actions,
	type Block,
	button,
	context,
	longestSection,
	longestWindowTitle,
	plain,
	recordLinks,
	section,
} from './blocks.ts'
import { escaped, mrkdwnPieces } from './markdown.ts'

/** Which page of which run's record. */
export type RecordPage = { readonly runId: string; readonly page: number }

type Page = { readonly title: string; readonly texts: readonly string[]; readonly facts: string }

/** A window takes 100 blocks; what is longer than this nobody reads on one page. */
const mostOnPage = 24_000

export type ShownRecord = {
	readonly runId: string
	readonly view: ReplyView
	/** From 0. */
	readonly page: number
	readonly recordUrl: string | null
	/** In which channel it is opened; the window keeps it. */
	readonly channelId: string
}

/** The full record of a run as a window with one stage a page. Nothing is left out; a long stage takes several pages. */
export function showRecord({ runId, view, page: wanted, recordUrl, channelId }: ShownRecord): types.ModalView {
	const pages = pagesOf(view)
	const index = Math.min(Math.max(0, wanted), pages.length - 1)
	const { title, texts, facts } = pages[index] ?? { title: english.reasoning, texts: [], facts: '' }
	return {
		type: 'modal',
		private_metadata: channelId,
		title: plain(english.actions.fullRecord, longestWindowTitle),
		close: plain(english.chat.close, longestWindowTitle),
		blocks: [
			{ type: 'header', text: plain(title, 150) },
			context(escaped(`${english.chat.page(index + 1, pages.length)} · ${facts}`)),
			...texts.map(section),
			...navigation(runId, index, pages.length, recordUrl),
		],
	}
}

/** What a button of the window says about where it leads. */
export function pageValue({ runId, page }: RecordPage): string {
	return `${page} ${runId}`
}

export function pageFrom(value: string): RecordPage {
	const [page = '0', ...runId] = value.split(' ')
	return { page: Number.parseInt(page, 10) || 0, runId: runId.join(' ') }
}

function navigation(runId: string, index: number, of: number, recordUrl: string | null): readonly Block[] {
	const back = button(actionIds.recordBack, english.chat.back, pageValue({ runId, page: index - 1 }))
	const forward = button(actionIds.recordForward, english.chat.forward, pageValue({ runId, page: index + 1 }))
	const all = [...(index > 0 ? [back] : []), ...(index < of - 1 ? [forward] : []), ...recordLinks(recordUrl)]
	return all.length === 0 ? [] : [actions(all)]
}

function pagesOf(view: ReplyView): readonly Page[] {
	const stages = view.stages.filter(({ status }) => status !== 'pending').flatMap(stagePages)
	const overview = { title: english.reasoning, texts: mrkdwnPieces(english.routed(view), longestSection) }
	return stages.length === 0 ? [{ ...overview, facts: describeFacts(view).join(' · ') }] : stages
}

function stagePages(stage: StageView): readonly Page[] {
	const pieces = describeWholeStage(stage).flatMap((line) => mrkdwnPieces(line, longestSection))
	const texts = pack(pieces, longestSection).map((group) => group.join('\n'))
	const pages = pack(texts, mostOnPage)
	const facts = describeStageFacts(stage).join(' · ')
	return (pages.length === 0 ? [[]] : pages).map((texts) => ({ title: stage.title, texts, facts }))
}

/** Groups of texts that are at most so long together, in order. */
function pack(texts: readonly string[], longest: number): readonly (readonly string[])[] {
	const groups: string[][] = []
	let size = 0
	for (const text of texts) {
		size += text.length + 1
		if (groups.length === 0 || size > longest) {
			groups.push([])
			size = text.length
		}
		groups.at(-1)?.push(text)
	}
	return groups
}
