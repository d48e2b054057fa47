import { type ComponentChild, type ComponentChildren, h } from 'preact'
import type { PageCheck, PageRecord, PageStage, Tree } from '../page-view.ts'
import { icon } from './icons.ts'
import { edgePath, layoutPlan, nodeSize } from './plan-graph.ts'
import { strings } from './strings.ts'
import { isEmpty, Phrase, Prose, textOf } from './tree.ts'

const words = strings.record

/** What a stage has found out, each kind in its own form; its lines where there is nothing else. */
export function StageRecord({ stage }: { stage: PageStage }): ComponentChild {
	const parts = partsOf(stage.record).filter((part) => part !== null)
	if (parts.length > 0) return h('div', { class: 'record' }, parts)
	if (stage.details.length === 0) return h('p', { class: 'record-empty' }, words.nothing)
	return h(
		'ul',
		{ class: 'record-lines' },
		stage.details.map((detail) => h('li', null, h(Phrase, { tree: detail }))),
	)
}

function partsOf(record: PageRecord): readonly ComponentChild[] {
	switch (record.kind) {
		case 'analyze':
			return analysisParts(record)
		case 'decompose':
			return [
				...record.refused.map((why, index) => part(words.refused(index + 1), h('p', null, h(Phrase, { tree: why })))),
				record.subtasks.length === 0 ? null : h(Plan, { subtasks: record.subtasks }),
			]
		case 'execute':
			return record.subtasks.length === 0 ? [] : [h(Execution, { subtasks: record.subtasks })]
		case 'alternatives':
			return record.solutions.length === 0 ? [] : [h(Solutions, { solutions: record.solutions })]
		case 'evaluate':
			return evaluationParts(record)
		case 'correct':
			return correctionParts(record)
	}
}

type RecordOf<Kind extends PageRecord['kind']> = Extract<PageRecord, { kind: Kind }>

function part(title: string, ...children: ComponentChildren[]): ComponentChild {
	return h('section', { class: 'record-part' }, h('h4', null, title), ...children)
}

function listOf<Item>(title: string, items: readonly Item[], show: (item: Item) => ComponentChildren): ComponentChild {
	if (items.length === 0) return null
	return part(
		title,
		h(
			'ul',
			{ class: 'record-list' },
			items.map((item) => h('li', null, show(item))),
		),
	)
}

function analysisParts(record: RecordOf<'analyze'>): readonly ComponentChild[] {
	const stated = ({ id, statement }: { id: string; statement: Tree }) => [
		h('span', { class: 'tag' }, id),
		h(Phrase, { tree: statement }),
	]
	return [
		isEmpty(record.asked) ? null : part(words.asked, h(Prose, { tree: record.asked })),
		listOf(words.givens, record.givens, stated),
		listOf(words.constraints, record.constraints, stated),
		listOf(words.assumptions, record.assumptions, ({ assumption, because }) => [
			h(Phrase, { tree: assumption }),
			isEmpty(because) ? null : h('span', { class: 'aside' }, [words.because(''), h(Phrase, { tree: because })]),
		]),
		listOf(words.askedBack, record.clarified, ({ question, answer }) => [
			h(Phrase, { tree: question }),
			h('span', { class: 'aside' }, [
				answer === null ? words.noAnswerCame : [`${strings.youSaid}: `, h(Phrase, { tree: answer })],
			]),
		]),
		checksPart(record.checks),
	]
}

function checksPart(checks: readonly PageCheck[]): ComponentChild {
	return checks.length === 0 ? null : part(words.checks, h(Checks, { checks }))
}

/** Checks of one result, each with what it went by. */
export function Checks({ checks }: { checks: readonly PageCheck[] }): ComponentChild {
	const hasSamples = checks.some(({ sample }) => sample > 0)
	return h(
		'ul',
		{ class: 'checks' },
		checks.map((check) => h(Check, { check, hasSamples })),
	)
}

