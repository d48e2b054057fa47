import { describe, expect, test } from 'vitest'
import { eventExamples } from '../../tests/support/journal-examples.ts'
import type { JournalEvent, JournalRecord } from '../core/journal.ts'
import type { Observe, RequestFacts, RunFacts } from '../core/telemetry.ts'
import { createSpans, type FinishedSpan } from './spans.ts'

const runId = '01890a5d-ac96-774b-bcce-b302099a8057'
const acceptedAt = 0x01890a5dac96
const run: RunFacts = { runId, attempt: 1, platform: 'terminal', route: 'staged', effort: 'high' }
const call = eventExamples['model-call-end']
const started = eventExamples['model-call-start']
const stageEnd = { ...eventExamples['stage-end'], stage: 'analyze' as const }

type Written = readonly [atMs: number, event: JournalEvent, nodeId?: string]

function recorder() {
	const spans: FinishedSpan[] = []
	return {
		spans,
		attempt: (facts: RunFacts = run) =>
			attemptIn(
				createSpans((span) => spans.push(span)),
				facts,
			),
	}
}

/** Another attempt may be made in another process, which knows nothing but the journal. */
function attemptIn(observe: Observe, facts: RunFacts) {
	observe({ kind: 'run-claimed', run: facts, waitedMs: null })
	const request = (key: string): RequestFacts => ({
		callId: `${runId}/${key}`,
		alias: 'strong',
		model: 'asked-model',
		server: { address: 'models.example', port: 443 },
		output: 'json',
	})
	return {
		read: (records: readonly JournalRecord[]) => observe({ kind: 'journal-read', run: facts, records }),
		write: (...entries: readonly Written[]) => {
			for (const [atMs, event, nodeId] of entries)
				observe({ kind: 'journal-write', run: facts, atMs, entries: [{ event, nodeId }] })
		},
		ask: (key: string) => observe({ kind: 'model-request', ...request(key) }),
		fail: (key: string, code: string) => observe({ kind: 'model-error', ...request(key), code, elapsedMs: 1 }),
		leave: () => observe({ kind: 'run-left', run: facts, reason: 'handed-back' }),
	}
}

function named(spans: readonly FinishedSpan[], name: string): FinishedSpan {
	const found = spans.filter((span) => span.name === name)
	expect(found).toHaveLength(1)
	return found[0] as FinishedSpan
}

const t0 = acceptedAt + 1_000

