import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AbortedError } from '../../src/core/abort.ts'
import { textContent } from '../../src/core/content.ts'
import type { JournalRecord } from '../../src/core/journal.ts'
import type { Claim } from '../../src/core/run.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import { createRunStore } from '../../src/store/index.ts'
import { aMessage, delta, feedback, outcomes } from '../support/builders.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const longLeaseMs = 60_000
const shortLeaseMs = 5
const never = new AbortController().signal

const extended = { outcome: 'extended', answerNow: false }
const appended = { outcome: 'appended', stopRequested: null, answerNow: false }

function runStoreContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`the run store: ${titleOf(place)}`, () => {
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

		const recorded = async (message = aMessage()) => (await store.record(message)).runId
		const claimed = async (runId: string, leaseMs = longLeaseMs): Promise<Claim> => {
			const result = await store.claim(runId, 'worker', leaseMs)
			if (result.outcome !== 'claimed') throw new Error(`expected a claim, not ${result.outcome}`)
			return result.claim
		}
		const running = async (leaseMs = longLeaseMs) => claimed(await recorded(), leaseMs)
		/** A claim whose run somebody else has taken over. */
		const lost = async () => {
			const claim = await running(shortLeaseMs)
			await sleep(shortLeaseMs * 3)
			await claimed(claim.runId)
			return claim
		}
		const stateOf = async (runId: string) => (await store.find(runId))?.state

		describe('recording', () => {
			test('a message becomes a run that can be found', async () => {
				const message = aMessage({ text: 'What is 6 times 7?' })
				const { outcome, runId } = await store.record(message)
				expect(outcome).toBe('recorded')
				expect(await store.find(runId)).toEqual({
					id: runId,
					kind: 'question',
					parentRunId: null,
					state: 'accepted',
					attempt: 0,
					conversation: message.conversation,
					asker: message.author,
					question: message.content,
					history: [],
					preferences: message.preferences,
					stopRequested: null,
					answerNow: false,
				})
			})

			test('the same message again is a duplicate with the same run', async () => {
				const message = aMessage()
				const { runId } = await store.record(message)
				expect(await store.record(message)).toEqual({ outcome: 'duplicate', runId })
			})

			test('the same id in another workspace is another message', async () => {
				const id = randomUUID()
				const first = await store.record(aMessage({ id, workspaceId: 'one' }))
				const second = await store.record(aMessage({ id, workspaceId: 'two' }))
				expect(second.outcome).toBe('recorded')
				expect(second.runId).not.toBe(first.runId)
			})

			test('twenty deliveries of one message at once become one run', async () => {
				const message = aMessage()
				const stores = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : elsewhere))
				const results = await Promise.all(stores.map((each) => each.record(message)))
				expect(results.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(1)
				expect(new Set(results.map(({ runId }) => runId)).size).toBe(1)
			})

			test('many messages of many people at once are all recorded', async () => {
				const threadId = randomUUID()
				const messages = Array.from({ length: 20 }, (_, index) =>
					aMessage({ threadId, author: { id: `person-${index % 5}`, name: `Person ${index % 5}` } }),
				)
				const results = await Promise.all(
					messages.map((message, index) => (index % 2 ? store : elsewhere).record(message)),
				)
				expect(new Set(results.map(({ runId }) => runId)).size).toBe(20)
			})

			test('a duplicate leaves no second copy of what the person wrote', async () => {
				const text = `only once ${randomUUID()}`
				const message = aMessage({ text })
				await store.record(message)
				await store.record(message)
				expect(await contentsWith(opened, text)).toBe(1)
			})
		})

		describe('claiming', () => {
			test('hands out the run, counting the attempt', async () => {
				const runId = await recorded()
				expect(await store.claim(runId, 'worker', longLeaseMs)).toMatchObject({
					outcome: 'claimed',
					claim: { runId, attempt: 1, leaseMs: longLeaseMs },
					run: { id: runId, state: 'running', attempt: 1 },
				})
			})

			test('works before and after the run was noted as queued', async () => {
				const runId = await recorded()
				await store.markQueued(runId)
				expect(await stateOf(runId)).toBe('queued')
				expect(await claimed(runId)).toEqual({ runId, attempt: 1, leaseMs: longLeaseMs })
				await store.markQueued(runId)
				expect(await stateOf(runId)).toBe('running')
			})

			test('a run that is worked on is held, and for how long is told', async () => {
				const { runId } = await running(10_000)
				const result = await elsewhere.claim(runId, 'other', longLeaseMs)
				expect(result).toEqual({ outcome: 'held', forMs: expect.any(Number) })
				expect(result.outcome === 'held' && result.forMs > 5_000 && result.forMs <= 10_000).toBe(true)
			})

			test('of ten claims at once one succeeds', async () => {
				const runId = await recorded()
				const claims = Array.from({ length: 10 }, (_, index) =>
					(index % 2 ? store : elsewhere).claim(runId, `worker-${index}`, longLeaseMs),
				)
				const outcomesOfAll = (await Promise.all(claims)).map(({ outcome }) => outcome)
				expect(outcomesOfAll.filter((outcome) => outcome === 'claimed')).toHaveLength(1)
				expect(outcomesOfAll.filter((outcome) => outcome === 'held')).toHaveLength(9)
			})

			test('a run whose lease is over can be taken over, as its next attempt', async () => {
				const { runId } = await running(shortLeaseMs)
				await sleep(shortLeaseMs * 3)
				expect(await elsewhere.claim(runId, 'other', longLeaseMs)).toMatchObject({
					outcome: 'claimed',
					claim: { runId, attempt: 2, leaseMs: longLeaseMs },
				})
			})

			test('an extended lease is not over', async () => {
				const claim = await running(shortLeaseMs)
				const extending = { ...claim, leaseMs: longLeaseMs }
				expect(await store.extend(extending)).toEqual({ ...extended, stopRequested: null })
				await sleep(shortLeaseMs * 3)
				expect((await store.claim(claim.runId, 'other', longLeaseMs)).outcome).toBe('held')
			})

			test('whoever appends extends the lease by that', async () => {
				const claim = await running(shortLeaseMs)
				await store.append({ ...claim, leaseMs: longLeaseMs }, [delta('still here')])
				await sleep(shortLeaseMs * 3)
				expect((await store.claim(claim.runId, 'other', longLeaseMs)).outcome).toBe('held')
			})

			test('what is noted from outside extends no lease', async () => {
				const { runId } = await running(shortLeaseMs)
				await store.annotate(runId, [feedback('good')])
				await sleep(shortLeaseMs * 3)
				expect((await store.claim(runId, 'other', longLeaseMs)).outcome).toBe('claimed')
			})

			test.each([
				['answered', outcomes.end('42')],
				['stopped', outcomes.stop('so far')],
				['failed', outcomes.fail('no model')],
			])('a run that is %s is finished', async (_, event) => {
				const claim = await running()
				await store.append(claim, [{ event }])
				expect(await store.claim(claim.runId, 'other', longLeaseMs)).toEqual({ outcome: 'finished' })
			})

			test.each(['00000000-0000-7000-8000-000000000000', 'not-an-id', ''])('there is no run "%s"', async (runId) => {
				expect(await store.claim(runId, 'worker', longLeaseMs)).toEqual({ outcome: 'unknown' })
				expect(await store.find(runId)).toBeNull()
				expect(await store.read(runId)).toEqual([])
				expect(await store.requestStop(runId, 'user')).toBeNull()
				await expect(store.annotate(runId, [feedback('good')])).rejects.toMatchObject({ code: 'run-unknown' })
			})

			test('a released run is queued at once, as its next attempt', async () => {
				const claim = await running()
				expect(await store.release(claim)).toBe(2)
				expect(await stateOf(claim.runId)).toBe('queued')
				expect(await claimed(claim.runId)).toEqual({ runId: claim.runId, attempt: 2, leaseMs: longLeaseMs })
			})
		})

		describe('a claim that was lost', () => {
			test('appends nothing', async () => {
				const claim = await lost()
				expect(await store.append(claim, [delta('late')])).toEqual({ outcome: 'lease-lost' })
				expect(await store.read(claim.runId)).toEqual([])
			})

			test('extends nothing', async () => {
				expect(await store.extend(await lost())).toEqual({ outcome: 'lease-lost' })
			})

			test('releases nothing', async () => {
				const claim = await lost()
				expect(await store.release(claim)).toBeNull()
				expect(await stateOf(claim.runId)).toBe('running')
			})
		})

		describe('the journal', () => {
			test('numbers events from one and gives them back as they were', async () => {
				const claim = await running()
				const entries = [
					{
						nodeId: 'execute',
						event: { kind: 'stage-start' as const, stage: 'execute' as const },
					},
					delta('eight'),
				]
				expect(await store.append(claim, entries)).toEqual({ ...appended, lastSeq: 2 })
				const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
				expect(await store.read(claim.runId)).toEqual([
					{ v: 1, seq: 1, at, attempt: 1, nodeId: 'execute', kind: 'stage-start', stage: 'execute' },
					{ v: 1, seq: 2, at, attempt: 1, kind: 'answer-delta', restart: false, content: { text: 'eight' } },
				])
			})

			test('is read from any place', async () => {
				const claim = await running()
				await store.append(claim, ['one', 'two', 'three'].map(delta))
				expect(textsOf(await elsewhere.read(claim.runId, 1))).toEqual(['two', 'three'])
				expect(await store.read(claim.runId, 3)).toEqual([])
			})

			test('takes a batch whole or not at all', async () => {
				const claim = await running()
				// As no program of ours would write it: the database refuses the kind that is null.
				const broken = JSON.parse('{"event":{"kind":null}}')
				await expect(store.append(claim, [delta('first'), broken])).rejects.toMatchObject({ code: 'store-refused' })
				expect(await store.read(claim.runId)).toEqual([])
				expect(await store.append(claim, [delta('again')])).toEqual({ ...appended, lastSeq: 1 })
			})

			test('an empty batch changes nothing', async () => {
				const claim = await running()
				expect(await store.append(claim, [])).toEqual({ ...appended, lastSeq: 0 })
				expect(await store.read(claim.runId)).toEqual([])
			})

			test('has no gaps and no doubles when many write at once', async () => {
				const claim = await running()
				const writes = Array.from({ length: 30 }, (_, index) => {
					const writer = index % 2 ? store : elsewhere
					const entries = [delta(`${index}a`), delta(`${index}b`)]
					return index % 3 === 0 ? writer.annotate(claim.runId, entries) : writer.append(claim, entries)
				})
				await Promise.all(writes)
				const records = await store.read(claim.runId)
				expect(records.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1))
				const texts = textsOf(records)
				for (const text of texts.filter((each) => each.endsWith('a'))) {
					expect(texts[texts.indexOf(text) + 1]).toBe(text.replace('a', 'b'))
				}
			})

			test('takes annotations outside of any attempt, also after the outcome', async () => {
				const claim = await running()
				await store.append(claim, [{ event: outcomes.end('42') }])
				await store.annotate(claim.runId, [feedback('good')])
				expect((await store.read(claim.runId)).map(({ kind, attempt }) => [kind, attempt])).toEqual([
					['run-end', 1],
					['feedback', 0],
				])
				expect(await stateOf(claim.runId)).toBe('answered')
			})

			test.each([
				['answered', outcomes.end('42')],
				['stopped', outcomes.stop('so far')],
				['failed', outcomes.fail('no model')],
				['waiting', outcomes.wait('Which spiders?')],
			])('an event that leaves the run %s ends the claim', async (state, event) => {
				const claim = await running()
				await store.append(claim, [delta('so'), { event }])
				expect(await stateOf(claim.runId)).toBe(state)
				expect(await store.append(claim, [delta('late')])).toEqual({ outcome: 'lease-lost' })
				expect(await store.extend(claim)).toEqual({ outcome: 'lease-lost' })
			})

			test('what people and models wrote is kept apart from the facts and can be erased', async () => {
				const text = `secret ${randomUUID()}`
				const claim = await running()
				await store.append(claim, [delta(text), { event: outcomes.end(text) }])
				expect(await eventFactsWith(opened, text)).toBe(0)
				expect(await contentsWith(opened, text)).toBe(2)
				await opened.database.orm.execute(sql`delete from threadwise.contents where body::text like ${`%${text}%`}`)
				expect(await store.read(claim.runId)).toMatchObject([
					{ kind: 'answer-delta', restart: false, content: null },
					{ kind: 'run-end', confidence: 'high', content: null },
				])
			})

			test('erasing a person erases what they wrote and what was answered, and leaves the journal whole', async () => {
				const author = { id: randomUUID(), name: 'Grace' }
				const runId = await recorded(aMessage({ author, text: 'My secret is 7.' }))
				const claim = await claimed(runId)
				await store.append(claim, [delta('You said 7.'), { event: outcomes.end('7') }])
				await opened.database.orm.execute(sql`delete from threadwise.people where platform_user_id = ${author.id}`)
				expect(await store.find(runId)).toMatchObject({ state: 'answered', question: [], asker: { name: '' } })
				expect((await store.read(runId)).map(({ seq }) => seq)).toEqual([1, 2])
				expect(await store.read(runId)).toMatchObject([{ content: null }, { content: null }])
			})
		})

		describe('following', () => {
			test('sees what is there and what comes, in order, and ends after the outcome', async () => {
				const claim = await running()
				await store.append(claim, [delta('one')])
				const seen = Array.fromAsync(store.follow(claim.runId, 0, never))
				await store.append(claim, [delta('two')])
				await store.append(claim, [delta('three'), { event: outcomes.end('four') }])
				expect((await seen).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
			})

			test('sees at once what another process writes', async () => {
				const claim = await running()
				const following = elsewhere.follow(claim.runId, 0, never)[Symbol.asyncIterator]()
				const first = following.next()
				await sleep(20)
				const writtenAt = performance.now()
				await store.append(claim, [delta('from elsewhere')])
				expect((await first).value).toMatchObject({ seq: 1, content: { text: 'from elsewhere' } })
				expect(performance.now() - writtenAt).toBeLessThan(900)
				await following.return?.()
			})

			test('starts after the given event', async () => {
				const claim = await running()
				await store.append(claim, [delta('one'), delta('two'), { event: outcomes.end('three') }])
				const seen = await Array.fromAsync(store.follow(claim.runId, 2, never))
				expect(seen.map(({ seq }) => seq)).toEqual([3])
			})

			test('ends at once where the outcome was seen before', async () => {
				const claim = await running()
				await store.append(claim, [delta('one'), { event: outcomes.end('two') }])
				expect(await Array.fromAsync(store.follow(claim.runId, 2, never))).toEqual([])
			})

			test('goes on while a run waits for an answer', async () => {
				const claim = await running()
				await store.append(claim, [{ event: outcomes.wait('Which spiders?') }])
				const stopping = new AbortController()
				const seen = Array.fromAsync(store.follow(claim.runId, 0, stopping.signal))
				await store.requestStop(claim.runId, 'user')
				await store.append(await claimed(claim.runId), [{ event: outcomes.stop('so far') }])
				expect((await seen).map(({ kind }) => kind)).toEqual(['run-wait', 'run-stop'])
			})

			test('ends when the signal aborts', async () => {
				const claim = await running()
				const stopping = new AbortController()
				const seen = Array.fromAsync(store.follow(claim.runId, 0, stopping.signal))
				await sleep(10)
				const abortedAt = performance.now()
				stopping.abort(new AbortedError('shutdown'))
				expect(await seen).toEqual([])
				expect(performance.now() - abortedAt).toBeLessThan(500)
			})

			test('gives nothing more after an abort, even if more is there', async () => {
				const claim = await running()
				await store.append(claim, ['one', 'two', 'three'].map(delta))
				const stopping = new AbortController()
				const seen: number[] = []
				for await (const { seq } of store.follow(claim.runId, 0, stopping.signal)) {
					seen.push(seq)
					stopping.abort(new AbortedError('shutdown'))
				}
				expect(seen).toEqual([1])
			})

			test('many followers of one run all see everything', async () => {
				const claim = await running()
				const followers = Array.from({ length: 20 }, (_, index) =>
					Array.fromAsync((index % 2 ? store : elsewhere).follow(claim.runId, 0, never)),
				)
				for (const text of ['one', 'two', 'three']) await store.append(claim, [delta(text)])
				await store.append(claim, [{ event: outcomes.end('four') }])
				for (const seen of await Promise.all(followers)) expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
			})
		})

		describe('stopping', () => {
			test('an accepted run is stopped at once, with an outcome in its journal', async () => {
				const runId = await recorded()
				expect(await store.requestStop(runId, 'user')).toEqual({ state: 'accepted', nextAttempt: null })
				expect(await stateOf(runId)).toBe('stopped')
				expect(await store.read(runId)).toMatchObject([{ kind: 'run-stop', reason: 'user', attempt: 0 }])
				expect(await store.claim(runId, 'worker', longLeaseMs)).toEqual({ outcome: 'finished' })
			})

			test('so is a queued run that nobody has begun', async () => {
				const runId = await recorded()
				await store.markQueued(runId)
				expect(await store.requestStop(runId, 'superseded')).toEqual({ state: 'queued', nextAttempt: null })
				expect(await stateOf(runId)).toBe('stopped')
			})

			test('a run that was begun and handed back is left to a worker, who knows what there is of an answer', async () => {
				const claim = await running()
				await store.append(claim, [delta('so far')])
				await store.release(claim)
				expect(await store.requestStop(claim.runId, 'user')).toEqual({ state: 'queued', nextAttempt: 2 })
				expect(await store.claim(claim.runId, 'worker', longLeaseMs)).toMatchObject({
					outcome: 'claimed',
					claim: { attempt: 2 },
					run: { stopRequested: 'user' },
				})
				expect(await store.read(claim.runId)).toHaveLength(1)
			})

			test('so is a run that waits for an answer', async () => {
				const claim = await running()
				await store.append(claim, [{ event: outcomes.wait('Which spiders?') }])
				expect(await store.requestStop(claim.runId, 'user')).toEqual({ state: 'waiting', nextAttempt: 2 })
				expect(await stateOf(claim.runId)).toBe('queued')
				expect((await claimed(claim.runId)).attempt).toBe(2)
			})

			test('so is a run whose worker is gone', async () => {
				const claim = await running(shortLeaseMs)
				await sleep(shortLeaseMs * 3)
				expect(await store.requestStop(claim.runId, 'user')).toEqual({ state: 'running', nextAttempt: 2 })
				expect(await stateOf(claim.runId)).toBe('running')
			})

			test('whoever works on a run is told when they write', async () => {
				const claim = await running()
				await elsewhere.requestStop(claim.runId, 'user')
				expect(await store.append(claim, [delta('on')])).toEqual({ ...appended, lastSeq: 1, stopRequested: 'user' })
			})

			test.each([
				['answered', outcomes.end('42')],
				['left waiting', outcomes.wait('Which spiders?')],
			])('a run that shall stop is not %s any more', async (_, event) => {
				const claim = await running()
				await elsewhere.requestStop(claim.runId, 'user')
				const refused = await store.append(claim, [delta('with it'), { event }])
				expect(refused).toEqual({ outcome: 'stop-requested', reason: 'user' })
				expect(await store.read(claim.runId)).toEqual([])
				expect(await store.append(claim, [{ event: outcomes.stop('so far') }])).toMatchObject({ outcome: 'appended' })
				expect(await stateOf(claim.runId)).toBe('stopped')
			})

			test('a lost claim is told of its loss, whatever it writes', async () => {
				const claim = await lost()
				await store.requestStop(claim.runId, 'user')
				expect(await store.append(claim, [{ event: outcomes.end('42') }])).toEqual({ outcome: 'lease-lost' })
			})

			test('whoever works on a run is told when they extend their lease', async () => {
				const claim = await running()
				expect(await elsewhere.requestStop(claim.runId, 'user')).toEqual({ state: 'running', nextAttempt: null })
				expect(await stateOf(claim.runId)).toBe('running')
				expect(await store.extend(claim)).toEqual({ ...extended, stopRequested: 'user' })
			})

			test('the first reason stays', async () => {
				const claim = await running()
				await store.requestStop(claim.runId, 'superseded')
				await store.requestStop(claim.runId, 'user')
				expect((await store.find(claim.runId))?.stopRequested).toBe('superseded')
			})

			test('the next attempt learns of a stop that the last one missed', async () => {
				const claim = await running(shortLeaseMs)
				await store.requestStop(claim.runId, 'user')
				await sleep(shortLeaseMs * 3)
				expect(await store.claim(claim.runId, 'other', longLeaseMs)).toMatchObject({ run: { stopRequested: 'user' } })
			})

			test('a finished run stays as it is', async () => {
				const claim = await running()
				await store.append(claim, [{ event: outcomes.end('42') }])
				expect(await store.requestStop(claim.runId, 'user')).toEqual({ state: 'answered', nextAttempt: null })
				expect(await store.read(claim.runId)).toHaveLength(1)
			})

			test('ten requests at once write one outcome', async () => {
				const runId = await recorded()
				await Promise.all(
					Array.from({ length: 10 }, (_, index) => (index % 2 ? store : elsewhere).requestStop(runId, 'user')),
				)
				expect(await store.read(runId)).toHaveLength(1)
			})

			test('a stop and a claim at once end with one or the other, never with neither', async () => {
				const runId = await recorded()
				const [claim] = await Promise.all([
					elsewhere.claim(runId, 'worker', longLeaseMs),
					store.requestStop(runId, 'user'),
				])
				const run = await store.find(runId)
				expect([claim.outcome, run?.state, run?.stopRequested]).toEqual(
					claim.outcome === 'claimed' ? ['claimed', 'running', 'user'] : ['finished', 'stopped', 'user'],
				)
			})
		})

		describe('finding undelivered runs', () => {
			const undelivered = async (runId: string, olderThanMs: number) =>
				(await store.findUndelivered(olderThanMs, 10_000)).find((run) => run.runId === runId)

			test('finds accepted, queued and released runs, and those whose lease is over', async () => {
				const accepted = await recorded()
				const queued = await recorded()
				await store.markQueued(queued)
				const released = await running()
				await store.release(released)
				const orphaned = await running(shortLeaseMs)
				await sleep(shortLeaseMs * 3)
				expect(await undelivered(accepted, 1)).toEqual({ runId: accepted, nextAttempt: 1 })
				expect(await undelivered(queued, 1)).toEqual({ runId: queued, nextAttempt: 1 })
				expect(await undelivered(released.runId, 1)).toEqual({ runId: released.runId, nextAttempt: 2 })
				expect(await undelivered(orphaned.runId, 1)).toEqual({ runId: orphaned.runId, nextAttempt: 2 })
			})

			test('finds no run that is young, worked on, waiting or finished', async () => {
				const young = await recorded()
				const worked = await running()
				const waiting = await running()
				await store.append(waiting, [{ event: outcomes.wait('Which spiders?') }])
				const finished = await running()
				await store.append(finished, [{ event: outcomes.end('42') }])
				await sleep(5)
				expect(await undelivered(young, 60_000)).toBeUndefined()
				for (const { runId } of [worked, waiting, finished]) expect(await undelivered(runId, 1)).toBeUndefined()
			})

			test('gives the oldest first, and no more than asked for', async () => {
				const runIds = [await recorded(), await recorded(), await recorded()]
				await sleep(5)
				const all = (await store.findUndelivered(1, 10_000)).map(({ runId }) => runId)
				expect(all.filter((runId) => runIds.includes(runId))).toEqual(runIds)
				expect(await store.findUndelivered(1, 2)).toHaveLength(2)
			})
		})

		describe('the conversation before a question', () => {
			const asked = (threadId: string, minute: number, text: string) =>
				aMessage({ threadId, text, sentAt: `2026-01-01T12:0${minute}:00.000Z` })

			test('has earlier questions with our own answers, oldest first', async () => {
				const threadId = randomUUID()
				const first = await claimed(await recorded(asked(threadId, 1, 'What is 6 times 7?')))
				await store.append(first, [{ event: outcomes.end('42') }])
				await recorded(asked(threadId, 2, 'And 6 times 8?'))
				await recorded(asked(threadId, 4, 'This comes later.'))
				const runId = await recorded(asked(threadId, 3, 'And then?'))
				expect((await store.find(runId))?.history).toEqual([
					{ author: 'Ada', content: textContent('What is 6 times 7?') },
					{ author: null, content: textContent('42') },
					{ author: 'Ada', content: textContent('And 6 times 8?') },
				])
			})

			test('has nothing of other threads', async () => {
				await recorded(asked(randomUUID(), 1, 'Elsewhere.'))
				expect((await store.find(await recorded(asked(randomUUID(), 2, 'Here.'))))?.history).toEqual([])
			})

			test('reads an erased answer as none', async () => {
				const threadId = randomUUID()
				const answer = `erase me ${randomUUID()}`
				const first = await claimed(await recorded(asked(threadId, 1, 'What?')))
				await store.append(first, [{ event: outcomes.end(answer) }])
				await opened.database.orm.execute(sql`delete from threadwise.contents where body::text like ${`%${answer}%`}`)
				const run = await store.find(await recorded(asked(threadId, 2, 'And?')))
				expect(run?.history).toEqual([{ author: 'Ada', content: textContent('What?') }])
			})
		})

		describe('strange text', () => {
			const replaced = '\uFFFD'
			test.each([
				['a NUL character', 'before\u0000after', `before${replaced}after`],
				['a lone high surrogate', 'before\uD83Dafter', `before${replaced}after`],
				['a lone low surrogate', 'before\uDE00after', `before${replaced}after`],
				['an emoji', '👩‍👩‍👧‍👦 🏳️‍🌈', '👩‍👩‍👧‍👦 🏳️‍🌈'],
				['what looks like an escape', '\\u0000 \\x00 \\ud83d', '\\u0000 \\x00 \\ud83d'],
				['quotes, dollars and braces', `'"$1 $$ {"a":1} -- ; %`, `'"$1 $$ {"a":1} -- ; %`],
				['200,000 characters', 'ÿ'.repeat(200_000), 'ÿ'.repeat(200_000)],
			])('%s is kept in questions, names and journals', async (_, given, kept) => {
				const author = { id: `person-${randomUUID()}`, name: given.slice(0, 500) }
				const runId = await recorded(aMessage({ author, text: given }))
				const claim = await claimed(runId)
				expect(await store.find(runId)).toMatchObject({
					question: textContent(kept),
					asker: { name: kept.slice(0, 500) },
				})
				await store.append(claim, [delta(given)])
				expect(textsOf(await store.read(runId))).toEqual([kept])
			})

			test('a message id with a NUL character is still one and the same', async () => {
				const message = aMessage({ id: `a\u0000b-${randomUUID()}` })
				expect((await store.record(message)).outcome).toBe('recorded')
				expect((await store.record(message)).outcome).toBe('duplicate')
			})

			test('so is the output of a stage, with strange names in it', async () => {
				const claim = await running()
				const output = { 'key\u0000': ['value\u0000', { deeper: '\uD800' }, 1, true, null] }
				await store.append(claim, [
					{
						nodeId: 'analyze',
						event: {
							kind: 'tool-result',
							toolCallId: 'call\u0000',
							failed: false,
							content: { output },
						},
					},
				])
				expect(await store.read(claim.runId)).toMatchObject([
					{
						toolCallId: `call${replaced}`,
						content: { output: { [`key${replaced}`]: [`value${replaced}`, { deeper: replaced }, 1, true, null] } },
					},
				])
			})
		})

		test('what is open in a place is found, oldest first, and nothing of another place or that has its outcome', async () => {
			const { conversation } = aMessage()
			const here = { ...conversation, workspaceId: crypto.randomUUID() }
			const ask = () => recorded({ ...aMessage(), conversation: here })
			const [accepted, underWay, over] = [await ask(), await ask(), await ask()]
			await claimed(underWay)
			await store.requestStop(over, 'user')
			await recorded({ ...aMessage(), conversation: { ...here, workspaceId: crypto.randomUUID() } })
			await recorded({ ...aMessage(), conversation: { ...here, platform: 'elsewhere' } })
			expect(await elsewhere.findOpen(here)).toEqual([accepted, underWay])
		})

		test('a closed store leaves the database open for others', async () => {
			const another = await createRunStore(opened.database)
			await another.close()
			expect(await stateOf(await recorded())).toBe('accepted')
		})
	})
}

const countRow = z.object({ rows: z.tuple([z.object({ count: z.coerce.number() })]) })

async function contentsWith({ database }: TestDatabase, text: string): Promise<number> {
	const query = sql`select count(*) from threadwise.contents where body::text like ${`%${text}%`}`
	return countRow.parse(await database.orm.execute(query)).rows[0].count
}

async function eventFactsWith({ database }: TestDatabase, text: string): Promise<number> {
	const query = sql`select count(*) from threadwise.events where facts::text like ${`%${text}%`}`
	return countRow.parse(await database.orm.execute(query)).rows[0].count
}

function textsOf(records: readonly JournalRecord[]): readonly string[] {
	return records.flatMap((record) => (record.kind === 'answer-delta' ? [record.content?.text ?? ''] : []))
}

for (const place of databases) runStoreContract(place)
