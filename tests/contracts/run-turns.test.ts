import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Claim } from '../../src/core/run.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import { createRunStore } from '../../src/store/index.ts'
import { aMessage, outcomes } from '../support/builders.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const leaseMs = 60_000
const shortLeaseMs = 5

function runTurnsContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`whose turn it is: ${titleOf(place)}`, () => {
		let opened: TestDatabase
		let store: RunStore
		let elsewhere: RunStore

		beforeAll(async () => {
			opened = await place.open()
			store = await createRunStore(opened.database)
			elsewhere = await createRunStore(opened.sameFromElsewhere)
		})
		afterEach(() => opened.database.orm.execute(sql`delete from threadwise.runs`))
		afterAll(async () => {
			await store.close()
			await elsewhere.close()
			await opened[Symbol.asyncDispose]()
		})

		/** Records questions in the given conversations, one after the other. Each is named by its conversation and its number there. */
		const ask = async (...threadIds: readonly string[]): Promise<ReadonlyMap<string, string>> => {
			const names = new Map<string, string>()
			const counts = new Map<string, number>()
			for (const threadId of threadIds) {
				const count = (counts.get(threadId) ?? 0) + 1
				counts.set(threadId, count)
				names.set((await store.record(aMessage({ threadId }))).runId, `${threadId}${count}`)
			}
			return names
		}
		const claimNext = async (from: RunStore = store, forMs: number = leaseMs): Promise<Claim | null> =>
			(await from.claimNext('worker', forMs))?.claim ?? null
		const claimAll = async (names: ReadonlyMap<string, string>): Promise<readonly string[]> => {
			const order: string[] = []
			for (let claim = await claimNext(); claim !== null; claim = await claimNext())
				order.push(names.get(claim.runId) ?? claim.runId)
			return order
		}

		test('nobody waits: there is nothing to claim', async () => {
			expect(await store.claimNext('worker', leaseMs)).toBeNull()
		})

		test('in one conversation the oldest question goes first', async () => {
			expect(await claimAll(await ask('a', 'a', 'a'))).toEqual(['a1', 'a2', 'a3'])
		})

		test('conversations take turns, however many questions one of them has asked before the others', async () => {
			expect(await claimAll(await ask('a', 'a', 'a', 'a', 'b', 'c', 'b'))).toEqual([
				'a1',
				'b1',
				'c1',
				'a2',
				'b2',
				'a3',
				'a4',
			])
		})

		test('who comes new waits for one round, not for what others have asked in advance', async () => {
			const early = await ask('a', 'a', 'a', 'a')
			await claimNext()
			await claimNext()
			const names = new Map([...early, ...(await ask('b'))])
			expect(await claimAll(names)).toEqual(['a3', 'b1', 'a4'])
		})

		test('a run whose worker has vanished goes before all that wait', async () => {
			const names = await ask('a', 'b', 'c')
			const vanished = await claimNext(store, shortLeaseMs)
			await sleep(shortLeaseMs * 4)
			expect(await claimAll(names)).toEqual(['a1', 'b1', 'c1'])
			expect((await store.find(vanished?.runId ?? ''))?.attempt).toBe(2)
		})

		test('who asks for a run whose worker has vanished gets no other', async () => {
			await ask('a', 'b')
			expect(await store.claimVanished('worker', leaseMs)).toBeNull()
			const vanished = await claimNext(store, shortLeaseMs)
			await sleep(shortLeaseMs * 4)
			const taken = await store.claimVanished('worker', leaseMs)
			expect(taken?.claim).toEqual({ runId: vanished?.runId, attempt: 2, leaseMs })
			expect(await elsewhere.claimVanished('worker', leaseMs)).toBeNull()
			expect(await store.load()).toEqual({ waiting: 1, held: 1 })
		})

		test('a run that was handed back goes first', async () => {
			const names = await ask('a', 'a', 'b', 'b')
			await claimNext()
			await claimNext()
			const third = await claimNext()
			if (third === null) throw new Error('there is a third question')
			await store.release(third)
			const later = await ask('c')
			expect(await claimAll(new Map([...names, ...later]))).toEqual(['a2', 'b2', 'c1'])
		})

		test('many workers in two processes claim each run once', async () => {
			await ask(...Array.from({ length: 40 }, (_, index) => `thread-${index % 7}`))
			const claims = await Promise.all(
				Array.from({ length: 60 }, (_, index) => claimNext(index % 2 === 0 ? store : elsewhere)),
			)
			const claimed = claims.flatMap((claim) => claim?.runId ?? [])
			expect(new Set(claimed).size).toBe(claimed.length)
			// A worker passes over what another one is claiming, so some may come away with nothing; the rest is there for the next.
			const rest = await claimAll(new Map())
			expect(claimed.length + rest.length).toBe(40)
		})

		test('the load counts those that wait and those that are held, and nothing else', async () => {
			await ask('a', 'b', 'c', 'd')
			const ended = await claimNext()
			if (ended === null) throw new Error('there is a question')
			await store.append(ended, [{ event: outcomes.end('42') }])
			await claimNext()
			await claimNext(store, shortLeaseMs)
			await sleep(shortLeaseMs * 4)
			expect(await store.load()).toEqual({ waiting: 1, held: 1 })
		})

		test('a refused message has failed from the beginning, is nobody’s turn, and says why', async () => {
			const message = aMessage()
			const refusal = { code: 'busy', message: 'Threadwise is busy.', fix: 'Ask again later.' } as const
			const { outcome, runId } = await store.record(message, refusal)
			expect(outcome).toBe('recorded')
			expect(await claimNext()).toBeNull()
			expect((await store.find(runId))?.state).toBe('failed')
			expect(await store.read(runId)).toMatchObject([
				{ kind: 'run-fail', code: 'busy', content: { message: 'Threadwise is busy.', fix: 'Ask again later.' } },
			])
			expect(await store.record(message, refusal)).toEqual({ outcome: 'duplicate', runId })
			expect(await store.record(message)).toEqual({ outcome: 'duplicate', runId })
		})
	})
}

for (const place of databases) runTurnsContract(place)
