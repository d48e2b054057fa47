import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { eventExamples } from '../../tests/support/journal-examples.ts'
import type { JournalEvent } from '../core/journal.ts'
import type { Observation, RunFacts } from '../core/telemetry.ts'
import { createMetrics, type ReadLoad } from './metrics.ts'
import { metricsRoutes } from './metrics-routes.ts'

const run: RunFacts = { runId: 'r1', attempt: 1, platform: 'terminal', route: 'staged', effort: 'high' }
const seriesSchema = z.array(z.object({ name: z.string() }))

function counting(load: ReadLoad = async () => ({ waiting: 3, held: 2 })) {
	const { registry, observe } = createMetrics(load)
	const text = async () => (await metricsRoutes(registry).request('/metrics')).text()
	return {
		registry,
		observe: (...observations: readonly Observation[]) => observations.forEach((one) => void observe(one)),
		write: (...events: readonly JournalEvent[]) =>
			observe({ kind: 'journal-write', run, atMs: 0, entries: events.map((event) => ({ event })) }),
		text,
		/** The lines of a metric that have a value. */
		lines: async (name: string) => (await text()).split('\n').filter((line) => line.startsWith(`threadwise_${name}`)),
	}
}

const message = { runId: 'r1', platform: 'terminal', elapsedMs: 100 } as const
const request = { callId: 'r1/n/k', alias: 'strong', model: 'm', server: null, output: 'text' } as const

describe('metrics', () => {
	test.each<[string, Observation, readonly string[]]>([
		[
			'accepted',
			{ kind: 'run-accepted', runId: 'r1', platform: 'terminal', runKind: 'regenerate' },
			['runs_accepted_total{platform="terminal",kind="regenerate"} 1'],
		],
		[
			'refused',
			{ kind: 'run-refused', runId: null, platform: 'terminal', code: 'busy' },
			['runs_refused_total{platform="terminal",reason="busy"} 1'],
		],
		[
			'claimed',
			{ kind: 'run-claimed', run, waitedMs: 1_500 },
			['run_attempts_total{attempt="first"} 1', 'run_queue_wait_seconds_sum 1.5'],
		],
		[
			'taken over',
			{ kind: 'run-claimed', run: { ...run, attempt: 2 }, waitedMs: null },
			['run_attempts_total{attempt="further"} 1', 'run_queue_wait_seconds_count 0'],
		],
		['left', { kind: 'run-left', run, reason: 'handed-back' }, ['runs_left_total{reason="handed-back"} 1']],
		[
			'stopped before it began',
			{ kind: 'stop-requested', runId: 'r1', reason: 'user', hasEnded: true },
			['runs_stopped_total{reason="user"} 1'],
		],
		[
			'a failed request',
			{ kind: 'model-error', ...request, code: 'model-timeout', elapsedMs: 10 },
			['model_errors_total{alias="strong",code="model-timeout"} 1'],
		],
		[
			'the first sign of life',
			{ kind: 'message-sent', ...message, action: 'post', sinceAcceptedMs: 800, lagMs: null },
			[
				'messages_sent_total{platform="terminal",action="post"} 1',
				'run_first_sign_seconds_sum{platform="terminal"} 0.8',
				'message_send_duration_seconds_sum{platform="terminal",action="post"} 0.1',
			],
		],
		[
			'an outcome shown',
			{ kind: 'message-sent', ...message, action: 'edit', sinceAcceptedMs: null, lagMs: 300 },
			['delivery_lag_seconds_sum{platform="terminal"} 0.3'],
		],
		[
			'a message that failed',
			{ kind: 'message-failed', ...message, action: 'edit', code: 'platform-refused' },
			['message_failures_total{platform="terminal",action="edit",code="platform-refused"} 1'],
		],
		['delivered', { kind: 'run-delivered', runId: 'r1' }, ['runs_delivered_total 1']],
	])('%s', async (_, observation, expected) => {
		const { observe, text } = counting()
		observe(observation)
		for (const line of expected) expect(await text()).toContain(`threadwise_${line}\n`)
	})

	test('what the journal says: calls, tokens, cost, stages, outcomes', async () => {
		const { write, text } = counting()
		write(eventExamples['model-call-end'], eventExamples['model-call-end'], eventExamples['stage-end'])
		write(eventExamples['run-end'], eventExamples['run-stop'], eventExamples['run-fail'], eventExamples['run-wait'])
		const { confidence } = eventExamples['run-end']
		const expected = [
			'model_calls_total{alias="strong"} 2',
			'model_tokens_total{alias="strong",direction="input"} 200',
			'model_tokens_total{alias="strong",direction="output"} 40',
			'model_cost_dollars_total{alias="strong"} 0.00006',
			'model_call_duration_seconds_sum{alias="strong"} 0.024',
			`stage_duration_seconds_count{stage="${eventExamples['stage-end'].stage}"} 1`,
			`runs_answered_total{route="staged",effort="high",confidence="${confidence}"} 1`,
			`runs_stopped_total{reason="${eventExamples['run-stop'].reason}"} 1`,
			`runs_failed_total{code="${eventExamples['run-fail'].code}"} 1`,
			'runs_asked_back_total 1',
			'run_duration_seconds_count{outcome="answered",route="staged"} 1',
		]
		for (const line of expected) expect(await text()).toContain(`threadwise_${line}`)
	})

	test('no event of a journal leaves a run, a person or a text behind', async () => {
		const { write, text } = counting()
		write(...Object.values(eventExamples))
		for (const secret of ['r1', 'Why?', 'Eight', 'p1', '8 + 8']) expect(await text()).not.toContain(secret)
	})

	test('waiting and running runs are read when somebody asks', async () => {
		const { lines } = counting()
		expect(await lines('runs_waiting')).toEqual(['threadwise_runs_waiting 3'])
		expect(await lines('runs_running')).toEqual(['threadwise_runs_running 2'])
	})

	test('a database that is away or silent is asked once at a time, and the rest is told without it', async () => {
		const away = counting(() => Promise.reject(new Error('away')))
		expect(await away.lines('runs_waiting')).toEqual([])
		let asked = 0
		const silent = counting(() => {
			asked += 1
			return new Promise(() => {})
		})
		silent.observe({ kind: 'run-delivered', runId: 'r1' })
		const texts = await Promise.all([silent.text(), silent.text()])
		for (const text of texts) expect(text).toContain('threadwise_runs_delivered_total 1')
		expect(asked).toBe(1)
	})

	test('names and units are those that Prometheus recommends, each is documented, and the process is measured too', async () => {
		const { registry } = counting()
		const all = seriesSchema.parse(await registry.getMetricsAsJSON()).map(({ name }) => name)
		const ours = all.filter((name) => name.startsWith('threadwise_'))
		expect(ours.filter((name) => !/_(?:total|seconds|waiting|running)$/.test(name))).toEqual([])
		const documented = readFileSync('docs/observability.md', 'utf8')
		expect(ours.filter((name) => !documented.includes(`\`${name}\``))).toEqual([])
		expect(all).toContain('process_cpu_seconds_total')
	})
})
