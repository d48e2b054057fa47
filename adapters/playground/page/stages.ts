import { type ComponentChild, h } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { withNamedDirections } from '#plain-text'
import type { PageStage } from '../page-view.ts'
import { type IconName, icon } from './icons.ts'
import { StageRecord } from './stage-record.ts'
import { duration, strings } from './strings.ts'
import { isEmpty, Phrase } from './tree.ts'

type StagesProps = {
	readonly stages: readonly PageStage[]
	/** Whether anything goes on in them. */
	readonly live: boolean
	/** Whether all begin open. */
	readonly open?: boolean
}

/** The stages on their thread, each with its record folded in. */
export function Stages({ stages, live, open = false }: StagesProps): ComponentChild {
	return h(
		'ol',
		{ class: live ? 'stages live' : 'stages' },
		stages.map((stage) => h(Stage, { key: stage.id, stage, live, open })),
	)
}

const marks: Readonly<Record<PageStage['status'], IconName | null>> = {
	pending: null,
	running: null,
	done: 'check',
	skipped: 'minus',
	stopped: 'stop',
	failed: 'cross',
}

function Stage({ stage, live, open }: { stage: PageStage; live: boolean; open: boolean }): ComponentChild {
	const { status, title } = stage
	const mark = marks[status]
	const head = [
		h('span', { class: 'knot' }, mark === null ? null : icon(mark)),
		h('span', { class: 'stage-title' }, title),
		h('span', { class: 'sr-only' }, `, ${strings.stageStatus[status]}`),
		h(StageTime, { stage, live }),
		isEmpty(stage.summary)
			? null
			: h('span', { class: 'stage-summary' }, h(Phrase, { tree: stage.summary, isOnButton: true })),
	]
	const hasRecord = status !== 'pending' && !(status === 'skipped' && stage.details.length === 0)
	return h('li', { class: `stage ${status}` }, [
		hasRecord
			? h('details', { open, 'data-stage': stage.stage }, [
					h('summary', { class: 'stage-head' }, [...head, h('span', { class: 'stage-open' }, icon('chevron'))]),
					h('div', { class: 'stage-body' }, h(StageRecord, { stage })),
				])
			: h('div', { class: 'stage-head' }, head),
		live && status === 'running' ? h(StageWork, { stage }) : null,
	])
}

function StageTime({ stage, live }: { stage: PageStage; live: boolean }): ComponentChild {
	if (stage.status === 'running' && live)
		return h('span', { class: 'stage-time' }, h(Elapsed, { since: stage.startedAt }))
	if (stage.elapsedMs === 0) return null
	return h('span', { class: 'stage-time' }, duration(stage.elapsedMs))
}

/** Ticks over by itself; nothing is announced, a reader of the screen would hear nothing else. */
export function Elapsed({ since }: { since: string | null }): ComponentChild {
	const [now, setNow] = useState(Date.now())
	useEffect(() => {
		const timer = window.setInterval(() => setNow(Date.now()), 500)
		return () => window.clearInterval(timer)
	}, [])
	if (since === null) return null
	return h('span', { class: 'elapsed' }, duration(Math.max(0, now - Date.parse(since))))
}

const subtaskMarks: Readonly<Record<PageStage['subtasks'][number]['status'], IconName | null>> = {
	running: null,
	'failed-check': 'cross',
	'sampling-again': 'again',
	checked: 'check',
	unchecked: 'check',
	'low-confidence': 'question',
}

/** What goes on in a stage: its subtasks, and the newest that a check has said. */
function StageWork({ stage: { subtasks, notices } }: { stage: PageStage }): ComponentChild {
	const notice = notices.at(-1)
	if (subtasks.length === 0 && notice === undefined) return null
	return h('div', { class: 'stage-work' }, [
		subtasks.length === 0
			? null
			: h(
					'ul',
					{ class: 'subtasks' },
					subtasks.map(({ id, text, status }) => {
						const mark = subtaskMarks[status]
						return h('li', { key: id, class: `subtask ${status}` }, [
							h('span', { class: 'subtask-mark' }, mark === null ? null : icon(mark)),
							h('span', { class: 'tag' }, id),
							h('span', { class: 'subtask-text', dir: 'auto' }, withNamedDirections(text)),
							h('span', { class: 'sr-only' }, strings.subtaskStatus[status]),
						])
					}),
				),
		notice === undefined
			? null
			: h('p', { class: 'notice', dir: 'auto' }, [icon('warning'), withNamedDirections(notice)]),
	])
}
