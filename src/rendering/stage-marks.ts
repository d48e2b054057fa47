import type { StageView } from '../core/reply-view.ts'

/** What stands before a stage where text is all there is. */
export const stageMarks: Readonly<Record<StageView['status'], string>> = {
	pending: '○',
	running: '◐',
	done: '✔',
	skipped: '–',
	stopped: '■',
	failed: '✖',
}
