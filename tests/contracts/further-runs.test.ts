import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf } from '../../src/core/content.ts'
import type { IncomingMessage } from '../../src/core/conversation.ts'
import type { JournalEvent } from '../../src/core/journal.ts'
import type { Claim, Run } from '../../src/core/run.ts'
import { noPreferences } from '../../src/core/run-preferences.ts'
import type { Again, RecordedAgain, RunStore } from '../../src/core/run-store.ts'
import { createRunStore } from '../../src/store/index.ts'
import { aMessage, delta, outcomes } from '../support/builders.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const leaseMs = 60_000
const harder: Again = {
	kind: 'think-harder',
	preferences: { route: 'staged', effort: 'high', workflow: null },
	personId: 'person',
}
const anew: Again = { kind: 'regenerate', preferences: noPreferences, personId: 'person' }

function furtherRunsContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`further runs of a question: ${titleOf(place)}`, () => {
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

		const claimed = async (runId: string): Promise<Claim> => {
			const result = await store.claim(runId, 'worker', leaseMs)
			if (result.outcome !== 'claimed') throw new Error(`expected a claim, not ${result.outcome}`)
			return result.claim
		}
		const found = async (runId: string): Promise<Run> => {
			const run = await store.find(runId)
			if (run === null) throw new Error('the run is gone')
			return run
		}
		const end = async (runId: string, ...events: readonly JournalEvent[]) => {
			await store.append(
				await claimed(runId),
				events.map((event) => ({ event })),
			)
			return runId
		}
		const answered = async (message = aMessage(), answer = '16') =>
			end((await store.record(message)).runId, outcomes.end(answer))
		const begun = (recorded: RecordedAgain | Awaited<ReturnType<RunStore['recordEdit']>>): string => {
			if (recorded.outcome !== 'recorded') throw new Error(`expected a new run, not ${recorded.outcome}`)
			return recorded.runId
		}
		const edited = (message: IncomingMessage, text: string): IncomingMessage => ({
			...message,
			content: [{ kind: 'text', text }],
		})
		const historyOf = async (runId: string) =>
			(await found(runId)).history.map(({ author, content }) => `${author ?? 'we'}: ${textOf(content)}`)

		describe('answered again', () => {
			test('is another run of the same question, with its parent and how it was wanted', async () => {
				const message = aMessage()
				const parent = await answered(message)
				const runId = begun(await store.recordAgain(parent, harder))
				expect(await found(runId)).toMatchObject({
					kind: 'think-harder',
					parentRunId: parent,
					state: 'accepted',
					question: message.content,
					asker: message.author,
					conversation: message.conversation,
					preferences: harder.preferences,
				})
				expect(await store.findUndelivered(-1_000, 1_000)).toContainEqual({ runId, nextAttempt: 1 })
			})

			test('twice at once is one run; each kind is its own', async () => {
				const parent = await answered()
				const stores = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? store : elsewhere))
				const results = await Promise.all(stores.map((each) => each.recordAgain(parent, harder)))
				expect(results.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(1)
				expect(new Set(results.map((result) => ('runId' in result ? result.runId : null))).size).toBe(1)
				expect((await store.recordAgain(parent, anew)).outcome).toBe('recorded')
			})

			test('once that has its outcome, is a further run', async () => {
				const parent = await answered()
				const first = await end(begun(await store.recordAgain(parent, anew)), outcomes.end('16 again'))
				const second = begun(await store.recordAgain(parent, anew))
				expect(second).not.toBe(first)
			})

			test('by somebody who has never asked anything, is theirs', async () => {
				const parent = await answered()
				const runId = begun(await store.recordAgain(parent, { ...anew, personId: 'bob' }))
				expect((await found(runId)).asker).toEqual({ id: 'bob', name: '' })
			})

			test('is nothing for a run that has no outcome yet, or that is not there', async () => {
				const { runId } = await store.record(aMessage())
				expect(await store.recordAgain(runId, anew)).toEqual({ outcome: 'unfinished' })
				for (const id of ['00000000-0000-7000-8000-000000000000', 'nonsense'])
					expect(await store.recordAgain(id, anew)).toEqual({ outcome: 'unknown' })
			})

			test('is nothing for a run whose question says something else now; what answers that can be had again', async () => {
				const message = aMessage()
				const first = await answered(message)
				const again = await end(begun(await store.recordAgain(first, anew)), outcomes.end('16 again'))
				const newest = await end(begun(await store.recordEdit(edited(message, 'And of three?'))), outcomes.end('24'))
				for (const runId of [first, again]) {
					expect(await store.recordAgain(runId, anew)).toEqual({ outcome: 'outdated' })
				}
				const harderNewest = begun(await store.recordAgain(newest, harder))
				expect(textOf((await found(harderNewest)).question ?? [])).toBe('And of three?')
			})

			test('takes its turn behind what its conversation has asked before', async () => {
				const threadId = randomUUID()
				const parent = await answered(aMessage({ threadId }))
				const { runId: second } = await store.record(aMessage({ threadId }))
				const again = begun(await store.recordAgain(parent, anew))
				const { runId: other } = await store.record(aMessage())
				const order: string[] = []
				for (let next = await store.claimNext('worker', leaseMs); next; next = await store.claimNext('worker', leaseMs))
					order.push(next.claim.runId)
				expect(order.indexOf(second)).toBeLessThan(order.indexOf(again))
				expect(order.indexOf(other)).toBeLessThan(order.indexOf(again))
			})

			test('is shown what was said before the question, and not the answer that it had', async () => {
				const threadId = randomUUID()
				await answered(aMessage({ threadId, text: 'Before?', sentAt: '2026-01-01T12:00:00.000Z' }), 'Yes.')
				const parent = await answered(aMessage({ threadId, text: 'Why?', sentAt: '2026-01-01T12:01:00.000Z' }), 'So.')
				await answered(aMessage({ threadId, text: 'After?', sentAt: '2026-01-01T12:02:00.000Z' }), 'No.')
				expect(await historyOf(begun(await store.recordAgain(parent, harder)))).toEqual(['Ada: Before?', 'we: Yes.'])
			})

			test('remembers what was clarified about the question', async () => {
				const threadId = randomUUID()
				const { runId } = await store.record(aMessage({ threadId, text: 'How many legs?' }))
				await end(runId, outcomes.wait('Of what?'))
				await store.record(aMessage({ threadId, text: 'Of spiders.' }))
				await end(runId, outcomes.end('16'))
				expect(await historyOf(begun(await store.recordAgain(runId, harder)))).toEqual([
					'we: Of what?',
					'Ada: Of spiders.',
				])
			})

			test('later questions are shown the newest answer of each', async () => {
				const threadId = randomUUID()
				const parent = await answered(aMessage({ threadId, text: 'Why?', sentAt: '2026-01-01T12:00:00.000Z' }), 'So.')
				await end(begun(await store.recordAgain(parent, harder)), outcomes.end('Thought about it: so.'))
				await end(begun(await store.recordAgain(parent, anew)), outcomes.stop('half'))
				const later = await store.record(aMessage({ threadId, text: 'And?', sentAt: '2026-01-01T12:01:00.000Z' }))
				expect(await historyOf(later.runId)).toEqual(['Ada: Why?', 'we: Thought about it: so.'])
			})
		})

		describe('edited', () => {
			const superseding = async (message: IncomingMessage, text = 'And of three?') => {
				const result = await store.recordEdit(edited(message, text))
				if (result.outcome !== 'recorded') throw new Error(`expected a new run, not ${result.outcome}`)
				return result
			}

			test('before anybody has begun, ends the run and begins another', async () => {
				const message = aMessage()
				const { runId: old } = await store.record(message)
				const { runId, superseded } = await superseding(message)
				expect(superseded).toEqual([{ runId: old, state: 'accepted', nextAttempt: null }])
				expect(await store.read(old)).toMatchObject([{ kind: 'run-stop', reason: 'superseded' }])
				expect(await found(runId)).toMatchObject({
					kind: 'edited-question',
					parentRunId: old,
					state: 'accepted',
					asker: message.author,
					question: [{ kind: 'text', text: 'And of three?' }],
				})
			})

			test('while a worker is at it, asks that one to stop, and refuses its answer to the old text', async () => {
				const message = aMessage()
				const { runId: old } = await store.record(message)
				const claim = await claimed(old)
				const { superseded } = await superseding(message)
				expect(superseded).toEqual([{ runId: old, state: 'running', nextAttempt: null }])
				expect(await store.append(claim, [delta('on')])).toMatchObject({ stopRequested: 'superseded' })
				expect(await store.append(claim, [{ event: outcomes.end('16') }])).toEqual({
					outcome: 'stop-requested',
					reason: 'superseded',
				})
			})

			test('while it waits for its asker, has a worker end it', async () => {
				const message = aMessage()
				const { runId: old } = await store.record(message)
				await end(old, outcomes.wait('Which spiders?'))
				const { superseded } = await superseding(message)
				expect(superseded).toEqual([{ runId: old, state: 'waiting', nextAttempt: 2 }])
				expect(await found(old)).toMatchObject({ state: 'queued', stopRequested: 'superseded' })
			})

			test('after it was answered, is answered anew, and everything else that still answers it ends', async () => {
				const message = aMessage()
				const old = await answered(message)
				const again = [begun(await store.recordAgain(old, harder)), begun(await store.recordAgain(old, anew))]
				const { runId, superseded } = await superseding(message)
				expect(superseded.map((each) => each.runId).toSorted()).toEqual(again.toSorted())
				expect((await found(runId)).parentRunId).toBe(again[1])
				expect((await found(old)).state).toBe('answered')
			})

			test('to the same text changes nothing, however often and from wherever it comes', async () => {
				const message = aMessage()
				const { runId } = await store.record(message)
				expect(await store.recordEdit(message)).toEqual({ outcome: 'unchanged', runId })
				const change = edited(message, 'And of three?')
				const stores = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? store : elsewhere))
				const results = await Promise.all(stores.map((each) => each.recordEdit(change)))
				expect(results.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(1)
				expect(results.filter(({ outcome }) => outcome === 'unchanged')).toHaveLength(7)
				expect(new Set(results.map((result) => ('runId' in result ? result.runId : null))).size).toBe(1)
			})

			test('is unknown for a message that nobody has recorded', async () => {
				expect(await store.recordEdit(aMessage())).toEqual({ outcome: 'unknown' })
			})

			test('is not possible for what was said to a question back', async () => {
				const threadId = randomUUID()
				const { runId } = await store.record(aMessage({ threadId }))
				await end(runId, outcomes.wait('Which spiders?'))
				const answer = aMessage({ threadId, text: 'Small ones.' })
				await store.record(answer)
				expect(await store.recordEdit(edited(answer, 'Large ones.'))).toEqual({ outcome: 'settled' })
				expect(await store.findQuestion(answer)).toMatchObject({ runId, isUnchanged: true })
			})

			test('no answer to the old text is shown to later questions', async () => {
				const threadId = randomUUID()
				const message = aMessage({ threadId, text: 'Why?', sentAt: '2026-01-01T12:00:00.000Z' })
				await answered(message, 'So.')
				const { runId } = await superseding(message, 'Why not?')
				const later = () => store.record(aMessage({ threadId, text: 'And?', sentAt: '2026-01-01T12:01:00.000Z' }))
				const before = await later()
				expect(await historyOf(before.runId)).toEqual(['Ada: Why not?'])
				await end(runId, outcomes.end('Because.'))
				expect((await historyOf((await later()).runId)).slice(0, 2)).toEqual(['Ada: Why not?', 'we: Because.'])
			})
		})

		describe('what a message has asked', () => {
			test('is found by its id, with the run that still answers it before all others', async () => {
				const message = aMessage()
				const old = await answered(message)
				expect(await store.findQuestion(message)).toEqual({
					askerId: 'person',
					runId: old,
					isOpen: false,
					isUnchanged: true,
				})
				const again = begun(await store.recordAgain(old, anew))
				expect(await store.findQuestion(message)).toMatchObject({ askerId: 'person', runId: again, isOpen: true })
			})

			test('says whether the message says the same now, whatever characters it has', async () => {
				const message = aMessage({ text: 'A “zero” byte: \0.' })
				await store.record(message)
				expect(await store.findQuestion(message)).toMatchObject({ isUnchanged: true })
				expect(await store.findQuestion(edited(message, 'And none.'))).toMatchObject({ isUnchanged: false })
			})

			test('is nothing where nobody has recorded it, or somewhere else', async () => {
				const message = aMessage()
				await store.record(message)
				expect(await store.findQuestion(aMessage())).toBeNull()
				const elsewhereOnly = { ...message, conversation: { ...message.conversation, workspaceId: 'another' } }
				expect(await store.findQuestion(elsewhereOnly)).toBeNull()
			})
		})

		test('a direct message is one in all its runs', async () => {
			const message = aMessage()
			const direct = { ...message, conversation: { ...message.conversation, isDirect: true } }
			const runId = await answered(direct)
			expect((await found(runId)).conversation).toEqual(direct.conversation)
			expect((await found(begun(await store.recordAgain(runId, anew)))).conversation.isDirect).toBe(true)
		})
	})
}

for (const place of databases) furtherRunsContract(place)
