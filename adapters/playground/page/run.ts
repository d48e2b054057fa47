import { type ComponentChild, h } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { PageView } from '../page-view.ts'
import type { PageActions } from './actions.ts'
import { FactsLine } from './facts-line.ts'
import { Feedback } from './feedback.ts'
import { icon } from './icons.ts'
import { Elapsed, Stages } from './stages.ts'
import type { PageRun, SentMessage } from './state.ts'
import { strings } from './strings.ts'
import { CopyButton, isEmpty, Phrase, Prose, Sentence } from './tree.ts'

export type RunProps = {
	readonly run: PageRun
	/** Whether its question was edited since. */
	readonly isOutdated: boolean
	/** Whether nothing more of it comes by itself, unless it changes. */
	readonly caughtUp: boolean
	readonly personId: string
	/** What was sent as an answer to its question back. */
	readonly replied: SentMessage | null
	readonly actions: PageActions
}

/** One run: its six lines while it works; then the answer, and under it the same lines to be opened. */
export function Run({ run, isOutdated, caughtUp, personId, replied, actions }: RunProps): ComponentChild {
	const { entry, view } = run
	if (view === null) return h(Unread, { runId: entry.runId, caughtUp, actions })
	const parts = [
		h(Clarified, { key: 'clarified', view }),
		view.rests ? null : h(Progress, { key: 'progress', view, runId: entry.runId, actions }),
		h(Outcome, { key: 'outcome', view }),
		view.status === 'waiting' ? h(QuestionBack, { key: 'back', run, view, replied, actions }) : null,
		view.rests ? h(After, { key: 'after', run, view, isOutdated, personId, actions }) : null,
	]
	const reasoning = h(Reasoning, { key: 'reasoning', view })
	// The same element in both places, so that what was opened while it worked stays open.
	return h('div', { class: `run ${view.status}` }, [
		...(view.rests
			? [...parts.slice(0, 4), reasoning, parts[4]]
			: [...parts.slice(0, 2), reasoning, ...parts.slice(2)]),
	])
}

/** A run further up than the stream tells of is read once it is to be seen. */
function Unread({ runId, caughtUp, actions }: Pick<RunProps, 'caughtUp' | 'actions'> & { readonly runId: string }) {
	useEffect(() => {
		if (caughtUp) void actions.read(runId)
	}, [runId, caughtUp, actions])
	return h('div', { class: 'run' }, h('p', { class: 'run-status' }, [spinner(), strings.loading]))
}

function spinner(): ComponentChild {
	return h('span', { class: 'spinner', 'aria-hidden': 'true' })
}

function Reasoning({ view }: { view: PageView }): ComponentChild {
	const stages = view.rests ? view.stages.filter(({ status }) => status !== 'pending') : view.stages
	if (stages.length === 0 || (view.quiet && !view.rests)) return null
	return h('section', { class: 'reasoning', 'aria-label': strings.reasoning }, [
		h('h3', { class: view.rests ? 'label' : 'sr-only' }, strings.reasoning),
		h(Stages, { stages, live: !view.rests }),
	])
}

/** What stands over the stages while they run: where it is, why so, and how to end it. */
function Progress({ view, runId, actions }: { view: PageView; runId: string; actions: PageActions }): ComponentChild {
	const [pressed, setPressed] = useState<'stop' | 'answer-now' | null>(null)
	const press = async (what: 'stop' | 'answer-now') => {
		setPressed(what)
		const done = what === 'stop' ? await actions.stop(runId) : await actions.answerNow(runId)
		if (!done) setPressed(null)
	}
	const { routed, queued } = view.texts
	return h('div', { class: 'progress' }, [
		h('div', { class: 'progress-head' }, [
			h('p', { class: 'run-status' }, [
				spinner(),
				queued ?? progressOf(view),
				view.startedAt === null ? null : h(Elapsed, { since: view.startedAt }),
			]),
			h('div', { class: 'progress-actions' }, [
				view.status === 'working' && view.route !== 'direct' && !view.answerNow
					? h(
							'button',
							{ type: 'button', class: 'button', disabled: pressed !== null, onClick: () => press('answer-now') },
							[icon('forward'), strings.answerNow],
						)
					: null,
				h('button', { type: 'button', class: 'button', disabled: pressed === 'stop', onClick: () => press('stop') }, [
					icon('stop'),
					pressed === 'stop' ? strings.stopping : strings.stop,
				]),
			]),
		]),
		routed === null ? null : h('p', { class: 'routed', dir: 'auto' }, routed),
	])
}

/** In a line, for whoever wants quiet; else the stages say it. */
function progressOf({ answerNow, quiet, stages }: PageView): string {
	if (answerNow) return strings.answeringNow
	const index = quiet ? stages.findLastIndex(({ status }) => status === 'running') : -1
	const running = stages[index]
	return running === undefined ? strings.working : strings.stageOf(running.title, index + 1, stages.length)
}

/** Questions back that were answered, as the exchange that they were. */
function Clarified({ view }: { view: PageView }): ComponentChild {
	const said = view.stages.flatMap(({ record }) => (record.kind === 'analyze' ? record.clarified : []))
	const answered = said.filter(({ answer }) => answer !== null)
	if (answered.length === 0) return null
	return h(
		'dl',
		{ class: 'clarified' },
		answered.map(({ question, answer }) => [
			h('div', null, [h('dt', null, strings.askedBack), h('dd', null, h(Phrase, { tree: question }))]),
			h('div', null, [
				h('dt', null, strings.youSaid),
				h('dd', null, answer === null ? null : h(Phrase, { tree: answer })),
			]),
		]),
	)
}

