import { type ComponentChild, type ComponentChildren, h } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { withNamedDirections } from '#plain-text'
import type { RunUpdate } from '../page-view.ts'
import { api, runEvents, type TraceRecord } from './api.ts'
import { FactsLine } from './facts-line.ts'
import { icon, mark } from './icons.ts'
import { listen } from './live.ts'
import { Stages } from './stages.ts'
import type { Problem } from './state.ts'
import { duration, strings } from './strings.ts'
import { isEmpty, Prose, Sentence } from './tree.ts'

const words = strings.runPage

/** A run at its own address: all that its journal tells, to be read, printed and handed on. */
export function RunPage({ runId }: { runId: string }): ComponentChild {
	const [update, setUpdate] = useState<RunUpdate | null>(null)
	const [records, setRecords] = useState<readonly TraceRecord[]>([])
	const [problem, setProblem] = useState<Problem | null>(null)
	useEffect(() => {
		void api.run(runId).then((answer) => {
			if (answer.ok) setUpdate(answer.value)
			else setProblem(answer.problem)
		})
	}, [runId])
	const rests = update?.view.rests ?? null
	useEffect(() => {
		if (rests !== false) return
		return listen({ address: (after) => runEvents(runId, after), update: setUpdate, connection: () => {} })
	}, [runId, rests])
	const lastSeq = update?.view.lastSeq ?? 0
	useEffect(() => {
		if (lastSeq === 0) return
		const timer = window.setTimeout(async () => {
			const answer = await api.trace(runId)
			if (answer.ok) setRecords(answer.value.records)
		}, 200)
		return () => window.clearTimeout(timer)
	}, [runId, lastSeq])
	useEffect(() => {
		document.title = `${words.title} · ${strings.product}`
	}, [])
	const threadId = update?.threadId ?? null
	const back = threadId === null ? '/' : `/c/${encodeURIComponent(threadId)}`
	return h('div', { class: 'run-page' }, [
		h('header', { class: 'run-page-head' }, [
			h('a', { class: 'brand', href: '/' }, [mark(), strings.product]),
			h('a', { class: 'quiet-button', href: back }, [
				icon('left'),
				threadId === null ? words.toConversations : words.back,
			]),
		]),
		h('main', { class: 'run-page-main' }, [
			problem === null
				? null
				: h('div', { class: 'callout failed', role: 'alert' }, [
						icon('warning'),
						h('div', null, [h('p', null, problem.message), h('p', null, problem.fix)]),
					]),
			update === null && problem === null ? h('p', { class: 'run-status' }, words.loading) : null,
			update === null ? null : h(Record, { update, records }),
		]),
	])
}

function Record({
	update: { entry, view },
	records,
}: {
	update: RunUpdate
	records: readonly TraceRecord[]
}): ComponentChild {
	const stages = useRef<HTMLElement>(null)
	const openAll = (open: boolean) => {
		for (const details of stages.current?.querySelectorAll('details') ?? []) details.open = open
	}
	useEffect(() => {
		const open = () => openAll(true)
		window.addEventListener('beforeprint', open)
		return () => window.removeEventListener('beforeprint', open)
	}, [])
	return h('article', null, [
		h('p', { class: 'label' }, words.title),
		h('h1', { class: 'run-page-question', dir: 'auto' }, withNamedDirections(entry.question ?? strings.erased)),
		h(Facts, { entry, view }),
		view.disclosure === null ? null : h('p', { class: 'disclosure' }, view.disclosure),
		h(AnswerPart, { view }),
		view.stages.length === 0
			? null
			: h('section', { ref: stages, class: 'run-page-part', 'aria-labelledby': 'stages' }, [
					h('div', { class: 'part-head' }, [
						h('h2', { id: 'stages' }, words.stages),
						h('div', { class: 'part-actions' }, [
							h('button', { type: 'button', class: 'quiet-button', onClick: () => openAll(true) }, words.openAll),
							h('button', { type: 'button', class: 'quiet-button', onClick: () => openAll(false) }, words.closeAll),
							h('button', { type: 'button', class: 'quiet-button', onClick: () => window.print() }, [
								icon('print'),
								words.print,
							]),
						]),
					]),
					h('h3', { class: 'sr-only' }, strings.reasoning),
					h(Stages, { stages: view.stages, live: !view.rests, open: true }),
				]),
		records.length === 0 ? null : h(Trace, { records }),
	])
}

