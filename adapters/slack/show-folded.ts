import type { StageView } from '../../src/core/reply-view.ts'
import { describeStage, describeStageFacts, english } from '../../src/rendering/index.ts'
import { type Block, type ContainerBlock, context, longestSection, plain, section, sizeOf } from './blocks.ts'
import { escaped, mrkdwnPieces } from './markdown.ts'

type Child = ContainerBlock['child_blocks'][number]

const longestTitle = 150
/** A container holds ten blocks: a summary, these, and a line of facts. */
const mostSections = 6
/** What a container takes beside its text. */
const frame = 400

/** The stages that ran, folded, one container each, in so many characters altogether. What doesn't fit stands in the full record. */
export function showFolded(stages: readonly StageView[], room: number): readonly Block[] {
	const ran = stages.filter(({ status }) => status !== 'pending' && status !== 'skipped')
	let left = room
	return ran.flatMap((stage, index) => {
		// Every stage has its part of what is left; what short ones leave is for those after them.
		const part = Math.floor(left / (ran.length - index))
		if (part < 2 * frame) return []
		const block = containerOf(stage, part)
		left -= sizeOf([block])
		return [block]
	})
}

function containerOf(stage: StageView, room: number): ContainerBlock {
	const facts = context(escaped(describeStageFacts(stage).join(' · ')))
	const more = context(escaped(english.chat.moreInRecord))
	const pieces = [stage.summary, ...describeStage(stage)]
		.filter((line) => line.trim() !== '')
		.flatMap((line) => mrkdwnPieces(line, Math.min(longestSection, Math.max(200, Math.floor(room / 4)))))
	const { sections, isWhole } = fill(pieces, room - frame - sizeOf([facts, more]))
	return {
		type: 'container',
		title: plain(stage.title, longestTitle),
		is_collapsible: true,
		default_collapsed: true,
		child_blocks: [...sections, ...(isWhole ? [] : [more]), facts],
	}
}

/** As many pieces as fit, several to a section. */
function fill(
	pieces: readonly string[],
	room: number,
): { readonly sections: readonly Child[]; readonly isWhole: boolean } {
	const texts: string[] = []
	let left = room
	for (const piece of pieces) {
		const last = texts.at(-1)
		const joins = last !== undefined && last.length + 1 + piece.length <= longestSection
		left -= joins ? JSON.stringify(`\n${piece}`).length - 2 : sizeOf([section(piece)])
		if (left < 0 || (!joins && texts.length === mostSections)) return { sections: texts.map(section), isWhole: false }
		if (joins) texts[texts.length - 1] = `${last}\n${piece}`
		else texts.push(piece)
	}
	return { sections: texts.map(section), isWhole: true }
}