function Outcome({ view }: { view: PageView }): ComponentChild {
	if (view.status === 'waiting') return null
	if (view.status === 'failed') return h(Failure, { view })
	const answer = isEmpty(view.answer)
		? null
		: h(Prose, { tree: view.answer, class: view.rests ? 'answer' : 'answer growing' })
	if (view.status !== 'stopped') {
		return answer === null ? null : h('div', null, [h('h3', { class: 'sr-only' }, strings.answer), answer])
	}
	return h('div', { class: 'outcome' }, [
		h('div', { class: 'callout stopped' }, [
			icon('stop'),
			h('div', null, [
				h('p', null, view.texts.stopped),
				view.texts.skipped === null ? null : h('p', null, view.texts.skipped),
				answer === null ? h('p', null, strings.nothingYet) : null,
			]),
		]),
		answer === null ? null : h('h3', { class: 'label' }, strings.bestSoFar),
		answer,
	])
}

function Failure({ view }: { view: PageView }): ComponentChild {
	return h('div', { class: 'outcome' }, [
		h('div', { class: 'callout failed' }, [
			icon('warning'),
			h('div', null, [
				h(Sentence, { text: strings.failure(view.error?.message ?? '') }),
				view.error === null || view.error.fix === '' ? null : h(Sentence, { text: strings.fix(view.error.fix) }),
			]),
		]),
		isEmpty(view.answer) ? null : h('h3', { class: 'label' }, strings.bestSoFar),
		isEmpty(view.answer) ? null : h(Prose, { tree: view.answer, class: 'answer' }),
	])
}

type QuestionBackProps = Pick<RunProps, 'run' | 'replied' | 'actions'> & { readonly view: PageView }

/** The question back, with the place to answer it. */
function QuestionBack({ run, view, replied, actions }: QuestionBackProps): ComponentChild {
	const [text, setText] = useState('')
	const id = `reply-${run.entry.runId}`
	const send = (event: Event) => {
		event.preventDefault()
		if (text.trim() === '') return
		actions.reply(run.entry.runId, text.trim())
		setText('')
	}
	const underway = replied !== null && replied.problem === null
	return h('form', { class: 'question-back', onSubmit: send }, [
		h('h3', { class: 'label' }, strings.asksBack),
		h(Prose, { tree: view.answer, class: 'answer' }),
		underway
			? h('p', { class: 'run-status' }, [spinner(), strings.replySent])
			: h('div', { class: 'reply' }, [
					h('label', { class: 'sr-only', for: id }, strings.yourReply),
					h('input', {
						id,
						class: 'field',
						value: text,
						placeholder: strings.yourReply,
						autocomplete: 'off',
						maxLength: 4_000,
						onInput: (event: Event) => setText((event.target as HTMLInputElement).value),
					}),
					h('button', { type: 'submit', class: 'button primary', disabled: text.trim() === '' }, strings.reply),
					h('button', { type: 'button', class: 'button', onClick: () => actions.stop(run.entry.runId) }, strings.stop),
				]),
		replied?.problem ? h('p', { class: 'form-problem' }, `${replied.problem.message} ${replied.problem.fix}`) : null,
	])
}

type AfterProps = Pick<RunProps, 'run' | 'isOutdated' | 'personId' | 'actions'> & { readonly view: PageView }

/** Under a run that rests: what it took, why so, and what can be done with it. */
function After({ run, view, isOutdated, personId, actions }: AfterProps): ComponentChild {
	const { runId } = run.entry
	const mine = run.entry.feedback.find((feedback) => feedback.personId === personId) ?? null
	const isRepeatable = !isOutdated && view.isRepeatable
	const isAnswer = view.status === 'answered' || (view.status === 'stopped' && view.answerText !== '')
	return h('div', { class: 'run-after' }, [
		h(FactsLine, { facts: view.texts.facts }),
		view.routing === null || view.route === null
			? null
			: h('p', { class: 'routed', dir: 'auto' }, strings.why(view.route, view.routing.reason)),
		view.status === 'waiting'
			? null
			: h('div', { class: 'actions' }, [
					isAnswer ? h(CopyButton, { text: view.answerText, label: strings.copyAnswer }) : null,
					isAnswer ? h(Feedback, { key: `feedback-${runId}`, runId, mine, actions }) : null,
					isRepeatable ? h(Again, { runId, kind: 'regenerate', actions }) : null,
					isRepeatable ? h(Again, { runId, kind: 'think-harder', actions }) : null,
					h('a', { class: 'quiet-button', href: `/runs/${runId}` }, [icon('record'), strings.fullRecord]),
				]),
	])
}

type AgainProps = {
	readonly runId: string
	readonly kind: 'regenerate' | 'think-harder'
	readonly actions: PageActions
}

function Again({ runId, kind, actions }: AgainProps): ComponentChild {
	const [pressed, setPressed] = useState(false)
	const press = async () => {
		setPressed(true)
		await actions.again(runId, kind)
		setPressed(false)
	}
	const [name, label] =
		kind === 'regenerate' ? (['again', strings.regenerate] as const) : (['deeper', strings.thinkHarder] as const)
	return h('button', { type: 'button', class: 'quiet-button', disabled: pressed, onClick: press }, [icon(name), label])
}
