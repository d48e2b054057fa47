import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textContent } from '../../src/core/content.ts'
import type { IncomingMessage, SaidMessage } from '../../src/core/conversation.ts'
import type { ConversationReader } from '../../src/core/conversation-reader.ts'
import { holdBackMs, type RunStore } from '../../src/core/run-store.ts'
import { createConversationReader, createRunStore } from '../../src/store/index.ts'
import { aMessage, outcomes } from '../support/builders.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const bob = { id: 'bob', name: 'Bob' }
const eve = { id: 'eve', name: 'Eve' }

function saidMessagesContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`what was said to others: ${titleOf(place)}`, () => {
		let opened: TestDatabase
		let store: RunStore
		let elsewhere: RunStore
		let reader: ConversationReader

		beforeAll(async () => {
			opened = await place.open()
			store = await createRunStore(opened.database)
			elsewhere = await createRunStore(opened.sameFromElsewhere)
			reader = createConversationReader(opened.sameFromElsewhere)
		})
		afterAll(async () => {
			await store.close()
			await elsewhere.close()
			await opened[Symbol.asyncDispose]()
		})

		/** A question at minute 5 of a thread of its own, which began without us. */
		const late = (choices: Partial<IncomingMessage> = {}): IncomingMessage => ({
			...aMessage({ sentAt: '2026-01-01T12:05:00.000Z' }),
			hasEarlier: true,
			...choices,
		})
		const said = (
			minute: number,
			text: string,
			author: SaidMessage['author'] = bob,
			id: string = randomUUID(),
		): SaidMessage => ({
			id,
			author,
			content: text === '' ? [] : [...textContent(text)],
			sentAt: `2026-01-01T12:0${minute}:00.000Z`,
		})
		const historyOf = async (runId: string) => (await elsewhere.find(runId))?.history
		const overheard = (author: string, text: string) => ({ author, content: textContent(text), isOverheard: true })

		describe('before we came', () => {
			test('is waited for by the run of a question that was asked late', async () => {
				const message = late()
				const { outcome, runId } = await store.record(message)
				expect(outcome).toBe('held-back')
				const held = await elsewhere.claim(runId, 'worker', 1_000)
				if (held.outcome !== 'held') throw new Error(`expected it to be held back, not ${held.outcome}`)
				expect(held.forMs).toBeGreaterThan(0)
				expect(held.forMs).toBeLessThanOrEqual(holdBackMs)
				await store.recordEarlier(message.conversation, [
					said(1, 'Which plan?'),
					said(2, 'The first one.', eve),
					said(3, 'It costs $104.', null),
				])
				const claimed = await elsewhere.claim(runId, 'worker', 60_000)
				if (claimed.outcome !== 'claimed') throw new Error(`expected a claim, not ${claimed.outcome}`)
				expect(claimed.run.history).toEqual([
					overheard('Bob', 'Which plan?'),
					overheard('Eve', 'The first one.'),
					{ author: null, content: textContent('It costs $104.') },
				])
			})

			test('is passed over by whoever looks for the next run, until it can wait no longer', async () => {
				await opened.database.orm.execute(sql`delete from threadwise.runs`)
				const { runId } = await store.record(late())
				expect(await store.claimNext('worker', 60_000)).toBeNull()
				await opened.database.orm.execute(sql`update threadwise.runs set held_back_until = now()`)
				expect((await store.claimNext('worker', 60_000))?.run.id).toBe(runId)
			})

			test('is known from then on: no later question waits for it', async () => {
				const first = late()
				await store.record(first)
				await store.recordEarlier(first.conversation, [])
				expect((await store.record(late({ conversation: first.conversation }))).outcome).toBe('recorded')
			})

			test('is asked for again with the next question, where it could not be read', async () => {
				const first = late()
				const { runId } = await store.record(first)
				await store.recordEarlier(first.conversation, null)
				expect((await store.claim(runId, 'worker', 60_000)).outcome).toBe('claimed')
				expect((await store.record(late({ conversation: first.conversation }))).outcome).toBe('held-back')
			})

			test('is nothing where the question begins the conversation', async () => {
				const begins = aMessage()
				expect((await store.record(begins)).outcome).toBe('recorded')
				expect((await store.record(late({ conversation: begins.conversation }))).outcome).toBe('recorded')
			})

			test('comes in the order in which it was said, to the microsecond', async () => {
				const message = late({ sentAt: '2026-01-01T12:05:00.000003Z' })
				const { runId } = await store.record(message)
				await store.recordEarlier(message.conversation, [
					{ ...said(1, 'two'), sentAt: '2026-01-01T12:05:00.000002Z' },
					{ ...said(1, 'one'), sentAt: '2026-01-01T12:05:00.000001Z' },
				])
				expect(await historyOf(runId)).toEqual([overheard('Bob', 'one'), overheard('Bob', 'two')])
			})

			test('is kept once, however often it was read', async () => {
				const message = late()
				const { runId } = await store.record(message)
				const earlier = [said(1, 'Which plan?')]
				await store.recordEarlier(message.conversation, earlier)
				await elsewhere.recordEarlier(message.conversation, earlier)
				expect(await historyOf(runId)).toEqual([overheard('Bob', 'Which plan?')])
			})

			test('leaves a refused question as it is', async () => {
				const refusal = { code: 'busy', message: 'Threadwise is busy.', fix: 'Ask again later.' } as const
				expect((await store.record(late(), refusal)).outcome).toBe('recorded')
			})
		})

		describe('while we are there', () => {
			const asked = async () => {
				const message = aMessage({ sentAt: '2026-01-01T12:01:00.000Z' })
				await store.record(message)
				return message.conversation
			}
			const historyIn = async (conversation: IncomingMessage['conversation']) => {
				const { runId } = await store.record(late({ conversation }))
				return (await historyOf(runId))?.slice(1)
			}

			test('is context for later questions', async () => {
				const conversation = await asked()
				await store.recordOverheard(conversation, said(2, 'I think it is 42.'))
				expect(await historyIn(conversation)).toEqual([overheard('Bob', 'I think it is 42.')])
			})

			test('is nobody’s business where nobody has asked', async () => {
				const { conversation } = aMessage()
				await store.recordOverheard(conversation, said(2, 'A secret.'))
				expect(await historyOf((await store.record(late({ conversation }))).runId)).toEqual([])
			})

			test('changes when it is edited, and is gone when it is deleted', async () => {
				const conversation = await asked()
				const first = said(2, 'I think it is 42.')
				const second = said(3, 'Never mind.')
				for (const each of [first, second]) await store.recordOverheard(conversation, each)
				await store.recordOverheard(conversation, { ...first, content: [...textContent('I think it is 43.')] })
				await store.recordOverheard(conversation, { ...second, content: [] })
				expect(await historyIn(conversation)).toEqual([overheard('Bob', 'I think it is 43.')])
			})

			test('never takes the place of a question', async () => {
				const message = aMessage()
				const { runId } = await store.record(message)
				await store.recordOverheard(message.conversation, said(2, 'Something else.', bob, message.id))
				expect((await store.find(runId))?.question).toEqual(message.content)
			})

			test('becomes a question when it is told as one, and only once', async () => {
				const conversation = await asked()
				const message = { ...late({ conversation }), author: bob }
				await store.recordOverheard(conversation, said(5, 'What about me?', bob, message.id))
				const both = await Promise.all([store.record(message), elsewhere.record(message)])
				expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(['duplicate', 'recorded'])
				expect(new Set(both.map(({ runId }) => runId)).size).toBe(1)
				expect((await store.find(both[0].runId))?.question).toEqual(message.content)
			})

			test('goes with whoever has said it', async () => {
				const conversation = await asked()
				const mallory = { id: `mallory-${randomUUID()}`, name: 'Mallory' }
				await store.recordOverheard(conversation, said(2, 'Forget me.', mallory))
				await opened.database.orm.execute(sql`delete from threadwise.people where platform_user_id = ${mallory.id}`)
				expect(await historyIn(conversation)).toEqual([])
			})

			test('shows no conversation to anybody, and no question', async () => {
				const conversation = await asked()
				await store.recordOverheard(conversation, said(2, 'I think it is 42.'))
				expect(await reader.runs(conversation)).toHaveLength(1)
			})
		})

		describe('the standing of somebody in a conversation', () => {
			test('is that of an asker, of a bystander, or of a stranger where nobody has asked', async () => {
				const message = aMessage({ author: { id: 'ada', name: 'Ada' } })
				const standingOf = (personId: string) => reader.standing(message.conversation, personId)
				expect(await standingOf('ada')).toBe('stranger')
				const { runId } = await store.record(message)
				expect(await standingOf('ada')).toBe('asker')
				expect(await standingOf('bob')).toBe('bystander')
				await store.recordOverheard(message.conversation, said(2, 'I think it is 42.'))
				expect(await standingOf('bob')).toBe('bystander')
				const claimed = await store.claim(runId, 'worker', 60_000)
				if (claimed.outcome !== 'claimed') throw new Error(`expected a claim, not ${claimed.outcome}`)
				await store.append(claimed.claim, [{ event: outcomes.end('16') }])
				await sleep(2)
				await store.recordAgain(runId, { kind: 'regenerate', preferences: message.preferences, personId: 'eve' })
				expect(await standingOf('eve')).toBe('asker')
			})
		})
	})
}

for (const place of databases) saidMessagesContract(place)
