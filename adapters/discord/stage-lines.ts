import type { ReplyView, StageView, SubtaskView } from '../../src/core/reply-view.ts'
import { english, shortened, stageMarks } from '../../src/rendering/index.ts'
import { escaped, smallLine } from './escape.ts'

const longestTitle = 60
const longestDetail = 90
/** More lines than this say less. */
const mostLines = 15

/** A short line for each stage, with what is known of it; of very many those around the one that runs. */
export function stageLines({ stages }: Pick<ReplyView, 'stages'>): readonly string[] {
	const running = stages.findLastIndex(({ status }) => status === 'running')
	const start = Math.max(0, Math.min(running - Math.floor(mostLines / 2), stages.length - mostLines))
	const end = start + mostLines
	return [
		...(start > 0 ? ['…'] : []),
		...stages.slice(start, end).map(stageLine),
		...(end < stages.length ? ['…'] : []),
	]
}

/** The same of stages of which nothing more will come: small, since the answer stands above them. */
export function endedStageLines({ stages }: Pick<ReplyView, 'stages'>): readonly string[] {
	const lines = stages.slice(0, mostLines).map((stage) => {
		const details = detailsOf(stage)
		return smallLine(`${titleOf(stage)}${details === '' ? '' : `: ${details}`}`, longestTitle + longestDetail)
	})
	return stages.length > mostLines ? [...lines, '-# …'] : lines
}

function stageLine(stage: StageView): string {
	const details = detailsOf(stage)
	const title = escaped(titleOf(stage))
	return `${stage.status === 'running' ? `**${title}**` : title}${details === '' ? '' : `  ${escaped(details)}`}`
}

function titleOf({ status, title }: StageView): string {
	const name = shortened(title, longestTitle)
	return `${stageMarks[status]} ${status === 'skipped' ? `${name} (${english.stageStatuses.skipped})` : name}`
}

/** What is known of a stage, in a few words: what it came to, or what it is at. */
function detailsOf({ status, summary, subtasks, notices }: StageView): string {
	const last = subtasks.findLast((subtask) => subtask.status === 'running') ?? subtasks.at(-1)
	const now = last === undefined ? (notices.at(-1) ?? '') : subtaskLine(last)
	return shortened(status === 'running' ? now : summary, longestDetail)
}

function subtaskLine({ id, text, status }: SubtaskView): string {
	const said = status === 'checked' || status === 'running' ? '' : ` (${english.subtaskStatuses[status]})`
	return `${shortened(id, 20)} ${shortened(text, longestDetail - 20 - said.length)}${said}`
}
