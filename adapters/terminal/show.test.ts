import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ReplyView } from '../../src/core/reply-view.ts'
import { emptyReplyView, foldJournal, foldRecord } from '../../src/rendering/index.ts'
import { askOutputSchema } from '../../tests/support/ask-output.ts'
import { aStageView, aView, recordsOf } from '../../tests/support/builders.ts'
import { byObjective, openReasoning, order, orderResults, replyJson, solution } from '../../tests/support/reasoning.ts'
import { createFormatter } from './colors.ts'
import { toIncomingMessage } from './receive.ts'
import { showChange, showOutcome, showProgress } from './show.ts'
import { showJson, showJsonFailure } from './show-json.ts'

const plain = createFormatter(false)
const colored = createFormatter(true)
const now = new Date('2026-01-01T12:00:02.500Z')
const runId = '0196d7a0-0000-7000-8000-000000000000'

const run = { runId, url: null }

const subtasks = [
	{ id: 's1', text: 'Price the pens', status: 'checked' },
	{ id: 's2', text: 'Price the markers', status: 'sampling-again' },
] as const

test('a typed question becomes a message of a conversation of its own', () => {
	const preferences = { route: 'staged', effort: 'high', workflow: null } as const
	const message = toIncomingMessage({ id: 'q1', text: 'Why?', userName: 'ada', preferences, sentAt: now })
	expect(message).toMatchObject({
		id: 'q1',
		conversation: { platform: 'terminal', workspaceId: '', channelId: 'ada', threadId: 'q1' },
		author: { id: 'ada', name: 'ada' },
		content: [{ kind: 'text', text: 'Why?' }],
		preferences,
		sentAt: '2026-01-01T12:00:02.500Z',
	})
	expect(message.author.timeZone).not.toBe('')
})

describe('progress', () => {
	test('waits visibly for a worker', () => {
		expect(showProgress(emptyReplyView, now, '⠋', plain)).toBe('⠋ Waiting for a worker')
	})

	test('shows the route, every stage, and what is under way in the running one', () => {
		const stages = [
			aStageView({
				id: 'analyze',
				title: 'Problem analysis',
				status: 'done',
				summary: 'Two prices.',
				elapsedMs: 1_200,
			}),
			aStageView({ subtasks, notices: ['8 * 7 is 56, not 54'] }),
			aStageView({ id: 'evaluate', title: 'Self-evaluation', status: 'pending' }),
		]
		expect(showProgress(aView({ stages }), now, '⠋', plain).split('\n')).toEqual([
			'3 stages, medium effort. Two prices to add.',
			'✔ Problem analysis 1.2 s Two prices.',
			'⠋ Systematic execution 2.5 s',
			'  ✔ s1 Price the pens',
			'  ↻ s2 Price the markers (failed its check, worked out again)',
			'  ! 8 * 7 is 56, not 54',
			'○ Self-evaluation',
		])
	})

	test('shows the answer while it grows', () => {
		const lines = showProgress(aView({ stages: [], answer: 'The order' }), now, '⠋', plain).split('\n')
		expect(lines.slice(-2)).toEqual(['', 'The order'])
	})

	test('keeps a long line on one line', () => {
		const stage = aStageView({ notices: [`a\n${'long '.repeat(100)}`] })
		const lines = showProgress(aView({ stages: [stage] }), now, '⠋', plain).split('\n')
		expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110)
	})
})

