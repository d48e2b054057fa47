import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ReplyView, StageView, SubtaskView } from '../../src/core/reply-view.ts'
import { aStageView, aView } from '../../tests/support/builders.ts'
import { pingsOfBlocks, pingsOfText } from '../../tests/support/slack/pings.ts'
import { addToStream, blocksOfStream, createStream } from '../../tests/support/slack/streams.ts'
import {
	chunksBetween,
	closingChunks,
	emptyPlan,
	heartbeat,
	type StreamChunk,
	type StreamedPlan,
	streamedPlan,
} from './stream-plan.ts'

const planOf = (view: Partial<ReplyView>) => streamedPlan('run-1', aView(view))
const between = (before: Partial<ReplyView>, after: Partial<ReplyView>) =>
	chunksBetween(chunksBetween(emptyPlan, planOf(before)).shown, planOf(after)).chunks
const subtask = (choices: Partial<SubtaskView>): SubtaskView => ({
	id: 's1',
	text: 'Add both prices',
	status: 'running',
	...choices,
})
const pending = aStageView({ id: 'evaluate', stage: 'evaluate', title: 'Self-evaluation', status: 'pending' })

describe('a stream', () => {
	test('begins with a task for each stage, and what can be done meanwhile', () => {
		const { chunks } = chunksBetween(emptyPlan, planOf({ stages: [aStageView(), pending] }))
		expect(chunks).toMatchObject([
			{ type: 'plan_update', title: 'Systematic execution (1 of 2)' },
			{ type: 'task_update', id: 'execute', title: 'Systematic execution', status: 'in_progress' },
			{ type: 'task_update', id: 'evaluate', title: 'Self-evaluation', status: 'pending' },
			{ type: 'blocks', blocks: [{ type: 'actions' }, { type: 'context' }, { type: 'actions' }] },
		])
	})

	test('is told only of what has changed', () => {
		const stages = (change: Partial<StageView>) => [aStageView(change), pending]
		const working = { stages: stages({ subtasks: [subtask({})] }) }
		const settled = subtask({ text: 'Add both prices → $104', status: 'checked' })
		expect(between(working, working)).toEqual([])
		expect(
			between(working, { stages: stages({ subtasks: [settled, subtask({ id: 's2', text: 'Halve it' })] }) }),
		).toEqual([
			{
				type: 'task_update',
				id: 'execute',
				title: 'Systematic execution · s2 Halve it',
				status: 'in_progress',
				details: '- s1 Add both prices → $104',
			},
		])
	})

	test('names everything that is being worked out, however long each of it is', () => {
		const running = ['s1', 's2'].map((id) =>
			subtask({ id, text: 'Multiply what there is of one by the other. '.repeat(9) }),
		)
		const [task] = planOf({ stages: [aStageView({ subtasks: running })] }).tasks
		expect(task?.title).toMatch(/^Systematic execution · s1 Multiply what [^…]*…, s2 Multiply what [^…]*…$/)
		expect(task?.title.length).toBeLessThanOrEqual(120)
	})

	test('lets details grow and never says them again, as Slack only adds to them', () => {
		const settled = ['s1', 's2'].map((id) => subtask({ id, text: `Step ${id}`, status: 'checked' }))
		const [first] = settled
		if (first === undefined) throw new Error('there is no step')
		expect(
			between({ stages: [aStageView({ subtasks: [first] })] }, { stages: [aStageView({ subtasks: settled })] }),
		).toMatchObject([{ details: '\n- s2 Step s2' }])
		const done = { stages: [aStageView({ status: 'done', subtasks: settled, summary: 'All done.' })] }
		expect(between({ stages: [aStageView({ subtasks: settled })] }, done)).toMatchObject([
			{ type: 'plan_update' },
			{ status: 'complete', output: 'All done.' },
		])
		expect(between(done, done)).toEqual([])
	})

	test('shows an answer line by line, and stops where a line that was sent would read otherwise', () => {
		expect(planOf({ answer: 'One\nTwo\nThr' }).text).toBe('One\nTwo\n')
		expect(between({ answer: 'One\n' }, { answer: 'One\nTwo\n' })).toEqual([{ type: 'markdown_text', text: 'Two\n' }])
		expect(between({ answer: 'One\n' }, { answer: 'Other\nTwo\n' })).toEqual([])
	})

	test('shows a formula once its end is known', () => {
		const answer = 'So\n\\[\nx^2 = 4\n\\]\nholds.\n'
		const upTo = (end: string) => ({ answer: answer.slice(0, answer.indexOf(end)) })
		expect(planOf(upTo('x^2')).text).toBe('So\n')
		expect(between(upTo('\\]'), { answer })).toEqual([{ type: 'markdown_text', text: '\nx² = 4\n\nholds.\n' }])
		expect(planOf({ answer: 'Costs \\( 5\n\nand more\n' }).text).toBe('Costs \\( 5\n\nand more\n')
	})

	test('tells how the run is answered once that is known, and once more where it is answered otherwise', () => {
		const direct = { route: 'direct', stages: [] } as const
		expect(JSON.stringify(between({ status: 'queued', routing: null }, { routing: null }))).not.toContain('"context"')
		expect(between({ ...direct, routing: null }, direct)).toMatchObject([
			{ type: 'blocks', blocks: [{ type: 'context' }] },
		])
		expect(between({ stages: [] }, direct)).toMatchObject([{ type: 'blocks', blocks: [{ type: 'context' }] }])
		expect(between({ ...direct, elapsedMs: 1 }, { ...direct, elapsedMs: 2 })).toEqual([])
	})

	test('of a run that is to be quiet shows one line', () => {
		expect(planOf({ quiet: true, answer: 'One\n' })).toMatchObject({
			title: 'Systematic execution (1 of 1)',
			tasks: [],
			blocks: [{ name: 'stop' }, { name: 'answer-now' }],
			text: '',
		})
	})

	test('ends with no task in progress, since that looks like a failure', () => {
		const { shown } = chunksBetween(emptyPlan, planOf({ stages: [aStageView(), pending] }))
		const ends = (status: StageView['status']) =>
			closingChunks(shown, planOf({ stages: [aStageView({ status }), pending] }))
		expect(ends('done')).toMatchObject([{ id: 'execute', status: 'complete' }])
		expect(ends('failed')).toMatchObject([{ id: 'execute', status: 'error' }])
		expect(ends('running')).toMatchObject([{ id: 'execute', status: 'pending' }])
		expect(closingChunks(emptyPlan, emptyPlan)).toEqual([])
	})

	test('says that it goes on without saying anything', () => {
		const { shown } = chunksBetween(emptyPlan, planOf({ stages: [aStageView(), pending] }))
		expect(heartbeat(shown)).toEqual({
			type: 'task_update',
			id: 'execute',
			title: 'Systematic execution',
			status: 'in_progress',
		})
		expect(heartbeat(planOf({ status: 'queued', stages: [] }))).toMatchObject({ type: 'plan_update' })
	})
})

