import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { aMessage, outcomes } from '../../tests/support/builders.ts'
import { keptQueue } from '../../tests/support/kept-queue.ts'
import { databases, type TestDatabase } from '../../tests/support/stores.ts'
import { textContent } from '../core/content.ts'
import type { IncomingMessage } from '../core/conversation.ts'
import type { RunStore } from '../core/run-store.ts'
import { createRunStore } from '../store/index.ts'
import { createIntake, type Intake, type IntakeDependencies } from './intake.ts'

const [embedded] = databases
let opened: TestDatabase
let store: RunStore
let kept: ReturnType<typeof keptQueue>
let intake: Intake

beforeAll(async () => {
	if (embedded === undefined) throw new Error('there is no embedded database')
	opened = await embedded.open()
	store = await createRunStore(opened.database)
})
beforeEach(() => {
	kept = keptQueue()
	intake = open()
})
afterAll(async () => {
	await store.close()
	await opened[Symbol.asyncDispose]()
})

const open = (choices: Partial<IntakeDependencies> = {}) =>
	createIntake({ store, queue: kept.queue, longestQuestion: 100, longestQueue: 1_000, onTrouble: () => {}, ...choices })
const changed = (message: IncomingMessage, text = 'And of three?') => ({ ...message, content: [...textContent(text)] })
const ask = async (message: IncomingMessage) => (await intake.ask(message)).runId
const claim = async (runId: string) => {
	const claimed = await store.claim(runId, 'worker', 60_000)
	if (claimed.outcome !== 'claimed') throw new Error('it could not be claimed')
	return claimed.claim
}
const begun = async (message: IncomingMessage, by = intake) => {
	const result = await by.edit(message)
	if (result.outcome !== 'begun') throw new Error(`expected a new run, not ${JSON.stringify(result)}`)
	return result.runId
}
const stateOf = async (runId: string) => (await store.find(runId))?.state

test('an edit of a question that waits for a worker ends its run and begins another', async () => {
	const message = aMessage()
	const old = await ask(message)
	const runId = await begun(changed(message))
	expect(await stateOf(old)).toBe('stopped')
	expect(await store.find(runId)).toMatchObject({ kind: 'edited-question', parentRunId: old, state: 'queued' })
	expect(kept.added).toEqual([`${old}-1`, `${runId}-1`])
})

test('whoever works on the old text is told at once', async () => {
	const message = aMessage()
	const old = await ask(message)
	await claim(old)
	await begun(changed(message))
	expect(kept.cancelled).toEqual([`${old} superseded`])
	expect((await store.find(old))?.stopRequested).toBe('superseded')
})

test('a run that has asked back about the old text is ended by a worker', async () => {
	const message = aMessage()
	const old = await ask(message)
	await store.append(await claim(old), [{ event: outcomes.wait('Which ones?') }])
	await begun(changed(message))
	expect(kept.added).toContain(`${old}-2`)
})

test('a question that was answered is answered anew', async () => {
	const message = aMessage()
	const old = await ask(message)
	await store.append(await claim(old), [{ event: outcomes.end('16') }])
	const runId = await begun(changed(message))
	expect(await stateOf(old)).toBe('answered')
	expect(await stateOf(runId)).toBe('queued')
	expect(kept.cancelled).toEqual([])
})

test('the same text again changes nothing', async () => {
	const message = aMessage()
	const runId = await ask(message)
	expect(await intake.edit(message)).toEqual({ outcome: 'unchanged', runId })
	const second = await begun(changed(message))
	expect(await intake.edit(changed(message))).toEqual({ outcome: 'unchanged', runId: second })
	expect(kept.added).toHaveLength(2)
})

test('a message that comes edited before it came at all is the question, and the late one a duplicate', async () => {
	const message = aMessage()
	const runId = await begun(changed(message))
	expect(await store.find(runId)).toMatchObject({ kind: 'question', question: changed(message).content })
	expect(await intake.receive(message)).toEqual({ outcome: 'duplicate', runId })
})

test('nobody edits what somebody else has asked', async () => {
	const message = aMessage()
	const runId = await ask(message)
	const result = await intake.edit({ ...changed(message), author: { id: 'bob', name: 'Bob' } })
	expect(result).toMatchObject({ outcome: 'refused', message: expect.stringContaining('Only whoever asked') })
	expect(await stateOf(runId)).toBe('queued')
})

/** What somebody has changed in vain is told to them, and nothing else happens. */
const expectRefused = async (old: string, result: Promise<unknown>, code: string) => {
	const before = await store.find(old)
	const added = [...kept.added]
	expect(await result).toMatchObject({ outcome: 'refused', code, fix: expect.stringMatching(/\.$/) })
	expect(await store.find(old)).toEqual(before)
	expect(kept).toMatchObject({ added, cancelled: [] })
}

test.each([
	[' \n', 'question-empty'],
	['x'.repeat(101), 'question-too-long'],
])('an edit that makes no question of it changes nothing: %j', async (text, code) => {
	const message = aMessage()
	const old = await ask(message)
	await expectRefused(old, intake.edit(changed(message, text)), code)
	expect(await intake.edit(message)).toEqual({ outcome: 'unchanged', runId: old })
})

test('an edit for which no budget is left changes nothing; the same text again is refused to nobody', async () => {
	const usedUp = { scope: 'person', measure: 'calls', limit: 6, left: 0 } as const
	const poor = open({ spending: { exhausted: async () => usedUp } })
	const message = aMessage()
	const old = await ask(message)
	await expectRefused(old, poor.edit(changed(message)), 'budget')
	expect(await poor.edit(message)).toEqual({ outcome: 'unchanged', runId: old })
})

test('an answer to a question back stays as it was said', async () => {
	const message = aMessage({ threadId: randomUUID() })
	const old = await ask(message)
	await store.append(await claim(old), [{ event: outcomes.wait('Which ones?') }])
	const answer = { ...aMessage({ text: 'Small ones.' }), conversation: message.conversation }
	await intake.receive(answer)
	await expectRefused(old, intake.edit(changed(answer, 'Large ones.')), 'usage')
	expect(await intake.edit(answer)).toEqual({ outcome: 'unchanged', runId: old })
})

test('in a full queue an edit keeps the place of its run; where it has none any more, it is refused', async () => {
	const full = open({ longestQueue: 0 })
	const message = aMessage({ threadId: randomUUID() })
	const old = await ask(message)
	const runId = await begun(changed(message), full)
	expect(await stateOf(old)).toBe('stopped')
	expect(await stateOf(runId)).toBe('queued')
	await store.append(await claim(runId), [{ event: outcomes.end('24') }])
	kept.cancelled.length = 0
	await expectRefused(runId, full.edit(changed(message, 'And of four?')), 'busy')
})

test('an edit while the queue is down is found by the next sweep', async () => {
	const message = aMessage()
	await ask(message)
	kept.state.down = true
	const runId = await begun(changed(message))
	kept.state.down = false
	await intake.sweep(0)
	expect(kept.added).toContain(`${runId}-1`)
})

test('a store that is down is a failure: the platform shall deliver the edit again', async () => {
	const broken = open({ store: { ...store, recordEdit: () => Promise.reject(new Error('the database is down')) } })
	const message = aMessage()
	await ask(message)
	await expect(broken.edit(changed(message))).rejects.toThrow('the database is down')
})