describe('the log of changes', () => {
	test('has every start, end, check and notice once', async () => {
		await using world = await openReasoning()
		const records = recordsOf((await world.attempt()).entries)
		const lines: string[] = []
		let before = emptyReplyView
		for (const record of records) {
			const view = foldRecord(before, record)
			lines.push(...showChange(before, view, plain))
			before = view
		}
		expect(lines.map((line) => line.replace(/\d+\.\d s/, 'T'))).toEqual([
			expect.stringMatching(/^6 stages, medium effort, at most 5 min and \$0\.50\. /),
			'◐ Problem analysis',
			`✔ Problem analysis T: ${order.analysis.restatement}`,
			'◐ Task decomposition',
			'✔ Task decomposition T: 3 subtasks, 2 of them one after the other.',
			'◐ Systematic execution',
			expect.stringContaining('✔ s'),
			expect.stringContaining('✔ s'),
			'  ✔ s3 Add both. → $104',
			'✔ Systematic execution T: 3 of 3 steps done, 3 checked.',
			'– Alternative solutions: Every step was checked.',
			'◐ Self-evaluation',
			'✔ Self-evaluation T: Passed: 3 of 3 steps checked, 1 of 1 requirement met.',
			'– Self-correction: Nothing failed.',
		])
	})

	test('says that a step is worked out again only where it is', async () => {
		const wrong = replyJson(solution('8 * 7', '54'))
		await using world = await openReasoning({
			'subtask-result': byObjective({ ...orderResults, 'Price the markers.': wrong }),
		})
		const lines: string[] = []
		let before = emptyReplyView
		for (const record of recordsOf((await world.attempt()).entries)) {
			const view = foldRecord(before, record)
			lines.push(...showChange(before, view, plain))
			before = view
		}
		expect(lines.filter((line) => line.includes('failed its check, worked out again'))).toHaveLength(1)
		expect(lines.filter((line) => line.includes('54'))).toHaveLength(5)
	})

	test('says why a stage is left out, also in its middle', () => {
		const skipped = aStageView({ status: 'skipped', summary: 'The budget does not cover it.' })
		for (const status of ['pending', 'running'] as const) {
			const before = aView({ stages: [aStageView({ status })] })
			const change = showChange(before, { ...before, stages: [skipped] }, plain)
			expect(change).toEqual(['– Systematic execution: The budget does not cover it.'])
		}
	})

	test('is empty where nothing has changed', () => {
		const view = aView({ stages: [aStageView({ subtasks })] })
		expect(showChange(view, view, plain)).toEqual([])
	})
})

describe('the outcome', () => {
	const done = aStageView({ status: 'done', summary: 'All done.', details: ['**s1:** Add → `104`'] })

	test('has the answer first, the steps under it, then what it took', () => {
		const usage = { calls: 6, inputTokens: 1_200, outputTokens: 300, costMicroUsd: 12_300 }
		const view = aView({
			status: 'answered',
			answer: 'It costs **$104**.',
			stages: [done, aStageView({ status: 'pending' })],
			confidence: 'high',
			checks: { passed: 4, failed: 1, open: 0 },
			usage,
		})
		expect(showOutcome(run, view, plain).split('\n')).toEqual([
			'It costs $104.',
			'',
			'Reasoning',
			'✔ Systematic execution All done.',
			'    s1: Add → 104',
			'',
			`1 of 2 stages · medium effort · 5 checks, 1 failed and was corrected · high confidence · 1.5 s · 6 calls · 1,500 tokens · $0.0123 · run ${runId}`,
		])
	})

	test('of a run that ended in the middle of a stage shows what that stage had found', () => {
		const step = { objective: 'Price the pens', samples: 1 } as const
		const check = { method: 'arithmetic', passed: true, sample: 0, evidence: 'Recomputed: 12 * 4 = 48.' } as const
		const stopped = aStageView({
			status: 'stopped',
			record: {
				kind: 'execute',
				subtasks: [
					{ ...step, id: 's1', result: '$48', status: 'checked', checks: [check] },
					{ ...step, id: 's2', result: null, status: 'running', checks: [] },
				],
			},
		})
		const view = aView({ status: 'stopped', stopReason: 'user', stages: [stopped] })
		expect(showOutcome(run, view, plain).split('\n').slice(5, -2)).toEqual([
			'    s1: Price the pens → $48',
			'    ✓ Recomputed: 12 * 4 = 48.',
			'    s2: Price the pens → not done yet',
		])
	})

	test('says where its full record is, if others can reach that', () => {
		const view = aView({ status: 'answered', answer: 'Paris.', route: 'direct', stages: [] })
		const url = `https://bot.example.com/runs/${runId}?key=abc`
		expect(showOutcome({ runId, url }, view, plain).split('\n').at(-1)).toBe(`Full record: ${url}`)
		expect(showOutcome(run, view, plain)).not.toContain('Full record')
	})

	test('says that an answer was direct, and names no price where there is none', () => {
		const line = showOutcome(run, aView({ status: 'answered', answer: 'Paris.', route: 'direct', stages: [] }), plain)
		expect(line.split('\n').at(-1)).toBe(`answered directly · 1.5 s · 0 calls · 0 tokens · run ${runId}`)
	})
})

