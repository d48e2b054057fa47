import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { PlatformEvents, Reply } from '../../../src/core/chat-platform.ts'
import type { Conversation } from '../../../src/core/conversation.ts'
import { emptyReplyView } from '../../../src/rendering/index.ts'
import { aView } from '../builders.ts'
import { createLoopbackPlatform, type LoopbackPlatformOptions } from './platform.ts'
import { repliesIn } from './replies.ts'
import { type LoopbackChatOptions, startLoopbackChat } from './server.ts'

const conversation: Conversation = { platform: 'loopback', workspaceId: '', channelId: 'general', threadId: '' }
const question = { conversationId: 'general', personId: 'ada', text: 'How much is 6 × 7?' }
const answered = (answer: string) => aView({ status: 'answered', answer, stages: [] })

const done = async () => ({ outcome: 'done' }) as const
/** What nobody here does. */
const unusedEvents: PlatformEvents = {
	message: async () => {},
	overhear: async () => {},
	edit: async () => ({ outcome: 'begun', runId: 'run' }),
	stop: done,
	answerNow: done,
	again: async () => ({ outcome: 'begun', runId: 'run' }),
	feedback: done,
	removed: async () => {},
}

async function openChat(
	options: Partial<LoopbackChatOptions> = {},
	platformOptions: Partial<LoopbackPlatformOptions> = {},
) {
	const chat = await startLoopbackChat({ retryMs: 50, ...options })
	onTestFinished(() => chat[Symbol.asyncDispose]())
	const connect = async (message: PlatformEvents['message'] = async () => {}) => {
		const leaving = new AbortController()
		onTestFinished(() => leaving.abort())
		const platform = createLoopbackPlatform({ url: chat.url, reconnectMs: 10, ...platformOptions })
		await platform.start({ ...unusedEvents, message }, leaving.signal)
		return { platform, leave: () => leaving.abort() }
	}
	return { chat, connect }
}

test('an event that is refused comes again until it is taken, and then no more', async () => {
	const { chat, connect } = await openChat()
	let deliveries = 0
	await connect(async () => {
		deliveries += 1
		if (deliveries < 3) throw new Error('the database is down')
	})
	expect(await chat.ask(question).answered).toBe('refused')
	await expect.poll(() => deliveries).toBe(3)
	await sleep(150)
	expect(deliveries).toBe(3)
	expect(chat.redeliveries()).toBe(2)
})

test('an event that a bot takes to its grave comes to another one', async () => {
	const { chat, connect } = await openChat()
	const first = vi.fn(() => new Promise<void>(() => {}))
	const { leave } = await connect(first)
	const { answered: taken } = chat.ask(question)
	await expect.poll(() => first.mock.calls.length).toBeGreaterThan(0)
	leave()
	const second = vi.fn(async () => {})
	await connect(second)
	expect(await taken).toBe('taken')
	expect(second).toHaveBeenCalled()
})

test('what is written while no bot is there waits for one', async () => {
	const { chat, connect } = await openChat()
	const { answered: taken } = chat.ask(question)
	await connect()
	expect(await taken).toBe('taken')
})

test('a bot whose connections are cut comes back by itself', async () => {
	const { chat, connect } = await openChat()
	await connect()
	chat.cutConnections()
	expect(await chat.ask(question).answered).toBe('taken')
})

test('a feed that falls silent is opened again', async () => {
	const { chat, connect } = await openChat({}, { silenceMs: 100 })
	await connect()
	await sleep(300)
	expect(await chat.ask(question).answered).toBe('taken')
})

test('a chat that is not there is told at the start', async () => {
	const platform = createLoopbackPlatform({ url: 'http://127.0.0.1:9' })
	await expect(platform.start(unusedEvents, new AbortController().signal)).rejects.toMatchObject({
		code: 'platform-unavailable',
	})
})

test('whoever writes too fast is told how long to wait', async () => {
	const { chat, connect } = await openChat({ rate: { requests: 2, perMs: 60_000 } })
	const { platform } = await connect()
	const reply = await platform.post('run', conversation, emptyReplyView)
	await platform.update(reply, emptyReplyView)
	await expect(platform.update(reply, emptyReplyView)).rejects.toMatchObject({
		code: 'platform-unavailable',
		retry: { afterMs: 60_000 },
	})
	expect(chat.counts).toMatchObject({ posts: 1, edits: 1, tooFast: 1 })
})

