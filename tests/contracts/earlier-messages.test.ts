import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textContent, textOf } from '../../src/core/content.ts'
import type { EarlierMessage, IncomingMessage } from '../../src/core/conversation.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import { createConversationReader, createRunStore } from '../../src/store/index.ts'
import { aMessage } from '../support/builders.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const bob = { id: 'bob', name: 'Bob' }

function earlierMessagesContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`what was said before a question: ${titleOf(place)}`, () => {
		let opened: TestDatabase
		let store: RunStore

		beforeAll(async () => {
			opened = await place.open()
			store = await createRunStore(opened.database)
		})
		afterAll(async () => {
			await store.close()
			await opened[Symbol.asyncDispose]()
		})

		let minute = 0
		const said = (text: string, author: EarlierMessage['author'] = bob): EarlierMessage => {
			minute += 1
			const sentAt = new Date(Date.UTC(2026, 0, 1, 10, minute)).toISOString()
			return { id: randomUUID(), author, content: [...textContent(text)], sentAt }
		}
		const historyOf = async (message: IncomingMessage) => {
			const run = await store.find((await store.record(message)).runId)
			return run?.history.map(({ author, content }) => [author, textOf(content)])
		}

		test('is the conversation before it, in its order, with ours as ours', async () => {
			const before = [said('Lunch is at noon.'), said('Noted.', null), said('And costs “$12” \u{0}.')]
			expect(await historyOf({ ...aMessage(), before })).toEqual([
				['Bob', 'Lunch is at noon.'],
				[null, 'Noted.'],
				['Bob', 'And costs “$12” \u{FFFD}.'],
			])
		})

		test('is kept once, however often it is told', async () => {
			const first = { ...aMessage({ text: 'When?' }), before: [said('Lunch is at noon.')] }
			await store.record(first)
			await store.record(first)
			const second = aMessage({
				text: 'Where?',
				threadId: first.conversation.threadId,
				sentAt: '2026-01-01T12:01:00.000Z',
			})
			const before = [...first.before, said('In the hall.')]
			expect(await historyOf({ ...second, before })).toEqual([
				['Bob', 'Lunch is at noon.'],
				['Bob', 'In the hall.'],
				['Ada', 'When?'],
			])
		})

		test('begins no run and is asked by nobody', async () => {
			const message = { ...aMessage(), before: [said('Lunch is at noon.')] }
			await store.record(message)
			const reader = createConversationReader(opened.database)
			expect((await reader.runs(message.conversation)).map(({ messageId }) => messageId)).toEqual([message.id])
			expect(await store.findQuestion({ ...message, id: message.before[0]?.id ?? '' })).toBeNull()
		})

		test('can be asked as a question later, and is one then, once', async () => {
			const earlier = said('How much is lunch?')
			const first = { ...aMessage(), before: [earlier] }
			await store.record(first)
			const { conversation } = first
			const asked = { ...aMessage({ id: earlier.id, author: bob, text: 'How much is lunch?' }), conversation }
			expect(await store.recordEdit(asked)).toEqual({ outcome: 'unknown' })
			const recorded = await store.record(asked)
			expect(recorded.outcome).toBe('recorded')
			expect(await store.record(asked)).toEqual({ outcome: 'duplicate', runId: recorded.runId })
		})

		test('never replaces a question', async () => {
			const question = aMessage({ text: 'How much is lunch?' })
			const { runId } = await store.record(question)
			const { id, conversation, sentAt } = question
			const before = [{ id, author: bob, content: [...textContent('Nothing.')], sentAt }]
			await store.record({ ...aMessage({ threadId: conversation.threadId }), before })
			expect(textOf((await store.find(runId))?.question ?? [])).toBe('How much is lunch?')
		})
	})
}

for (const place of databases) earlierMessagesContract(place)
