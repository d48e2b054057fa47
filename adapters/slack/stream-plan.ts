import type { types } from '@slack/bolt'
import type { ReplyView, StageView, SubtaskView } from '../../src/core/reply-view.ts'
import { beforeOpenFormula } from '../../src/markdown/index.ts'
import { english, shortened } from '../../src/rendering/index.ts'
import { actions, type Block } from './blocks.ts'
import { plainText, toSafeMarkdown, withoutControls } from './markdown.ts'
import { answerNowButton, routeOf, stopButton } from './show.ts'
import {
	longestDetail,
	mostSubtasks,
	planTitle,
	subtaskLine,
	summaryLine,
	taskStatuses,
	taskTitle,
} from './show-plan.ts'

export type StreamChunk = types.AnyChunk

/** One stage. Slack replaces its title and its status; lines and output can only be added to. */
export type StreamedTask = {
	readonly id: string
	readonly title: string
	readonly status: types.TaskUpdateChunk['status']
	readonly lines: readonly string[]
	/** Empty until there is one; then it stays. */
	readonly output: string
}

/** What a stream shows of a run. What stands in `blocks` and `text` can't be taken back. */
export type StreamedPlan = {
	readonly title: string
	readonly tasks: readonly StreamedTask[]
	readonly blocks: readonly { readonly name: string; readonly block: Block }[]
	readonly text: string
}

export const emptyPlan: StreamedPlan = { title: '', tasks: [], blocks: [], text: '' }

/** Slack refuses a stream with text of about 11,000 bytes, and counts details and outputs twice; it isn't documented. */
const largestStream = 9_000
const largestPreview = 5_000
/** With less, nobody knows what is meant. */
const leastNamed = 24

/**
 * What a stream is to show of a run at work: a task for each stage, under it the answer as far as it is written; of one that is to
 * be quiet, one line.
 */
export function streamedPlan(runId: string, view: ReplyView): StreamedPlan {
	const title = planTitle(english.quietly(view))
	if (view.quiet) return { title, tasks: [], blocks: blocksOf(runId, view), text: '' }
	const tasks = view.stages.map(streamedTask)
	const room = Math.min(largestPreview, largestStream - weightOf(title, tasks))
	return { title, tasks, blocks: blocksOf(runId, view), text: finishedLines(view.answer, room) }
}

function streamedTask(stage: StageView): StreamedTask {
	const { id, status } = stage
	const isOver = status !== 'pending' && status !== 'running'
	return {
		id,
		title: shortened(plainText(taskTitle(stage) + atWork(stage)), longestDetail),
		status: taskStatuses[status],
		lines: linesOf(stage),
		output: isOver ? toSafeMarkdown(summaryLine(stage)) : '',
	}
}

const begun: ReadonlySet<SubtaskView['status']> = new Set(['running', 'failed-check', 'sampling-again'])

/** What is being worked out changes, so it stands where it can be replaced; each of several has its part of the room. */
function atWork({ title, status, subtasks }: StageView): string {
	const now = status === 'running' ? subtasks.filter((subtask) => begun.has(subtask.status)) : []
	if (now.length === 0) return ''
	const room = Math.floor((longestDetail - title.length) / now.length) - 3
	const named = now.map(({ id, text }) => shortened(`${shortened(id, 20)} ${text}`, Math.max(leastNamed, room)))
	return ` · ${named.join(', ')}`
}

function linesOf({ status, subtasks, notices }: StageView): readonly string[] {
	if (status === 'pending') return []
	const settled = subtasks.filter((subtask) => !begun.has(subtask.status)).map(subtaskLine)
	const lines = [...settled, ...notices].map((line) => toSafeMarkdown(shortened(withoutControls(line), longestDetail)))
	return [...new Set(lines)].slice(0, mostSubtasks)
}

function blocksOf(runId: string, view: ReplyView): StreamedPlan['blocks'] {
	const { status, quiet, routing, answerNow } = view
	// A run that turns out to be hard is routed once more.
	const routes = quiet || routing === null ? [] : routeOf(view).map((block) => ({ name: english.routed(view), block }))
	const canBeNow = status !== 'queued' && !answerNow
	return [
		{ name: 'stop', block: actions([stopButton(runId)]) },
		...routes,
		...(canBeNow ? [{ name: 'answer-now', block: actions([answerNowButton(runId)]) }] : []),
	]
}

