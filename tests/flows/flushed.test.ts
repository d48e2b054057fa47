import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { JournalRecord } from '../../src/core/journal.ts'
import type { RunState } from '../../src/core/run.ts'
import { aMessage, outcomes } from '../support/builders.ts'
import { type PracticeServer, startPractice } from '../support/command-line.ts'
import { type Gate, openGate } from '../support/gate.ts'
import { type OpenedProcess, openedProcess } from '../support/opened-process.ts'
import { startRedis } from '../support/servers.ts'
import { createServerDatabase, missingServers } from '../support/stores.ts'

// What was lost is found by the sweeper, which leaves everything alone for ten seconds.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'
/** The leases of somebody who has died, which keep a delivery delayed. */
const deadLeaseMs = 6_000

type RedisServer = { readonly url: string; stop(): Promise<void> }

const opened = new AsyncDisposableStack()
let redis: RedisServer
let gate: Gate
let bot: OpenedProcess
let worker: OpenedProcess

beforeAll(async () => {
	if (missingServers.length > 0) return
	redis = await newRedis()
	opened.defer(() => redis.stop())
	const practice: PracticeServer = opened.use(await startPractice(['--latency-ms', '200']))
	const database = opened.use(await createServerDatabase())
	gate = opened.use(await openGate(redis.url))
	const variables = {
		DATABASE_URL: database.url,
		REDIS_URL: gate.url,
		OPENAI_BASE_URL: practice.baseUrl,
		THREADWISE_CONCURRENCY: '2',
	}
	bot = opened.use(await openedProcess('bot', variables))
	worker = opened.use(await openedProcess('worker', variables))
})
afterAll(() => opened.disposeAsync())

async function newRedis(): Promise<RedisServer> {
	const { address, stop } = await startRedis(process.env)
	return { url: 'url' in address ? address.url : '', stop }
}

async function ask(): Promise<string> {
	return (await bot.intake.receive(aMessage({ text: question }))).runId
}

/** Some runs are being worked on, others wait for it, the delivery of one is delayed, and one waits for its asker. */
async function runsInEveryState() {
	const begun = [await ask(), await ask()]
	await Promise.all(begun.map((runId) => recordOf(runId, 'model-call-end')))
	const held = await claimedBySomebodyElse(deadLeaseMs)
	const waiting = await claimedBySomebodyElse(60_000)
	await worker.store.append(waiting.claim, [{ event: outcomes.wait('Which one?') }])
	await bot.intake.sweep(0)
	const queued = [await ask(), await ask(), await ask()]
	return { waiting: waiting.runId, others: [...begun, held.runId, ...queued] }
}

async function claimedBySomebodyElse(leaseMs: number) {
	const { runId } = await bot.store.record(aMessage({ text: question }))
	const claimed = await worker.store.claim(runId, 'somebody else', leaseMs)
	if (claimed.outcome !== 'claimed') throw new Error('it could not be claimed')
	return { runId, claim: claimed.claim }
}

async function recordOf(runId: string, kind: JournalRecord['kind']): Promise<void> {
	for await (const record of bot.store.follow(runId, 0, AbortSignal.timeout(30_000))) if (record.kind === kind) return
}

async function stateOf(runId: string): Promise<RunState | undefined> {
	return (await bot.store.find(runId))?.state
}

async function endOf(runId: string): Promise<readonly JournalRecord['kind'][]> {
	const kinds: JournalRecord['kind'][] = []
	for await (const { kind } of bot.store.follow(runId, 0, AbortSignal.timeout(60_000))) kinds.push(kind)
	return kinds.filter((kind) => kind === 'run-end' || kind === 'run-stop' || kind === 'run-fail')
}

const losses: readonly [string, () => Promise<void>][] = [
	[
		'flushed',
		async () => {
			const client = new Redis(redis.url)
			await client.flushall()
			await client.quit()
		},
	],
	[
		'restarted with nothing in it',
		async () => {
			await gate.shut()
			await redis.stop()
			redis = await newRedis()
			await gate.open(redis.url)
		},
	],
]

describe.skipIf(missingServers.length > 0)(['when Redis is', ...missingServers].join(' '), () => {
	test.each(losses)('%s in mid-run, every run still ends, once', async (_, lose) => {
		const { waiting, others } = await runsInEveryState()
		expect(await Promise.all(others.map(stateOf))).not.toContain('answered')
		await lose()
		expect(await stateOf(waiting)).toBe('waiting')
		await bot.intake.stop(waiting, 'user')
		expect(await Promise.all(others.map(endOf))).toEqual(others.map(() => ['run-end']))
		expect(await endOf(waiting)).toEqual(['run-stop'])
		// Nobody waits for the sweeper any more: what comes now is delivered at once.
		const askedAt = performance.now()
		expect(await endOf(await ask())).toEqual(['run-end'])
		expect(performance.now() - askedAt).toBeLessThan(8_000)
	})
})
