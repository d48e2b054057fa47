import type { ReplyView, StageView, SubtaskView } from '../../src/core/reply-view.ts'
import { describeFacts, describeStage, english, seconds, stageMarks, toPlainText } from '../../src/rendering/index.ts'
import type { Formatter } from './colors.ts'
import { renderMarkdown } from './markdown.ts'

const longestLine = 100

/** What a running task list looks like now. `spinner` is the current frame of the animation. */
export function showProgress(view: ReplyView, now: Date, spinner: string, format: Formatter): string {
	if (view.status === 'queued') return `${format.cyan(spinner)} ${english.queued(view.placeInQueue)}`
	const answer = view.answer === '' ? [] : ['', toPlainText(view.answer)]
	if (view.quiet) return [`${format.cyan(spinner)} ${english.quietly(view)}`, ...answer].join('\n')
	const lines = view.stages.flatMap((stage) => stageLines(stage, now, spinner, format))
	const heading = routeLine(view, format)
	if (lines.length === 0) lines.push(`${format.cyan(spinner)} ${english.working}`)
	return [...(heading === null ? [] : [heading]), ...lines, ...answer].join('\n')
}

/** The lines to add to a log when a view has followed another. */
export function showChange(before: ReplyView, view: ReplyView, format: Formatter): readonly string[] {
	if (view.quiet) return before.quiet ? [] : [english.working]
	const heading = before.routing !== view.routing ? [routeLine(view, format) ?? []].flat() : []
	return [...heading, ...view.stages.flatMap((stage) => changedStage(before, stage, format))]
}

/** A run, and the address of its full record where there is one to give away. */
export type NamedRun = { readonly runId: string; readonly url: string | null }

/** The reply as it stays: the answer first, the steps under it, then what it took. Nothing folds here, so quiet leaves the steps out. */
export function showOutcome({ runId, url }: NamedRun, view: ReplyView, format: Formatter): string {
	const stages = view.quiet ? [] : view.stages.filter((stage) => stage.status !== 'pending')
	const steps =
		stages.length === 0
			? []
			: ['', format.bold(english.reasoning), ...stages.flatMap((stage) => recordLines(stage, format))]
	const disclosure = view.disclosure === null ? [] : [format.yellow(view.disclosure)]
	return [
		...outcomeLines(view, format),
		...(view.status === 'waiting' ? [format.cyan(howToReply(runId))] : []),
		...steps,
		'',
		format.dim([...describeFacts(view), english.run(runId)].join(' · ')),
		...(url === null ? [] : [`${english.actions.fullRecord}: ${url}`]),
		...disclosure,
	].join('\n')
}

function howToReply(runId: string): string {
	return `Answer within a day: npm run -s threadwise -- ask --reply-to ${runId} "…"`
}

function outcomeLines(view: ReplyView, format: Formatter): readonly string[] {
	if (view.error !== null) {
		return [format.red(english.failure(toPlainText(view.error.message))), english.fix(toPlainText(view.error.fix))]
	}
	const answer = view.answer === '' ? english.nothingYet : renderMarkdown(view.answer, format)
	if (view.stopReason === null) return [answer]
	const skipped = view.skipped.length === 0 ? [] : [english.skippedChecks(view.skipped)]
	const best = view.answer === '' ? [answer] : [english.bestSoFar, answer]
	return [format.yellow(english.stopped(view.stopReason, view.budget)), ...skipped, ...best]
}

function routeLine(view: ReplyView, format: Formatter): string | null {
	if (view.route === null || view.effort === null || view.routing === null) return null
	return format.dim(toPlainText(english.routed(view)))
}

function colored(status: StageView['status'], mark: string, format: Formatter): string {
	if (status === 'done') return format.green(mark)
	if (status === 'failed') return format.red(mark)
	return status === 'running' ? format.cyan(mark) : format.dim(mark)
}

function stageLines(stage: StageView, now: Date, spinner: string, format: Formatter): readonly string[] {
	const running = stage.status === 'running'
	const mark = colored(stage.status, running ? spinner : stageMarks[stage.status], format)
	const title = stage.status === 'pending' ? format.dim(stage.title) : stage.title
	const time = stage.status === 'done' ? stage.elapsedMs : running ? since(stage.startedAt, now) : null
	const summary = stage.summary === '' ? '' : format.dim(` ${shortened(stage.summary)}`)
	const first = `${mark} ${title}${time === null ? '' : format.dim(` ${seconds(time)}`)}${summary}`
	return running ? [first, ...runningDetails(stage, format)] : [first]
}

function runningDetails(stage: StageView, format: Formatter): readonly string[] {
	const notice = stage.notices.at(-1)
	return [
		...stage.subtasks.map((subtask) => `  ${subtaskLine(subtask, format)}`),
		...(notice === undefined ? [] : [`  ${format.yellow(`! ${shortened(notice)}`)}`]),
	]
}

const subtaskMarks: Readonly<Record<SubtaskView['status'], string>> = {
	running: '·',
	'failed-check': '✗',
	'sampling-again': '↻',
	checked: '✔',
	unchecked: '✔',
	'low-confidence': '?',
}

/** What needs a word beside its mark. */
const doubtful: ReadonlySet<SubtaskView['status']> = new Set(['failed-check', 'sampling-again', 'low-confidence'])

function subtaskLine({ id, status, text }: SubtaskView, format: Formatter): string {
	const mark = subtaskMarks[status]
	const note = doubtful.has(status) ? english.subtaskStatuses[status] : undefined
	const shown = note === undefined ? format.dim(mark) : format.yellow(mark)
	return `${shown} ${shortened(id)} ${format.dim(`${shortened(text)}${note === undefined ? '' : ` (${note})`}`)}`
}

function changedStage(before: ReplyView, stage: StageView, format: Formatter): readonly string[] {
	const earlier = before.stages.find(({ id }) => id === stage.id)
	const started =
		stage.status === 'running' && earlier?.status !== 'running' ? [`${stageMarks.running} ${stage.title}`] : []
	const subtasks = stage.subtasks
		.filter((subtask) => earlier?.subtasks.find(({ id }) => id === subtask.id)?.status !== subtask.status)
		// What a check found is a notice of its own.
		.filter(({ status }) => status !== 'running' && status !== 'failed-check')
		.map((subtask) => `  ${subtaskLine(subtask, format)}`)
	const notices = stage.notices.slice(earlier?.notices.length ?? 0).map((notice) => `  ! ${shortened(notice)}`)
	const ended =
		stage.status === 'done' && earlier?.status !== 'done'
			? [`${stageMarks.done} ${stage.title} ${seconds(stage.elapsedMs)}: ${shortened(stage.summary)}`]
			: []
	const skipped =
		stage.status === 'skipped' && earlier?.status !== 'skipped' && stage.summary !== ''
			? [`${stageMarks.skipped} ${stage.title}: ${shortened(stage.summary)}`]
			: []
	return [...started, ...notices, ...subtasks, ...ended, ...skipped]
}

function recordLines(stage: StageView, format: Formatter): readonly string[] {
	const mark = colored(stage.status, stageMarks[stage.status], format)
	const details = describeStage(stage).map(
		(detail) => `    ${renderMarkdown(detail, format).replaceAll('\n', '\n    ')}`,
	)
	return [`${mark} ${format.bold(stage.title)} ${renderMarkdown(stage.summary, format)}`, ...details]
}

function since(startedAt: string | null, now: Date): number | null {
	return startedAt === null ? null : Math.max(0, now.getTime() - Date.parse(startedAt))
}

function shortened(text: string): string {
	const line = toPlainText(text).replaceAll(/\s+/g, ' ')
	return line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line
}