function Check({ check, hasSamples }: { check: PageCheck; hasSamples: boolean }): ComponentChild {
	const { method, passed, sample, evidence } = check
	// Most evidence begins with how it was found.
	const saysMethod = textOf(evidence).toLowerCase().startsWith(strings.methods[method])
	const notes = [...(saysMethod ? [] : [strings.methods[method]]), ...(hasSamples ? [strings.sample(sample)] : [])]
	return h('li', { class: passed ? 'check passed' : 'check failed' }, [
		h('span', { class: 'check-mark' }, icon(passed ? 'check' : 'cross')),
		h('div', null, [
			h('span', { class: 'sr-only' }, `${passed ? strings.passed : strings.failed}: `),
			isEmpty(evidence) ? null : h(Prose, { tree: evidence, class: 'small' }),
			notes.length === 0 ? null : h('span', { class: 'check-notes' }, notes.join(', ')),
		]),
	])
}

function Plan({ subtasks }: { subtasks: RecordOf<'decompose'>['subtasks'] }): ComponentChild {
	return part(
		words.plan,
		subtasks.length > 1 ? h(PlanPicture, { subtasks }) : null,
		h(
			'ol',
			{ class: 'plan-list' },
			subtasks.map(({ id, objective, inputs }) =>
				h('li', null, [
					h('span', { class: 'tag' }, id),
					h('div', null, [
						h(Phrase, { tree: objective }),
						inputs.length === 0 ? null : h('span', { class: 'aside' }, words.from(inputs)),
					]),
				]),
			),
		),
	)
}

function PlanPicture({ subtasks }: { subtasks: RecordOf<'decompose'>['subtasks'] }): ComponentChild {
	const { nodes, edges, layers, width, height } = layoutPlan(subtasks)
	return h(
		'div',
		{ class: 'plan-scroll', tabIndex: 0, role: 'group', 'aria-label': words.plan },
		h(
			'svg',
			{
				class: 'plan',
				viewBox: `0 0 ${width} ${height}`,
				width,
				height,
				role: 'img',
				'aria-label': words.planGraph(nodes.length, layers),
			},
			[
				...edges.map((edge) => h('path', { class: 'plan-edge', d: edgePath(edge) })),
				...edges.map(({ to }) => h('circle', { class: 'plan-knot', cx: to.x, cy: to.y + nodeSize.height / 2, r: 3 })),
				...nodes.map(({ id, x, y }) =>
					h('g', { class: 'plan-node' }, [
						h('rect', { x, y, rx: nodeSize.height / 2, ...nodeSize }),
						h(
							'text',
							{ x: x + nodeSize.width / 2, y: y + nodeSize.height / 2, 'text-anchor': 'middle', dy: '0.35em' },
							id.length > 7 ? `${id.slice(0, 6)}…` : id,
						),
					]),
				),
			],
		),
	)
}

function Execution({ subtasks }: { subtasks: RecordOf<'execute'>['subtasks'] }): ComponentChild {
	return h(
		'ol',
		{ class: 'executed' },
		subtasks.map(({ id, objective, result, status, samples, checks, unchecked }) =>
			h('li', { class: `executed-item ${status}` }, [
				h('div', { class: 'executed-head' }, [
					h('span', { class: 'tag' }, id),
					h(Phrase, { tree: objective }),
					h('span', { class: `badge ${status}` }, strings.subtaskStatus[status]),
				]),
				result === null
					? h('p', { class: 'aside' }, words.notDone)
					: h('div', { class: 'executed-result' }, [
							h('span', { class: 'sr-only' }, words.result),
							h(Prose, { tree: result }),
						]),
				samples > 1 ? h('p', { class: 'aside' }, words.samples(samples)) : null,
				checks.length === 0 ? null : h(Checks, { checks }),
				unchecked === undefined ? null : h('p', { class: 'aside', dir: 'auto' }, `${words.unchecked}: ${unchecked}`),
			]),
		),
	)
}

type Solution = RecordOf<'alternatives'>['solutions'][number]

