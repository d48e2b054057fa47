import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textContent } from '../../src/core/content.ts'
import type { IncomingMessage } from '../../src/core/conversation.ts'
import type { ConversationReader } from '../../src/core/conversation-reader.ts'
import type { JournalEvent } from '../../src/core/journal.ts'
import { noPreferences } from '../../src/core/run-preferences.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import { createConversationReader, createRunStore } from '../../src/store/index.ts'
import { aMessage, outcomes } from '../support/builders.ts'
import { eventExamples } from '../support/journal-examples.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const ada = { id: 'ada', name: 'Ada' }
const bob = { id: 'bob', name: 'Bob' }

function conversationReaderContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`the conversation reader: ${titleOf(place)}`, () => {
		let opened: TestDatabase
		let store: RunStore
		let reader: ConversationReader

		beforeAll(async () => {
			opened = await place.open()
			store = await createRunStore(opened.database)
			reader = createConversationReader(opened.sameFromElsewhere)
		})
		afterAll(async () => {
			await store.close()
			await opened[Symbol.asyncDispose]()
		})

		/** Records messages in a workspace of their own, one after the other. */
		const ask = async (workspaceId: string, ...messages: readonly Partial<Parameters<typeof aMessage>[0]>[]) => {
			const asked: { message: IncomingMessage; runId: string }[] = []
			for (const choices of messages) {
				const message = aMessage({ author: ada, ...choices, workspaceId })
				asked.push({ message, runId: (await store.record(message)).runId })
				await sleep(2)
			}
			return asked
		}
		const finish = async (runId: string, event: JournalEvent = outcomes.end('16')) => {
			const result = await store.claim(runId, 'worker', 60_000)
			if (result.outcome !== 'claimed') throw new Error(`expected a claim, not ${result.outcome}`)
			await store.append(result.claim, [{ event }])
		}
		const list = (workspaceId: string, more: Partial<Parameters<ConversationReader['list']>[0]> = {}) =>
			reader.list({ platform: 'testing', workspaceId, limit: 10, ...more })
		const threadsOf = (entries: Awaited<ReturnType<typeof list>>) =>
			entries.map(({ conversation }) => conversation.threadId)

		test('a message is found in the conversation in which it was asked or overheard, in its own place alone', async () => {
			const workspaceId = randomUUID()
			const [asked] = await ask(workspaceId, { threadId: 'a' })
			if (asked === undefined) throw new Error('nothing was asked')
			const { conversation, id } = asked.message
			const overheard = {
				id: randomUUID(),
				author: bob,
				content: [...textContent('Four.')],
				sentAt: new Date().toISOString(),
			}
			await store.recordOverheard(conversation, overheard)
			for (const messageId of [id, overheard.id]) {
				expect(await reader.holding(messageId, conversation)).toEqual(conversation)
				expect(await reader.holding(messageId, { ...conversation, workspaceId: randomUUID() })).toBeNull()
			}
			expect(await reader.holding(randomUUID(), conversation)).toBeNull()
		})

		describe('conversations', () => {
			test('come the newest question first, with what they began with', async () => {
				const workspaceId = randomUUID()
				await ask(
					workspaceId,
					{ threadId: 'a', text: '  How many\n legs?  ' },
					{ threadId: 'b', text: 'Why?' },
					{ threadId: 'a', text: 'And of three?' },
				)
				const listed = await list(workspaceId)
				expect(listed).toMatchObject([
					{ conversation: { threadId: 'a', workspaceId }, title: 'How many legs?', runs: 2, isOpen: true },
					{ conversation: { threadId: 'b' }, title: 'Why?', runs: 1, isOpen: true },
				])
				for (const { lastAskedAt } of listed)
					expect(Math.abs(Date.now() - Date.parse(lastAskedAt))).toBeLessThan(60_000)
			})

			test('are open until every run has its outcome', async () => {
				const workspaceId = randomUUID()
				const [first, second] = await ask(workspaceId, { threadId: 'a' }, { threadId: 'a' })
				await finish(first?.runId ?? '')
				expect(await list(workspaceId)).toMatchObject([{ isOpen: true }])
				await finish(second?.runId ?? '')
				expect(await list(workspaceId)).toMatchObject([{ isOpen: false }])
			})

			test('come in pages that leave out nothing and repeat nothing', async () => {
				const workspaceId = randomUUID()
				const threads = Array.from({ length: 7 }, (_, index) => ({ threadId: `thread-${index}` }))
				await ask(workspaceId, ...threads)
				const pages: (readonly string[])[] = []
				let page = await list(workspaceId, { limit: 3 })
				while (page.length > 0) {
					pages.push(threadsOf(page))
					page = await list(workspaceId, { limit: 3, before: page.at(-1)?.lastAskedAt ?? '' })
				}
				expect(pages.map(({ length }) => length)).toEqual([3, 3, 1])
				expect(pages.flat()).toEqual(threads.map(({ threadId }) => threadId).toReversed())
			})

			test('are those of one place, and of one person where they are named', async () => {
				const workspaceId = randomUUID()
				await ask(workspaceId, { threadId: 'a' }, { threadId: 'b', author: bob }, { threadId: 'a', author: bob })
				expect(threadsOf(await list(workspaceId, { personId: 'ada' }))).toEqual(['a'])
				expect(threadsOf(await list(workspaceId, { personId: 'bob' }))).toEqual(['a', 'b'])
				expect(await list(workspaceId, { personId: 'eve' })).toEqual([])
				expect(await list(workspaceId, { platform: 'another' })).toEqual([])
				expect(await list(randomUUID())).toEqual([])
			})

			test('are called by the first question that has words', async () => {
				const workspaceId = randomUUID()
				const [erased] = await ask(
					workspaceId,
					{ threadId: 'a', text: 'Erased.' },
					{ threadId: 'a', text: ' \n\t ' },
					{ threadId: 'a', text: 'How many legs?' },
					{ threadId: 'a', text: 'And of three?' },
				)
				await opened.database.orm.execute(sql`
					update threadwise.turns set content_id = null where message_id = ${erased?.message.id}`)
				expect(await list(workspaceId)).toMatchObject([{ title: 'How many legs?' }])
			})

			test('a long beginning is cut between characters, an erased one is null', async () => {
				const workspaceId = randomUUID()
				const [long] = await ask(workspaceId, { threadId: 'a', text: `x${'🙂'.repeat(100)}` })
				const [{ title } = { title: null }] = await list(workspaceId)
				expect(title).toBe(`x${'🙂'.repeat(59)}…`)
				await opened.database.orm.execute(sql`
					update threadwise.turns set content_id = null where message_id = ${long?.message.id}`)
				expect(await list(workspaceId)).toMatchObject([{ title: null }])
			})
		})

		describe('the runs of a conversation', () => {
			test('keep the question that they answer when it is edited', async () => {
				const [asked] = await ask(randomUUID(), { threadId: 'a', text: 'How many legs?' })
				if (asked === undefined) throw new Error('it was asked')
				const result = await store.claim(asked.runId, 'worker', 60_000)
				if (result.outcome !== 'claimed') throw new Error('the run is free')
				const started = { ...eventExamples['run-start'], content: { question: 'How many legs?', history: [] } }
				await store.append(result.claim, [{ event: started }, { event: outcomes.end('8') }])
				const content = [{ kind: 'text', text: 'How many eyes?' } as const]
				await store.recordEdit({ ...asked.message, content })
				const entries = await reader.runs(asked.message.conversation)
				expect(entries.map(({ question }) => question)).toEqual(['How many legs?', 'How many eyes?'])
			})

			test('keep it also where they were refused or stopped before they began', async () => {
				const message = aMessage({ workspaceId: randomUUID(), author: ada, text: 'How many legs?' })
				const refusal = { code: 'busy', message: 'Too much.', fix: 'Wait.' } as const
				await store.record(message, refusal)
				for (const text of ['How many eyes?', 'How many wings?']) {
					await sleep(2)
					await store.recordEdit({ ...message, content: [{ kind: 'text', text }] })
				}
				const entries = await reader.runs(message.conversation)
				expect(entries).toMatchObject([
					{ question: 'How many legs?', state: 'failed' },
					{ question: 'How many eyes?', state: 'stopped' },
					{ question: 'How many wings?', state: 'accepted' },
				])
			})

			test('are read one by one as well, each as it stands in the list', async () => {
				const [first, second] = await ask(
					randomUUID(),
					{ threadId: 'a', text: 'How many legs?' },
					{ threadId: 'a', text: 'Why?', author: bob },
				)
				if (first === undefined || second === undefined) throw new Error('both were asked')
				await finish(first.runId)
				const listed = await reader.runs(first.message.conversation)
				expect([await reader.run(first.runId), await reader.run(second.runId)]).toEqual(listed)
				expect([await reader.run(randomUUID()), await reader.run('no-run')]).toEqual([null, null])
			})

			test('come in the order in which they were asked, with everything that they are', async () => {
				const workspaceId = randomUUID()
				const [first, second] = await ask(
					workspaceId,
					{ threadId: 'a', text: 'How many legs?' },
					{ threadId: 'a', text: 'Why?', author: bob },
				)
				await ask(workspaceId, { threadId: 'b' })
				if (first === undefined || second === undefined) throw new Error('both were asked')
				await finish(first.runId)
				const again = { kind: 'regenerate', preferences: noPreferences, personId: 'bob' } as const
				await store.recordAgain(first.runId, again)
				const entries = await reader.runs(first.message.conversation)
				expect(entries).toEqual([
					{
						runId: first.runId,
						kind: 'question',
						parentRunId: null,
						state: 'answered',
						messageId: first.message.id,
						question: 'How many legs?',
						asker: ada,
						preferences: first.message.preferences,
						askedAt: expect.any(String),
						feedback: [],
					},
					expect.objectContaining({ runId: second.runId, state: 'accepted', question: 'Why?', asker: bob }),
					expect.objectContaining({
						kind: 'regenerate',
						parentRunId: first.runId,
						messageId: first.message.id,
						question: 'How many legs?',
						asker: bob,
					}),
				])
			})

			test('are none where nobody has asked', async () => {
				expect(await reader.runs(aMessage().conversation)).toEqual([])
			})

			test('have a mark that changes when they do, and only then', async () => {
				const workspaceId = randomUUID()
				const [one, other] = await ask(workspaceId, { threadId: 'a' }, { threadId: 'b' })
				if (one === undefined || other === undefined) throw new Error('both were asked')
				const nowhere = { ...one.message.conversation, threadId: 'nobody has begun it' }
				const seen: (readonly string[])[] = []
				/** Whether the mark of each of the two is another one by now. */
				const changes = async () => {
					const marks = await reader.marks([one.message.conversation, nowhere, other.message.conversation])
					const before = seen.at(-1) ?? ['', '', '']
					seen.push(marks)
					return [0, 1, 2].map((index) => marks[index] !== before[index])
				}
				expect(await changes()).toEqual([true, false, true])
				expect(await changes()).toEqual([false, false, false])
				const result = await store.claim(one.runId, 'worker', 60_000)
				if (result.outcome !== 'claimed') throw new Error('the run is free')
				expect(await changes()).toEqual([true, false, false])
				await store.append(result.claim, [{ event: eventExamples['answer-delta'] }])
				expect(await changes()).toEqual([false, false, false])
				await store.append(result.claim, [{ event: outcomes.end('16') }])
				expect(await changes()).toEqual([true, false, false])
				const feedback = { kind: 'feedback', personId: 'ada', helpful: true, content: null } as const
				await store.annotate(one.runId, [{ event: feedback }])
				expect(await changes()).toEqual([true, false, false])
				await store.recordAgain(one.runId, { kind: 'regenerate', preferences: noPreferences, personId: 'ada' })
				expect(await changes()).toEqual([true, false, false])
				expect(await reader.marks([])).toEqual([])
			})

			test('tell the newest thing that each person thinks of an answer', async () => {
				const workspaceId = randomUUID()
				const [asked] = await ask(workspaceId, { threadId: 'a' })
				if (asked === undefined) throw new Error('it was asked')
				await finish(asked.runId)
				const say = (personId: string, helpful: boolean, reason: string | null) =>
					store.annotate(asked.runId, [
						{ event: { kind: 'feedback', personId, helpful, content: reason === null ? null : { reason } } },
					])
				await say('ada', false, 'Spiders have eight.')
				await say('bob', true, null)
				await say('ada', true, null)
				await say('eve', false, 'Too long.')
				const [entry] = await reader.runs(asked.message.conversation)
				expect(entry?.feedback).toEqual([
					{ personId: 'bob', helpful: true, reason: null },
					{ personId: 'ada', helpful: true, reason: null },
					{ personId: 'eve', helpful: false, reason: 'Too long.' },
				])
			})

			test('what somebody thinks is theirs: with them it goes, and with nobody else', async () => {
				const workspaceId = randomUUID()
				const [asked] = await ask(workspaceId, { threadId: 'a' })
				if (asked === undefined) throw new Error('it was asked')
				await finish(asked.runId)
				await store.annotate(asked.runId, [
					{ event: { kind: 'feedback', personId: 'eve', helpful: false, content: { reason: 'Too long.' } } },
				])
				const erase = (personId: string) =>
					opened.database.orm.execute(sql`
						delete from threadwise.people where platform_user_id = ${personId} and installation_id = (
							select id from threadwise.installations where workspace_id = ${workspaceId})`)
				await erase('ada')
				expect(await reader.runs(asked.message.conversation)).toMatchObject([
					{ question: null, asker: { id: 'erased' }, feedback: [{ personId: 'eve', reason: 'Too long.' }] },
				])
				await erase('eve')
				expect(await reader.runs(asked.message.conversation)).toMatchObject([{ feedback: [{ reason: null }] }])
			})
		})
	})
}

for (const place of databases) conversationReaderContract(place)