describe('a budget', () => {
	const budget = { scope: 'person', measure: 'costMicroUsd', limit: 500_000, left: 20_000 } as const

	test('of which little is left after an answer is told under it', () => {
		const view = aView({ status: 'answered', answer: 'Paris.', route: 'direct', stages: [], budget })
		const line = showOutcome(run, view, plain).split('\n').at(-1)
		expect(line).toContain(' · $0.0200 of $0.5000 left of your budget for today · ')
	})

	test('that stopped a run stands before the best so far', () => {
		const view = aView({ status: 'stopped', answer: 'About $100.', stopReason: 'budget', stages: [], budget })
		expect(showOutcome(run, view, plain).split('\n').slice(0, 3)).toEqual([
			'Stopped: your budget for today is used up. It starts again at 00:00 UTC.',
			'The best so far:',
			'About $100.',
		])
		expect(showOutcome(run, view, plain)).not.toContain('left of')
	})
})

describe('quiet', () => {
	const running = aStageView({ title: 'Systematic execution', subtasks, notices: ['8 * 7 is 56, not 54'] })
	const stages = [aStageView({ status: 'done', summary: 'Two prices.' }), running]

	test('shows one line while it works, and the answer as it grows', () => {
		const view = aView({ quiet: true, stages })
		expect(showProgress(view, now, '⠋', plain)).toBe('⠋ Systematic execution (2 of 2)')
		const writing = showProgress({ ...view, answer: 'It costs' }, now, '⠋', plain)
		expect(writing).toBe('⠋ Systematic execution (2 of 2)\n\nIt costs')
	})

	test('leaves one line in a log, however many stages there are', () => {
		const begun = aView({ quiet: true, stages: [] })
		const ended = aView({ quiet: true, status: 'answered', stages })
		const lines = [showChange(emptyReplyView, begun, plain), showChange(begun, ended, plain)].flat()
		expect(lines).toEqual(['Working'])
	})

	test('keeps the steps out of the outcome: the answer and what it took', () => {
		const view = aView({ quiet: true, status: 'answered', answer: 'It costs **$104**.', stages })
		expect(showOutcome(run, view, plain).split('\n')).toEqual([
			'It costs $104.',
			'',
			expect.stringMatching(/^1 of 2 stages · .* · run /),
		])
	})

	test('hides no failure', () => {
		const error = { code: 'model-auth', message: 'The key is refused.', fix: 'Check it.' }
		const view = aView({ quiet: true, status: 'failed', stages, error })
		expect(showOutcome(run, view, plain)).toContain('The key is refused.')
	})
})

const hostile = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				'\u{1B}[2J',
				'\u{1B}]0;t\u{7}',
				'\u{9B}31m',
				'\r',
				'\u{8}',
				'\u{202E}',
				'\u{7F}',
				'**',
				'`',
				'\n',
				'x',
			),
			fc.string({ unit: 'binary', maxLength: 4 }),
		),
		{ maxLength: 8 },
	)
	.map((parts) => parts.join(''))