function Solutions({ solutions }: { solutions: readonly Solution[] }): ComponentChild {
	const leading = leadingKey(solutions)
	const agreeing = (key: string) => (key === '' ? 0 : solutions.filter((other) => other.key === key).length - 1)
	return part(
		words.alternatives,
		h(
			'ul',
			{ class: 'solutions' },
			solutions.map(({ method, answer, key, weight, check }) =>
				h('li', { class: key === leading ? 'solution leads' : 'solution' }, [
					h('h5', null, method),
					h(Prose, { tree: answer }),
					check === undefined ? null : h('p', { class: 'aside', dir: 'auto' }, check),
					h('p', { class: 'solution-foot' }, [
						h('span', null, agreeing(key) > 0 ? words.agrees(agreeing(key)) : words.alone),
						weight === null ? null : h('span', null, words.weight(weight)),
					]),
				]),
			),
		),
	)
}

/** What the heaviest of equal answers have in common; null where nothing can be told. */
function leadingKey(solutions: readonly Solution[]): string | null {
	const weights = new Map<string, number>()
	for (const { key, weight } of solutions) if (key !== '') weights.set(key, (weights.get(key) ?? 0) + (weight ?? 1))
	return [...weights].toSorted(([, left], [, right]) => right - left)[0]?.[0] ?? null
}

function evaluationParts(record: RecordOf<'evaluate'>): readonly ComponentChild[] {
	const { checks, verdict, unchecked = [], chosen, voteShare, otherwise } = record
	return [
		verdict === null
			? null
			: h('p', { class: verdict.passed ? 'verdict passed' : 'verdict failed' }, [
					icon(verdict.passed ? 'check' : 'cross'),
					h('strong', null, verdict.passed ? words.holds : words.fails),
					h('span', { class: 'aside' }, strings.confidences[verdict.confidence]),
				]),
		verdict === null
			? null
			: listOf(words.failures, verdict.failures, ({ where, evidence }) => [
					h('span', { class: 'tag' }, where),
					h(Phrase, { tree: evidence }),
				]),
		chosen === undefined ? null : part(words.chosen, h('p', { dir: 'auto' }, chosen)),
		voteShare === undefined ? null : h('p', { class: 'aside' }, words.votes(voteShare)),
		otherwise === undefined ? null : h('p', { class: 'aside', dir: 'auto' }, words.otherwise(otherwise)),
		checksPart(checks),
		listOf(words.unchecked, unchecked, ({ statement, why }) => [
			h('span', { class: 'phrase', dir: 'auto' }, statement),
			h('span', { class: 'aside', dir: 'auto' }, why),
		]),
	]
}

function correctionParts({ corrections, instead, voteShare }: RecordOf<'correct'>): readonly ComponentChild[] {
	return [
		corrections.length === 0 ? null : h(Corrections, { corrections }),
		instead === undefined ? null : part(words.instead, h('p', { dir: 'auto' }, instead)),
		voteShare === undefined ? null : h('p', { class: 'aside' }, words.votes(voteShare)),
	]
}

function Corrections({ corrections }: { corrections: RecordOf<'correct'>['corrections'] }): ComponentChild {
	return h(
		'ol',
		{ class: 'corrections' },
		corrections.map(({ round, accepted, before, after, reason, where }) =>
			h('li', null, [
				h('h4', { class: 'correction-head' }, [
					words.correction(round, where),
					h(
						'span',
						{ class: accepted ? 'badge checked' : 'badge failed-check' },
						accepted ? words.kept : words.notKept,
					),
				]),
				h('div', { class: 'before-after' }, [
					h('div', { class: 'before' }, [h('h5', null, words.before), h(Prose, { tree: before, class: 'small' })]),
					h('div', { class: 'after' }, [h('h5', null, words.after), h(Prose, { tree: after, class: 'small' })]),
				]),
				isEmpty(reason)
					? null
					: h('div', { class: 'correction-reason' }, [
							h('h5', null, words.reason),
							h(Prose, { tree: reason, class: 'small' }),
						]),
			]),
		),
	)
}