const texts = fc.oneof(
	fc.string({ unit: 'grapheme' }),
	fc.constantFrom('<!channel>', '@here', '<@U123> and\n<!subteam^S1>', '![a](https://a.example/x.png)', '```\ncode'),
)
const stages = fc.uniqueArray(
	fc.record({
		id: fc.constantFrom('analyze', 'decompose', 'execute', 'alternatives'),
		status: fc.constantFrom('pending', 'running', 'done', 'skipped', 'failed', 'stopped'),
		summary: texts,
		notices: fc.array(texts, { maxLength: 4 }),
		subtasks: fc.array(
			fc.record({
				id: fc.constantFrom('s1', 's2', 's3'),
				text: texts,
				status: fc.constantFrom('running', 'failed-check', 'checked', 'unchecked', 'low-confidence'),
			}),
			{ maxLength: 12 },
		),
	}),
	{ selector: ({ id }) => id, maxLength: 4 },
)
const views = fc.array(
	fc.record({
		stages: stages.map((all) => all.map((stage) => aStageView(stage as Partial<StageView>))),
		answer: texts,
	}),
	{ minLength: 1, maxLength: 6 },
)

/** What Slack shows after chunks were appended. */
function shownBySlack(chunks: readonly StreamChunk[]) {
	const stream = createStream('plan', null, 0)
	// What Slack is sent travels as JSON.
	addToStream(stream, { chunks: JSON.parse(JSON.stringify(chunks)) })
	return stream
}

test('whatever views come, all chunks together show the tasks of the last one, and ping nobody', () => {
	fc.assert(
		fc.property(views, (all) => {
			let shown: StreamedPlan = emptyPlan
			const chunks: StreamChunk[] = []
			for (const view of all) {
				const next = chunksBetween(shown, planOf(view))
				chunks.push(...next.chunks)
				shown = next.shown
			}
			const stream = shownBySlack(chunks)
			const last = planOf(all.at(-1) ?? {})
			expect(stream.planTitle).toBe(last.title)
			for (const { id, title, status, output } of last.tasks) {
				expect(stream.tasks.get(id)).toMatchObject({ title, status })
				if (output !== '') expect(stream.tasks.get(id)?.output).toBeTruthy()
			}
			for (const { id, lines } of shown.tasks) {
				expect(lines.length).toBeLessThanOrEqual(8)
				expect(stream.tasks.get(id)?.details ?? '').toBe(lines.map((line) => `- ${line}`).join('\n'))
			}
			expect(stream.markdown).toBe(shown.text)
			expect(pingsOfText(JSON.stringify(chunks))).toEqual([])
			expect(pingsOfBlocks([...blocksOfStream(stream)])).toEqual([])
			expect(JSON.stringify(chunks).match(/"action_id":"(?:stop|answer-now)"/g)).toHaveLength(2)
		}),
	)
})

test('an answer that grows is shown line by line without a letter too many, and pings nobody', () => {
	const answers = fc.array(texts, { maxLength: 12 }).map((parts) => parts.join(''))
	fc.assert(
		fc.property(answers, fc.array(fc.nat(200), { maxLength: 12 }), (answer, cuts) => {
			const lengths = [...cuts.toSorted((left, right) => left - right), answer.length]
			let shown: StreamedPlan = emptyPlan
			const chunks: StreamChunk[] = []
			for (const length of lengths) {
				const next = chunksBetween(shown, planOf({ answer: answer.slice(0, length) }))
				chunks.push(...next.chunks)
				shown = next.shown
			}
			const stream = shownBySlack(chunks)
			expect(stream.markdown).toBe(shown.text)
			expect(pingsOfText(stream.markdown)).toEqual([])
			expect(stream.markdown.replaceAll(/\u200B|(?<=<) (?=[@#!])/g, '').length).toBeLessThanOrEqual(answer.length)
		}),
	)
})