function AnswerPart({ view }: Pick<RunUpdate, 'view'>): ComponentChild {
	return h('section', { class: 'run-page-part', 'aria-labelledby': 'answer' }, [
		h('h2', { id: 'answer' }, strings.answer),
		view.error === null
			? null
			: h('div', { class: 'callout failed' }, [
					icon('warning'),
					h('div', null, [
						h(Sentence, { text: strings.failure(view.error.message) }),
						h(Sentence, { text: strings.fix(view.error.fix) }),
					]),
				]),
		view.status === 'stopped' ? h('p', null, view.texts.stopped) : null,
		isEmpty(view.answer)
			? h('p', { class: 'aside' }, strings.nothingYet)
			: h(Prose, { tree: view.answer, class: 'answer' }),
		h(FactsLine, { facts: view.texts.facts }),
	])
}

function Facts({ entry, view }: Pick<RunUpdate, 'entry' | 'view'>): ComponentChild {
	const { routed } = view.texts
	const facts: readonly (readonly [name: string, value: ComponentChildren])[] = [
		[words.status, strings.statuses[view.status]],
		[words.kind, strings.kinds[entry.kind]],
		[words.asker, entry.asker.name],
		[
			words.askedAt,
			h(
				'time',
				{ dateTime: entry.askedAt },
				new Date(entry.askedAt).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium' }),
			),
		],
		[words.run, h('code', null, entry.runId)],
		...(routed === null ? [] : [[words.route, routed] as const]),
	]
	return h(
		'dl',
		{ class: 'facts', 'aria-label': words.facts },
		facts.map(([name, value]) => h('div', null, [h('dt', null, name), h('dd', null, value)])),
	)
}

/** The journal as a table, each event with a row that opens. */
function Trace({ records }: { records: readonly TraceRecord[] }): ComponentChild {
	const began = Date.parse(records[0]?.at ?? '')
	const { columns } = words
	return h('section', { class: 'run-page-part', 'aria-labelledby': 'trace' }, [
		h('h2', { id: 'trace' }, words.trace),
		h('p', { class: 'aside' }, words.traceHint),
		h(
			'div',
			{ class: 'table-scroll', role: 'region', 'aria-label': strings.table, tabIndex: 0 },
			h('table', { class: 'trace' }, [
				h(
					'thead',
					null,
					h(
						'tr',
						null,
						[columns.seq, columns.at, columns.node, columns.event, columns.says].map((name) =>
							h('th', { scope: 'col' }, name),
						),
					),
				),
				h(
					'tbody',
					null,
					records.map((record) => h(TraceRow, { key: record.seq, record, began })),
				),
			]),
		),
	])
}

const envelope: ReadonlySet<string> = new Set(['v', 'seq', 'at', 'attempt', 'nodeId', 'kind'])

function TraceRow({ record, began }: { record: TraceRecord; began: number }): ComponentChild {
	const facts = Object.fromEntries(Object.entries(record).filter(([name]) => !envelope.has(name)))
	return h('tr', null, [
		h('td', { class: 'number' }, record.seq),
		h('td', { class: 'number' }, duration(Date.parse(record.at) - began)),
		h('td', null, record.nodeId ?? ''),
		h('td', null, h('code', null, record.kind)),
		h(
			'td',
			null,
			Object.keys(facts).length === 0
				? null
				: h('details', null, [
						h('summary', { dir: 'auto' }, summaryOf(facts)),
						h('pre', null, withNamedDirections(JSON.stringify(facts, null, 2))),
					]),
		),
	])
}

const longestSummary = 140

/** The simple facts of an event, and the beginning of what it holds. */
function summaryOf(facts: Readonly<Record<string, unknown>>): string {
	const { content, ...others } = facts
	const parts = [...Object.entries(others), ...Object.entries(isRecord(content) ? content : {})]
		.filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
		.map(([name, value]) => `${name}: ${String(value).replaceAll(/\s+/g, ' ')}`)
	const text = parts.length === 0 ? words.whole : withNamedDirections(parts.join(' · '))
	return text.length > longestSummary ? `${text.slice(0, longestSummary - 1)}…` : text
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null
}
