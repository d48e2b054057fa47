import { describe, expect, onTestFinished, test } from 'vitest'
import { startCollector } from '../../tests/support/collector.ts'
import { freePort } from '../../tests/support/servers.ts'
import type { FinishedSpan } from './spans.ts'
import { openTraceExport } from './trace-export.ts'

const span: FinishedSpan = {
	traceId: '01890a5dac96774bbcceb302099a8057',
	spanId: '0123456789abcdef',
	parentSpanId: 'fedcba9876543210',
	name: 'chat model',
	kind: 'client',
	startedAtMs: 1_700_000_000_250,
	endedAtMs: 1_700_000_000_750,
	attributes: {
		'gen_ai.response.finish_reasons': ['stop'],
		'gen_ai.usage.input_tokens': 3,
		'gen_ai.request.temperature': 0.5,
	},
	error: 'model-timeout',
}

function exportingTo(url: string, headers: Readonly<Record<string, string>> = {}) {
	const troubles: unknown[] = []
	let recoveries = 0
	const exporting = openTraceExport({
		url,
		headers,
		instance: 'here',
		onTrouble: (error) => troubles.push(error),
		onRecovery: () => {
			recoveries += 1
		},
	})
	let ended: Promise<void> | null = null
	const end = () => (ended ??= Promise.resolve(exporting[Symbol.asyncDispose]()))
	onTestFinished(end)
	return { send: exporting.send, end, troubles, recoveries: () => recoveries }
}

describe('what a collector gets', () => {
	test('is every span with its times, place, attributes and error, and who sent it', async () => {
		await using collector = await startCollector()
		const { send, end, troubles } = exportingTo(collector.url, { 'api-key': 'abc' })
		send(span)
		await end()
		expect(collector.requests).toMatchObject([{ path: '/v1/traces', headers: { 'api-key': 'abc' } }])
		expect(collector.resources()).toMatchObject([{ 'service.name': 'threadwise', 'service.instance.id': 'here' }])
		expect(collector.spans()).toMatchObject([
			{
				traceId: span.traceId,
				spanId: span.spanId,
				parentSpanId: span.parentSpanId,
				name: 'chat model',
				kind: 3,
				startTimeUnixNano: '1700000000250000000',
				endTimeUnixNano: '1700000000750000000',
				status: { code: 2 },
				attributes: { ...span.attributes, 'error.type': 'model-timeout' },
			},
		])
		expect(troubles).toEqual([])
	})

	test('is what was left, when the process ends', async () => {
		await using collector = await startCollector()
		const { send, end } = exportingTo(collector.url)
		for (let count = 0; count < 1_000; count++) send(span)
		await end()
		expect(collector.spans()).toHaveLength(1_000)
	})
})

describe('a collector', () => {
	test('that refuses is warned of once, and costs whoever sends nothing', async () => {
		await using collector = await startCollector({ status: 400 })
		const { send, end, troubles } = exportingTo(collector.url)
		const startedAt = performance.now()
		// More than one batch, more than the queue holds.
		for (let count = 0; count < 5_000; count++) send(span)
		expect(performance.now() - startedAt).toBeLessThan(500)
		await expect.poll(() => collector.requests.length).toBeGreaterThan(1)
		await end()
		expect(troubles).toHaveLength(1)
	})

	test('that can not be reached, or says nothing, keeps no process from ending', async () => {
		await using silent = await startCollector({ status: null })
		for (const url of [`http://127.0.0.1:${await freePort()}/v1/traces`, silent.url]) {
			const { send, end } = exportingTo(url)
			send(span)
			const startedAt = performance.now()
			await end()
			expect(performance.now() - startedAt).toBeLessThan(3_000)
		}
	})
})
