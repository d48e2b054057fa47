import fc from 'fast-check'
import type { Nodes } from 'hast'
import { describe, expect, test } from 'vitest'
import type { RunEntry } from '../../src/core/conversation-reader.ts'
import type { StageRecord } from '../../src/core/reply-view.ts'
import { emptyReplyView } from '../../src/rendering/index.ts'
import { aStageView, aView } from '../../tests/support/builders.ts'
import { createPages } from './pages.ts'
import { conversationOf } from './receive.ts'
import { showPage } from './show.ts'

function textOf(node: Nodes): string {
	if (node.type === 'text') return node.value
	return 'children' in node ? node.children.map(textOf).join('') : ''
}

const check = { method: 'arithmetic', passed: false, sample: 0, evidence: '`54` is **not** 55' } as const

/** One of each kind, with Markdown wherever there may be some. */
const records: readonly StageRecord[] = [
	{
		kind: 'analyze',
		asked: 'the **total**',
		givens: [{ id: 'g1', statement: '_3_ buses' }],
		constraints: [{ id: 'c1', statement: '**whole** buses' }],
		assumptions: [{ assumption: 'all **come**', because: 'nobody *said*' }],
		clarified: [
			{ question: 'Which **one**?', answer: 'the *first*' },
			{ question: 'When?', answer: null },
		],
		checks: [check],
	},
	{
		kind: 'decompose',
		subtasks: [{ id: 's1', objective: 'Add **both**', inputs: ['s0'] }],
		refused: ['No step says `why`.'],
	},
	{
		kind: 'execute',
		subtasks: [
			{ id: 's1', objective: 'Add *both*', result: '**104**', status: 'checked', samples: 2, checks: [check] },
			{ id: 's2', objective: 'Round', result: null, status: 'running', samples: 1, checks: [] },
		],
	},
	{ kind: 'alternatives', solutions: [{ method: 'backwards', answer: '**104**', key: '104', weight: null }] },
	{
		kind: 'evaluate',
		checks: [check],
		verdict: { passed: false, confidence: 'low', failures: [{ where: 's1', evidence: '`54`' }] },
	},
	{ kind: 'evaluate', checks: [], verdict: null },
	{ kind: 'correct', corrections: [{ round: 1, accepted: true, before: '**1**', after: '**2**', reason: '*why*' }] },
]

describe('what the page is given', () => {
	test('is the view, with its Markdown as trees', () => {
		const page = showPage(aView({ status: 'answered', answer: 'It is **104**.', lastSeq: 7 }))
		expect(page).toMatchObject({ status: 'answered', answerText: 'It is **104**.', rests: true, lastSeq: 7 })
		expect(textOf(page.answer)).toBe('It is 104.')
	})

	test.each(records)('has the record of a stage: $kind', (record) => {
		const { kind } = record
		const [stage] = showPage(aView({ stages: [aStageView({ stage: kind, record, summary: '**Done**.' })] })).stages
		expect(stage?.record.kind).toBe(kind)
		// Every Markdown mark of the record was understood: none is left in any text of it.
		const texts: string[] = []
		JSON.stringify(stage?.record, (key, value) => {
			if (key === 'value') texts.push(value)
			return value
		})
		expect(texts.filter((text) => /[*_`]/.test(text))).toEqual([])
		expect(stage === undefined ? '' : textOf(stage.summary)).toBe('Done.')
	})

	test('names in the record stay as they are, for the graph of the plan', () => {
		const [, plan] = records
		if (plan === undefined) throw new Error('no plan')
		const [stage] = showPage(aView({ stages: [aStageView({ stage: 'decompose', record: plan })] })).stages
		expect(stage?.record).toMatchObject({ subtasks: [{ id: 's1', inputs: ['s0'] }] })
	})

	test('says in words what became of it', () => {
		const queued = showPage({ ...emptyReplyView, placeInQueue: 3 }).texts
		expect(queued).toMatchObject({ queued: 'Waiting: 2 questions ahead of it', routed: null, stopped: null })
		const stopped = showPage(aView({ status: 'stopped', stopReason: 'user', skipped: ['Self-evaluation'] })).texts
		expect(stopped).toMatchObject({
			stopped: 'Stopped as you asked.',
			skipped: 'Left out: Self-evaluation.',
			queued: null,
		})
		const usage = { calls: 6, inputTokens: 1_200, outputTokens: 300, costMicroUsd: 12_300 }
		const { facts } = showPage(
			aView({ status: 'answered', confidence: 'low', checks: { passed: 4, failed: 1, open: 1 }, usage }),
		).texts
		expect(facts).toEqual([
			'0 of 1 stage',
			'medium effort',
			'5 checks, 1 failed and was not corrected',
			'low confidence',
			'1.5 s',
			'6 calls',
			'1,500 tokens',
			'$0.0123',
		])
	})

	test('says nothing of what a run took that never began', () => {
		const refused = aView({ status: 'failed', startedAt: null, route: null, stages: [], elapsedMs: 0 })
		expect(showPage(refused).texts.facts).toEqual([])
	})

	test('has no HTML of a model in it, whatever that writes', () => {
		const hostile =
			'<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1)) <b onclick="x">'
		const page = showPage(aView({ answer: hostile, stages: [aStageView({ summary: hostile, details: [hostile] })] }))
		const kinds: string[] = []
		JSON.stringify({ ...page, answerText: '' }, (key, value) => {
			if (key === 'type' || key === 'tagName') kinds.push(value)
			return value
		})
		expect(kinds).not.toContain('raw')
		expect(kinds).not.toContain('script')
	})

	test('has nothing in it that turns text around or can’t be shown', () => {
		const directions = ['\u{61C}', '\u{200E}', '\u{200F}', '\u{202A}', '\u{202E}', '\u{2066}', '\u{2069}']
		const part = fc.constantFrom(
			'\u{1B}[2J',
			...directions,
			'\u{9B}31m',
			'$',
			'[x](y',
			')',
			'\u{0}',
			'\u{7F}',
			'a',
			'\n',
			'**',
			'`',
		)
		const hostile = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''))
		fc.assert(
			fc.property(hostile, hostile, (answer, name) => {
				const stages = [aStageView({ title: name, summary: answer, notices: [name] })]
				const error = { code: name, message: answer, fix: answer }
				const sent = JSON.stringify(showPage(aView({ answer, stages, error, disclosure: name, skipped: [name] })))
				expect(sent.replaceAll('\\n', '')).not.toMatch(
					/\\u00[0189]|[\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/,
				)
			}),
		)
	})

	test('is made once of each view and each stage', () => {
		const { toUpdate, toData } = createPages((runId) => `https://bot.example.com/runs/${runId}`)
		const entry = { runId: 'run-1' } as RunEntry
		const ours = conversationOf('thread-1')
		const stage = aStageView()
		const first = toUpdate({ entry, view: aView({ stages: [stage] }) }, ours)
		const second = toUpdate({ entry, view: aView({ stages: [stage], answer: 'More.', lastSeq: 2 }) }, ours)
		expect(second.view.stages[0]).toBe(first.view.stages[0])
		const view = aView()
		expect(toUpdate({ entry, view }, ours).view).toBe(toUpdate({ entry, view }, ours).view)
		expect(JSON.parse(toData({ entry, view }, ours))).toEqual(
			JSON.parse(JSON.stringify(toUpdate({ entry, view }, ours))),
		)
		expect(first).toMatchObject({ threadId: 'thread-1', runUrl: 'https://bot.example.com/runs/run-1' })
		expect(toUpdate({ entry, view }, { ...ours, platform: 'elsewhere' }).threadId).toBeNull()
	})
})
