import type { ReplyView, StageView, SubtaskView } from '../../src/core/reply-view.ts'
import { english, shortened, stageMarks } from '../../src/rendering/index.ts'
import { type Block, context, richText } from './blocks.ts'
import { escaped, plainText, withoutControls } from './markdown.ts'

/** Whether a workspace knows all blocks, or only those that have always been there. */
export type BlockSupport = 'all' | 'basic'

/** Slack's own words for how far a task is. */
export const taskStatuses = {
	pending: 'pending',
	running: 'in_progress',
	done: 'complete',
	skipped: 'complete',
	stopped: 'error',
	failed: 'error',
} as const

export const longestDetail = 120
export const mostSubtasks = 8

/** The stages of a run at work, one task each, in one block; where that isn't known, a line each. */
export function planOf({ stages }: ReplyView, title: string, support: BlockSupport): readonly Block[] {
	if (support === 'basic') return stages.map((stage) => context(stageLine(stage)))
	const tasks = stages.map((stage) => {
		const details = detailsOf(stage)
		return {
			type: 'task_card' as const,
			task_id: stage.id,
			title: taskTitle(stage),
			status: taskStatuses[stage.status],
			...(details === '' ? {} : { details: richText(details) }),
		}
	})
	return [{ type: 'plan', title: planTitle(title), tasks }]
}

export function planTitle(title: string): string {
	return shortened(plainText(title), longestDetail)
}

export function taskTitle({ title, status }: StageView): string {
	return status === 'skipped' ? `${title} (${english.stageStatuses.skipped})` : title
}

export function subtaskLine({ id, text, status }: SubtaskView): string {
	return `${shortened(id, 20)} ${text}${status === 'checked' ? '' : ` (${english.subtaskStatuses[status]})`}`
}

/** A stage's summary, in one line. */
export function summaryLine({ summary }: StageView): string {
	return shortened(withoutControls(summary), 2 * longestDetail)
}

function stageLine(stage: StageView): string {
	const details = detailsOf(stage)
	const line = `${stageMarks[stage.status]} *${escaped(stage.title)}*`
	return details === '' ? line : `${line}  ${escaped(shortened(details, 2 * longestDetail))}`
}

/** What is known of a stage, in a few lines. */
function detailsOf(stage: StageView): string {
	if (stage.status !== 'running') return summaryLine(stage)
	const { subtasks, notices } = stage
	const lines = [...subtasks.slice(-mostSubtasks).map(subtaskLine), ...notices.slice(-1)]
	return lines.map((line) => shortened(withoutControls(line), longestDetail)).join('\n')
}
