import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Claim } from '../../src/core/run.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import { createRunStore } from '../../src/store/index.ts'
import { aMessage, delta, outcomes } from '../support/builders.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const leaseMs = 60_000
const shortLeaseMs = 5

function answerNowContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`an answer that is wanted now: ${titleOf(place)}`, () => {
		let opened: TestDatabase
		let store: RunStore
		let elsewhere: RunStore

		beforeAll(async () => {
			opened = await place.open()
			store = await createRunStore(opened.database)
			elsewhere = await createRunStore(opened.sameFromElsewhere)
		})
		afterAll(async () => {
			await store.close()
			await elsewhere.close()
			await opened[Symbol.asyncDispose]()
		})

		const recorded = async () => (await store.record(aMessage())).runId
		const claimed = async (runId: string, forMs = leaseMs): Promise<Claim> => {
			const result = await store.claim(runId, 'worker', forMs)
			if (result.outcome !== 'claimed') throw new Error(`expected a claim, not ${result.outcome}`)
			return result.claim
		}
		const running = async (forMs = leaseMs) => claimed(await recorded(), forMs)
		const waiting = async () => {
			const claim = await running()
			await store.append(claim, [{ event: outcomes.wait('Which spiders?') }])
			return claim
		}

		test.each(['accepted', 'queued'] as const)('of a run that is %s and not begun is a direct one', async (state) => {
			const runId = await recorded()
			if (state === 'queued') await store.markQueued(runId)
			expect(await store.requestAnswerNow(runId)).toEqual({ state, nextAttempt: null })
			expect(await store.find(runId)).toMatchObject({
				state,
				answerNow: true,
				preferences: { route: 'direct', effort: null, workflow: null },
			})
		})

		test('is told to whoever works on the run, when they write and when they extend, and stays so', async () => {
			const claim = await running()
			expect(await elsewhere.requestAnswerNow(claim.runId)).toEqual({ state: 'running', nextAttempt: null })
			const told = { stopRequested: null, answerNow: true }
			expect(await store.append(claim, [delta('on')])).toEqual({ outcome: 'appended', lastSeq: 1, ...told })
			expect(await store.extend(claim)).toEqual({ outcome: 'extended', ...told })
			expect((await store.find(claim.runId))?.preferences.route).toBeNull()
			await store.release(claim)
			expect(await store.claim(claim.runId, 'other', leaseMs)).toMatchObject({ run: { answerNow: true } })
		})

		test('is left for the next worker of a run whose worker is gone', async () => {
			const claim = await running(shortLeaseMs)
			await sleep(shortLeaseMs * 3)
			expect(await store.requestAnswerNow(claim.runId)).toEqual({ state: 'running', nextAttempt: null })
			expect(await store.claim(claim.runId, 'other', leaseMs)).toMatchObject({ run: { answerNow: true } })
		})

		test('has a run that waits for its asker go on without them', async () => {
			const { runId } = await waiting()
			expect(await store.requestAnswerNow(runId)).toEqual({ state: 'waiting', nextAttempt: 2 })
			expect(await store.find(runId)).toMatchObject({ state: 'queued', answerNow: true })
			expect((await claimed(runId)).attempt).toBe(2)
		})

		test('keeps the run from asking back any more: it is delivered again instead', async () => {
			const claim = await running()
			await elsewhere.requestAnswerNow(claim.runId)
			await store.append(claim, [{ event: outcomes.wait('Which spiders?') }])
			expect((await store.find(claim.runId))?.state).toBe('queued')
			const undelivered = await store.findUndelivered(-1_000, 1_000)
			expect(undelivered).toContainEqual({ runId: claim.runId, nextAttempt: 2 })
		})

		test('does not keep a run from ending, nor from being stopped', async () => {
			const [ending, stopping] = [await running(), await running()]
			await Promise.all([store.requestAnswerNow(ending.runId), store.requestAnswerNow(stopping.runId)])
			await store.append(ending, [{ event: outcomes.end('16') }])
			expect((await store.find(ending.runId))?.state).toBe('answered')
			await store.requestStop(stopping.runId, 'user')
			expect(await store.append(stopping, [{ event: outcomes.end('16') }])).toEqual({
				outcome: 'stop-requested',
				reason: 'user',
			})
		})

		test('changes nothing about a run that has its outcome', async () => {
			const claim = await running()
			await store.append(claim, [{ event: outcomes.end('16') }])
			expect(await store.requestAnswerNow(claim.runId)).toEqual({ state: 'answered', nextAttempt: null })
			expect((await store.find(claim.runId))?.answerNow).toBe(false)
		})

		test.each(['00000000-0000-7000-8000-000000000000', 'nonsense'])(
			'of a run that is not there is null: %s',
			async (id) => {
				expect(await store.requestAnswerNow(id)).toBeNull()
			},
		)
	})
}

for (const place of databases) answerNowContract(place)
