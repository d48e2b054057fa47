import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { IncomingMessage } from '../../src/core/conversation.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import { noUsage } from '../../src/core/usage.ts'
import { createRunStore } from '../../src/store/index.ts'
import { aMessage, outcomes } from '../support/builders.ts'
import { eventExamples } from '../support/journal-examples.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const leaseMs = 60_000
const aDayMs = 24 * 3_600_000

function questionsBackContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`a run that asks back: ${titleOf(place)}`, () => {
		let opened: TestDatabase
		let store: RunStore

		beforeAll(async () => {
			opened = await place.open()
			store = await createRunStore(opened.database)
		})
		afterEach(() => opened.database.orm.execute(sql`delete from threadwise.conversations`))
		afterAll(async () => {
			await store.close()
			await opened[Symbol.asyncDispose]()
		})

		const ada = { id: 'ada', name: 'Ada' }
		const bob = { id: 'bob', name: 'Bob' }
		const said = (author: IncomingMessage['author'], text: string, threadId = 'thread') =>
			aMessage({ author, text, threadId })
		/** A run that has asked Ada something. */
		const waiting = async (threadId = 'thread') => {
			const { runId } = await store.record(said(ada, 'What is it without the second discount?', threadId))
			const claimed = await store.claim(runId, 'worker', leaseMs)
			if (claimed.outcome !== 'claimed') throw new Error('the run is free')
			await store.append(claimed.claim, [{ event: outcomes.wait('Which is the second?') }])
			return runId
		}
		/** Another one, asked although the first waits. */
		const waitingToo = async () => {
			const { runId } = await store.record({ ...said(ada, 'And without the first?'), answers: null })
			const claimed = await store.claim(runId, 'worker', leaseMs)
			if (claimed.outcome !== 'claimed') throw new Error('the run is free')
			await store.append(claimed.claim, [{ event: outcomes.wait('Which is the first?') }])
			return runId
		}
		const stateOf = async (runId: string) => (await store.find(runId))?.state
		const ageWaits = () =>
			opened.database.orm.execute(sql`update threadwise.runs set changed_at = now() - interval '25 hours'`)

		test('goes on with the next message of the same person', async () => {
			const runId = await waiting()
			expect(await store.record(said(ada, 'The one for members.'))).toEqual({
				outcome: 'continued',
				runId,
				nextAttempt: 2,
			})
			expect(await stateOf(runId)).toBe('queued')
			expect((await store.read(runId)).at(-1)).toMatchObject({
				kind: 'clarification',
				attempt: 0,
				personId: 'ada',
				content: { answer: 'The one for members.' },
			})
			expect((await store.claimNext('worker', leaseMs))?.claim).toEqual({ runId, attempt: 2, leaseMs })
		})

		test('takes the answer once, however often it is delivered', async () => {
			const runId = await waiting()
			const answer = said(ada, 'The one for members.')
			await store.record(answer)
			expect(await store.record(answer)).toEqual({ outcome: 'duplicate', runId })
			const answers = (await store.read(runId)).filter(({ kind }) => kind === 'clarification')
			expect(answers).toHaveLength(1)
		})

		test('never goes on with what somebody else says: that is a question of its own', async () => {
			const runId = await waiting()
			const { outcome, runId: another } = await store.record(said(bob, 'The one for members.'))
			expect(outcome).toBe('recorded')
			expect(another).not.toBe(runId)
			expect(await stateOf(runId)).toBe('waiting')
		})

		test('never goes on with what is said in another conversation', async () => {
			const runId = await waiting()
			expect((await store.record(said(ada, 'The one for members.', 'elsewhere'))).outcome).toBe('recorded')
			expect(await stateOf(runId)).toBe('waiting')
		})

		test('is not continued by a message that is refused', async () => {
			const runId = await waiting()
			const refusal = { code: 'question-empty', message: 'There is no question.', fix: 'Write one.' } as const
			expect((await store.record(said(ada, ''), refusal)).outcome).toBe('recorded')
			expect(await stateOf(runId)).toBe('waiting')
		})

		test('of two that wait, the older goes on first', async () => {
			const older = await waiting()
			const { runId: newer } = await store.record(said(bob, 'And I?'))
			expect(await stateOf(newer)).toBe('accepted')
			const second = await store.record(said(ada, 'First answer.'))
			expect(second).toMatchObject({ outcome: 'continued', runId: older })
		})

		test('once it has gone on, the next message is a question again', async () => {
			const runId = await waiting()
			await store.record(said(ada, 'The one for members.'))
			const { outcome, runId: next } = await store.record(said(ada, 'And with it?'))
			expect(outcome).toBe('recorded')
			expect(next).not.toBe(runId)
		})

		test('goes on with what is said to answer it, also where another has waited for longer', async () => {
			const [older, runId] = [await waiting(), await waitingToo()]
			const answer = { ...said(ada, 'The one for members.'), answers: runId }
			expect(await store.record(answer)).toEqual({ outcome: 'continued', runId, nextAttempt: 2 })
			expect(await store.record(answer)).toEqual({ outcome: 'duplicate', runId })
			expect(await stateOf(older)).toBe('waiting')
		})

		test('stays where it is while the same person asks something that is said to be new', async () => {
			const runId = await waiting()
			const { outcome, runId: another } = await store.record({ ...said(ada, 'And with it?'), answers: null })
			expect(outcome).toBe('recorded')
			expect(await stateOf(another)).toBe('accepted')
			expect(await stateOf(runId)).toBe('waiting')
		})

		test.each([
			[
				'went on already',
				async (runId: string) => void (await store.record({ ...said(ada, 'The first.'), answers: runId })),
			],
			['is no run at all', null],
			['asked somebody else', bob],
		] as const)('is answered too late or wrongly where it %s: that fails, and says why', async (_, how) => {
			const runId = await waiting()
			if (typeof how === 'function') await how(runId)
			const answer = said(how === bob ? bob : ada, 'The one for members.')
			const wrong = await store.record({ ...answer, answers: how === null ? 'no run' : runId })
			expect(wrong.outcome).toBe('recorded')
			expect((await store.read(wrong.runId)).at(-1)).toMatchObject({ kind: 'run-fail', code: 'usage' })
			expect(await stateOf(wrong.runId)).toBe('failed')
			expect(await stateOf(runId)).toBe(typeof how === 'function' ? 'queued' : 'waiting')
		})

		test('goes on without an answer after a day, and not sooner', async () => {
			const runId = await waiting()
			expect(await store.endWaits(aDayMs)).toEqual([])
			await ageWaits()
			expect(await store.endWaits(aDayMs)).toEqual([{ runId, nextAttempt: 2 }])
			expect(await stateOf(runId)).toBe('queued')
			expect(await store.endWaits(aDayMs)).toEqual([])
		})

		test('what runs of a kind took is told once there are enough of them', async () => {
			const like = { workflow: 'default', route: 'staged', effort: 'medium' } as const
			const answered = async (elapsedMs: number) => {
				const { runId } = await store.record(said(ada, 'How much?', `thread-${elapsedMs}`))
				const claimed = await store.claim(runId, 'worker', leaseMs)
				if (claimed.outcome !== 'claimed') throw new Error('the run is free')
				const usage = { ...noUsage, costMicroUsd: elapsedMs * 2 }
				await store.append(claimed.claim, [
					{ event: eventExamples['run-start'] },
					{ event: { ...eventExamples['run-route'], route: 'staged', effort: 'medium' } },
					{ event: { kind: 'run-end', usage, elapsedMs, confidence: 'high', content: { answer: '42' } } },
				])
			}
			for (const elapsedMs of [1_000, 2_000, 3_000, 40_000]) await answered(elapsedMs)
			expect(await store.typicalRun(like)).toBeNull()
			await answered(2_500)
			expect(await store.typicalRun(like)).toEqual({ elapsedMs: 2_500, costMicroUsd: 5_000 })
			expect(await store.typicalRun({ ...like, effort: 'high' })).toBeNull()
			expect(await store.typicalRun({ ...like, workflow: 'quick' })).toBeNull()
		})
	})
}

for (const place of databases) questionsBackContract(place)