const hostileStage = fc
	.record({
		summary: hostile,
		details: fc.array(hostile, { maxLength: 2 }),
		notices: fc.array(hostile, { maxLength: 2 }),
		status: fc.constantFrom('pending', 'running', 'done', 'skipped', 'stopped', 'failed'),
		subtasks: fc.array(
			fc.record({
				id: hostile,
				text: hostile,
				status: fc.constantFrom('running', 'sampling-again', 'checked', 'unchecked', 'low-confidence'),
			}),
			{ maxLength: 2 },
		),
	})
	.map((choices) => aStageView(choices))

const hostileView: fc.Arbitrary<ReplyView> = fc
	.record({
		status: fc.constantFrom('queued', 'working', 'waiting', 'answered', 'stopped', 'failed'),
		answer: hostile,
		stages: fc.array(hostileStage, { maxLength: 2 }),
		stopReason: fc.constantFrom(null, 'user', 'budget'),
		error: fc.option(fc.record({ code: hostile, message: hostile, fix: hostile }), { nil: null }),
		routing: fc.record({
			level: fc.constant('hard'),
			reason: hostile,
			source: fc.constant('classifier'),
			estimate: fc.constant(null),
		}),
	})
	.map((choices) => aView(choices))

describe('whatever a model writes', () => {
	test('nothing of it controls the terminal', () => {
		fc.assert(
			fc.property(hostileView, (view) => {
				const written = [
					showProgress(view, now, '⠋', plain),
					...showChange(emptyReplyView, view, plain),
					showOutcome(run, view, plain),
					showJson(runId, view),
				]
				for (const text of written) expect(text.replaceAll(/[\n\t]/g, ' ')).not.toMatch(/\p{Cc}/u)
			}),
			{ numRuns: 500 },
		)
	})

	test('colours are our own: each one begins and ends', () => {
		fc.assert(
			fc.property(hostileView, (view) => {
				const text = showOutcome(run, view, colored)
				// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours.
				const codes = text.match(/\u001B\[\d+m/g) ?? []
				expect(text.split('\u{1B}').length - 1).toBe(codes.length)
			}),
		)
	})
})

describe('the JSON object', () => {
	const allowed = new Set(['done', 'skipped', 'stopped', 'failed'])

	test('has exactly the shape that is promised, for a whole run', async () => {
		await using world = await openReasoning()
		const view = foldJournal(recordsOf((await world.attempt()).entries))
		const output = askOutputSchema.parse(JSON.parse(showJson(runId, view)))
		expect(output).toMatchObject({
			runId,
			status: 'answered',
			route: 'staged',
			effort: 'medium',
			complexity: { level: 'hard', source: 'signals' },
			answer: order.answer,
			confidence: 'high',
			usage: { calls: 7, inputTokens: 77, outputTokens: 49, costUsd: 0.000175 },
			error: null,
		})
		expect(output.stages.map(({ id, title, status }) => `${id}: ${title}: ${status}`)).toEqual([
			'analyze: Problem analysis: done',
			'decompose: Task decomposition: done',
			'execute: Systematic execution: done',
			'alternatives: Alternative solutions: skipped',
			'evaluate: Self-evaluation: done',
			'correct: Self-correction: skipped',
		])
	})

	test('a stage has only a status of those that are promised, whatever became of the run', () => {
		fc.assert(
			fc.property(hostileView, (view) => {
				const { stages } = JSON.parse(showJson(runId, view))
				for (const { status } of stages) expect(allowed.has(status)).toBe(true)
			}),
		)
	})

	test('says the same as the view, also where characters had to be escaped', () => {
		fc.assert(
			fc.property(hostileView, ({ answer }) => {
				expect(JSON.parse(showJson(runId, aView({ answer }))).answer).toBe(
					answer.toWellFormed() === answer ? answer : expect.anything(),
				)
			}),
		)
	})

	test('a question that never became a run has the same shape', () => {
		const failure = { code: 'question-empty', message: 'There is no question.', fix: 'Write one.' } as const
		const output = askOutputSchema.parse(JSON.parse(showJsonFailure(failure)))
		expect(output).toMatchObject({ runId: null, status: 'failed', route: null, stages: [], error: failure })
	})
})