describe('spans', () => {
	test('of a run, its stages and their calls are one tree, with the times of the journal', () => {
		const { spans, attempt } = recorder()
		const { write, ask } = attempt()
		write([t0, eventExamples['run-start']], [t0, { ...started, callKey: 'c' }, 'complexity'])
		ask('complexity/c')
		write([t0 + 100, { ...call, callKey: 'c', elapsedMs: 90 }, 'complexity'])
		write([t0 + 200, { ...eventExamples['stage-start'], stage: 'analyze' }, 'analyze'])
		ask('analyze/k')
		write([t0 + 210, started, 'analyze'], [t0 + 500, { ...call, elapsedMs: 320 }, 'analyze'])
		write([t0 + 600, stageEnd, 'analyze'], [t0 + 700, eventExamples['run-end']])

		const root = named(spans, 'run default')
		const stage = named(spans, 'stage analyze')
		const [complexity, analysis] = spans.filter(({ name }) => name === 'chat asked-model')
		expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([runId.replaceAll('-', '')]))
		expect(root).toMatchObject({ parentSpanId: null, startedAtMs: acceptedAt, endedAtMs: t0 + 700, error: null })
		expect(stage).toMatchObject({ parentSpanId: root.spanId, endedAtMs: t0 + 600 })
		// What announces the stage was written after its request was made.
		expect(stage.startedAtMs).toBe(t0 + 180)
		expect(complexity).toMatchObject({ parentSpanId: root.spanId, startedAtMs: t0 + 10, endedAtMs: t0 + 100 })
		expect(analysis).toMatchObject({ parentSpanId: stage.spanId, startedAtMs: t0 + 180, endedAtMs: t0 + 500 })
		expect(spans).toHaveLength(4)
	})

	test('of a call are named as the conventions for generative AI name them', () => {
		const { spans, attempt } = recorder()
		const { write, ask } = attempt()
		ask('direct/k')
		write([t0, started, 'direct'], [t0 + 100, call, 'direct'])
		expect(named(spans, 'chat asked-model')).toMatchObject({
			kind: 'client',
			error: null,
			attributes: {
				'gen_ai.operation.name': 'chat',
				'gen_ai.provider.name': 'openai',
				'gen_ai.request.model': 'asked-model',
				'gen_ai.response.model': 'model-1',
				'gen_ai.usage.input_tokens': 100,
				'gen_ai.usage.output_tokens': 20,
				'gen_ai.response.finish_reasons': ['stop'],
				'gen_ai.request.temperature': 0.5,
				'gen_ai.request.max_tokens': 100,
				'gen_ai.output.type': 'json',
				'server.address': 'models.example',
				'server.port': 443,
			},
		})
	})

	test('of a call that fails for good end with the code of its last try, and the run with its own', () => {
		const { spans, attempt } = recorder()
		const { write, ask, fail } = attempt()
		write([t0, eventExamples['stage-start'], 'analyze'], [t0, started, 'analyze'])
		ask('analyze/k')
		fail('analyze/k', 'model-overloaded')
		ask('analyze/k')
		fail('analyze/k', 'model-timeout')
		write([t0 + 50, { ...eventExamples['run-fail'], code: 'model-timeout' }])
		expect(named(spans, 'chat asked-model')).toMatchObject({ error: 'model-timeout', endedAtMs: t0 + 50 })
		expect(named(spans, 'stage analyze').attributes).toMatchObject({ 'threadwise.stage.complete': false })
		expect(named(spans, 'run unknown')).toMatchObject({
			error: 'model-timeout',
			attributes: { 'threadwise.outcome': 'failed' },
		})
	})

	test('of a call that another try has mended show no error', () => {
		const { spans, attempt } = recorder()
		const { write, ask, fail } = attempt()
		ask('direct/k')
		fail('direct/k', 'model-overloaded')
		ask('direct/k')
		write([t0, started, 'direct'], [t0 + 100, call, 'direct'])
		expect(named(spans, 'chat asked-model').error).toBeNull()
	})

	test('of two attempts in two processes are one tree: the second one knows only the journal', () => {
		const first = recorder()
		const one = first.attempt()
		one.write([t0, eventExamples['run-start']], [t0 + 10, eventExamples['stage-start'], 'analyze'])
		one.ask('analyze/k')
		one.write([t0 + 20, started, 'analyze'], [t0 + 100, call, 'analyze'])
		one.ask('analyze/k2')
		one.leave()
		expect(first.spans.map(({ name, error }) => [name, error])).toEqual([
			['chat asked-model', null],
			['chat asked-model', 'handed-back'],
		])

		const second = recorder()
		const two = second.attempt({ ...run, attempt: 2 })
		const at = (ms: number) => new Date(ms).toISOString()
		two.read([
			{ v: 1, seq: 1, at: at(t0), attempt: 1, ...eventExamples['run-start'] },
			{ v: 1, seq: 2, at: at(t0 + 10), attempt: 1, nodeId: 'analyze', ...eventExamples['stage-start'] },
		])
		two.ask('analyze/k2')
		two.write([t0 + 900, { ...call, callKey: 'k2' }, 'analyze'], [t0 + 950, stageEnd, 'analyze'])
		two.write([t0 + 990, eventExamples['run-end']])

		const stage = named(second.spans, 'stage analyze')
		expect(stage.startedAtMs).toBe(t0 + 10)
		expect(first.spans.map(({ parentSpanId }) => parentSpanId)).toEqual([stage.spanId, stage.spanId])
		const root = named(second.spans, 'run default')
		expect(root.attributes).toMatchObject({ 'threadwise.attempt': 2 })
		expect(new Set([...first.spans, ...second.spans].map(({ traceId }) => traceId)).size).toBe(1)
		const ids = [...first.spans, ...second.spans].map(({ spanId }) => spanId)
		expect(new Set(ids).size).toBe(ids.length)
	})

	test('of a run that waits for its asker are ended with its outcome, by whoever writes that', () => {
		const { spans, attempt } = recorder()
		const { write } = attempt()
		write([t0, eventExamples['stage-start'], 'analyze'], [t0 + 10, eventExamples['run-wait']])
		expect(spans).toEqual([])
	})

	test('hold nothing that anybody wrote, whatever the journal holds', () => {
		const { spans, attempt } = recorder()
		const { write, ask } = attempt()
		ask('analyze/k')
		for (const event of Object.values(eventExamples)) write([t0, event, 'analyze'])
		expect(spans.length).toBeGreaterThan(0)
		const text = JSON.stringify(spans)
		for (const content of ['Why?', 'Hello', 'Eight', '8 + 8', 'no unit', 'Add the legs'])
			expect(text).not.toContain(content)
	})
})