function weightOf(title: string, tasks: readonly StreamedTask[]): number {
	const once = [title, ...tasks.map((task) => task.title)]
	const twice = tasks.flatMap(({ lines, output }) => [...lines.map((line) => `- ${line}\n`), output])
	return Buffer.byteLength(once.join('')) + 2 * Buffer.byteLength(twice.join(''))
}

/** The lines that nothing more is added to, so that nothing that was sent reads otherwise later. */
function finishedLines(answer: string, mostBytes: number): string {
	const finished = beforeOpenFormula(answer.slice(0, answer.lastIndexOf('\n') + 1))
	const lines = toSafeMarkdown(finished.slice(0, finished.lastIndexOf('\n') + 1)).split(/(?<=\n)/)
	let room = mostBytes
	const fits = lines.findIndex((line) => {
		room -= Buffer.byteLength(line)
		return room < 0
	})
	return (fits === -1 ? lines : lines.slice(0, fits)).join('')
}

/** What has to be appended so that a stream shows more than it does, and what it shows then. */
export function chunksBetween(
	shown: StreamedPlan,
	wanted: StreamedPlan,
): { readonly chunks: readonly StreamChunk[]; readonly shown: StreamedPlan } {
	const tasks = wanted.tasks.map((task) =>
		taskBetween(
			shown.tasks.find(({ id }) => id === task.id),
			task,
		),
	)
	const blocks = wanted.blocks.filter(({ name }) => !shown.blocks.some((other) => other.name === name))
	const text = wanted.text.startsWith(shown.text) ? wanted.text.slice(shown.text.length) : ''
	const gone = shown.tasks.filter(({ id }) => !wanted.tasks.some((task) => task.id === id))
	return {
		chunks: [
			...(wanted.title === shown.title ? [] : [{ type: 'plan_update' as const, title: wanted.title }]),
			...tasks.flatMap(({ chunk }) => chunk ?? []),
			...(blocks.length === 0 ? [] : [{ type: 'blocks' as const, blocks: blocks.map(({ block }) => block) }]),
			...(text === '' ? [] : [{ type: 'markdown_text' as const, text }]),
		],
		shown: {
			title: wanted.title,
			tasks: [...tasks.map(({ shown: task }) => task), ...gone],
			blocks: [...shown.blocks, ...blocks],
			text: shown.text + text,
		},
	}
}

function taskBetween(shown: StreamedTask | undefined, wanted: StreamedTask) {
	const before = shown?.lines ?? []
	const added = wanted.lines.filter((line) => !before.includes(line)).slice(0, mostSubtasks - before.length)
	const output = shown?.output || wanted.output
	const task: StreamedTask = { ...wanted, lines: [...before, ...added], output }
	const isOutputNew = output !== (shown?.output ?? '')
	const isSame = task.title === shown?.title && task.status === shown.status && added.length === 0 && !isOutputNew
	return { shown: task, chunk: isSame ? null : taskChunk(task, before.length > 0, added, isOutputNew) }
}

function taskChunk(
	{ id, title, status, output }: StreamedTask,
	hasLines: boolean,
	added: readonly string[],
	isOutputNew: boolean,
): types.TaskUpdateChunk {
	const details = added.map((line) => `- ${line}`).join('\n')
	return {
		type: 'task_update',
		id,
		title,
		status,
		...(details === '' ? {} : { details: hasLines ? `\n${details}` : details }),
		...(isOutputNew ? { output } : {}),
	}
}

/** What says that a stream goes on, and changes nothing. */
export function heartbeat({ title, tasks }: StreamedPlan): StreamChunk {
	const running = tasks.findLast(({ status }) => status === 'in_progress')
	return running === undefined ? { type: 'plan_update', title } : statusChunk(running, running.status)
}

/** What a stream has to end with: one that ends in the middle of a task looks as if it had failed. */
export function closingChunks(shown: StreamedPlan, ends: StreamedPlan): readonly StreamChunk[] {
	const open = shown.tasks.filter(({ status }) => status === 'in_progress')
	return open.map((task) => {
		const status = ends.tasks.find(({ id }) => id === task.id)?.status ?? 'pending'
		return statusChunk(task, status === 'in_progress' ? 'pending' : status)
	})
}

function statusChunk({ id, title }: StreamedTask, status: StreamedTask['status']): StreamChunk {
	return { type: 'task_update', id, title, status }
}