test('a message that is too long, or edited where it does not stand, is refused for good', async () => {
	const { connect } = await openChat({ maxLength: 10 })
	const { platform } = await connect()
	const refused = { code: 'platform-refused', retry: 'never' }
	await expect(platform.post('run', conversation, answered('Eleven and more.'))).rejects.toMatchObject(refused)
	const nowhere: Reply = { runId: 'run', conversation, messageIds: ['none'] }
	await expect(platform.update(nowhere, emptyReplyView)).rejects.toMatchObject(refused)
})

test('a chat that takes too long counts as not to be reached', async () => {
	const { connect } = await openChat({ latencyMs: 5_000 }, { timeoutMs: 50 })
	const { platform } = await connect()
	await expect(platform.post('run', conversation, emptyReplyView)).rejects.toMatchObject({
		code: 'platform-unavailable',
		retry: { afterMs: null },
	})
})

test.each([
	['before', { dropBefore: 1, dropAfter: 0 }, 0],
	['after', { dropBefore: 0, dropAfter: 1 }, 1],
])('a connection that is dropped %s the post was taken fails alike', async (_, shares, posts) => {
	const { chat, connect } = await openChat({ faults: { seed: 1, ...shares } })
	const { platform } = await connect()
	await expect(platform.post('run', conversation, emptyReplyView)).rejects.toMatchObject({
		code: 'platform-unavailable',
	})
	expect(chat.counts).toMatchObject({ posts, dropped: 1 })
	expect(chat.messages).toHaveLength(posts)
})

test('every edit is kept, and an outcome can be waited for', async () => {
	const { chat, connect } = await openChat()
	const { platform } = await connect()
	const isComplete = () => repliesIn(chat.messages).some((reply) => reply.isComplete)
	const seen = chat.until(isComplete, AbortSignal.timeout(5_000))
	const reply = await platform.post('run', conversation, emptyReplyView)
	await platform.update(reply, answered('104'))
	await seen
	expect(chat.messages[0]?.versions.map(({ text }) => text)).toEqual(['Waiting for a worker', '104\n\nrun run'])
	await expect(chat.until(() => false, AbortSignal.timeout(20))).rejects.toThrow()
})

test('messages that a shorter reply no longer needs say nothing any more', async () => {
	const { chat, connect } = await openChat({}, { maxLength: 60 })
	const { platform } = await connect()
	const long = answered(Array.from({ length: 10 }, (_, index) => `This is line ${index}.`).join('\n'))
	const reply = await platform.post('run', conversation, long)
	expect(reply.messageIds.length).toBeGreaterThan(2)
	const shorter = await platform.update(reply, answered('104'))
	expect(shorter.messageIds).toEqual(reply.messageIds)
	const [seen] = repliesIn(chat.messages)
	expect(seen).toMatchObject({ isComplete: true, isDoubled: false, wasTakenBack: false })
	expect(seen?.text.replaceAll(/[—\n]/g, '')).toBe('104run run')
})

test('a reply that stands there twice, or is taken back, is noticed', async () => {
	const { chat, connect } = await openChat()
	const { platform } = await connect()
	const reply = await platform.post('run', conversation, answered('104'))
	await platform.update(reply, emptyReplyView)
	await platform.post('run', conversation, emptyReplyView)
	expect(repliesIn(chat.messages)).toMatchObject([{ isComplete: false, isDoubled: true, wasTakenBack: true }])
})

test('a word longer than a message is divided between its characters', async () => {
	const { chat, connect } = await openChat({}, { maxLength: 9 })
	const { platform } = await connect()
	await platform.post('run', conversation, answered(`${'🙂'.repeat(7)} end`))
	const [seen] = repliesIn(chat.messages)
	for (const { versions } of seen?.messages ?? []) expect(versions[0].text.isWellFormed()).toBe(true)
	expect(seen?.text.match(/🙂/g)).toHaveLength(7)
})
