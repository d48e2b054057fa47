import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { aMessage, delta, outcomes } from '../../tests/support/builders.ts'
import { createLoopbackPlatform } from '../../tests/support/loopback-chat/platform.ts'
import { repliesIn, type SeenReply } from '../../tests/support/loopback-chat/replies.ts'
import { type LoopbackChat, startLoopbackChat } from '../../tests/support/loopback-chat/server.ts'
import { databases, type TestDatabase } from '../../tests/support/stores.ts'
import type { ChatPlatform } from '../core/chat-platform.ts'
import type { DeliveryStore } from '../core/delivery-store.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalEvent } from '../core/journal.ts'
import type { Claim } from '../core/run.ts'
import type { RunStore } from '../core/run-store.ts'
import { emptyReplyView } from '../rendering/index.ts'
import { createDeliveryStore, createRunStore } from '../store/index.ts'
import { type Delivery, type DeliveryDependencies, startDelivery } from './index.ts'

const leaseMs = 60_000
const [embedded] = databases
let opened: TestDatabase
let runs: RunStore
let store: DeliveryStore
let chat: LoopbackChat
let troubles: unknown[]
let reliefs: number

beforeAll(async () => {
	if (embedded === undefined) throw new Error('there is no embedded database')
	opened = await embedded.open()
	runs = await createRunStore(opened.database)
	store = createDeliveryStore(opened.database)
})
beforeEach(async () => {
	chat = await startLoopbackChat()
	troubles = []
	reliefs = 0
})
afterEach(async () => {
	vi.useRealTimers()
	await chat[Symbol.asyncDispose]()
	await opened.database.pool.query('delete from threadwise.conversations')
})
afterAll(async () => {
	await runs.close()
	await opened[Symbol.asyncDispose]()
})

/** A question in a channel of the chat; its run is worked on by the test. */
async function asked(channelId = 'general'): Promise<Claim> {
	const message = aMessage()
	const conversation = { platform: 'loopback', workspaceId: '', channelId, threadId: '' }
	const { runId } = await runs.record({ ...message, conversation })
	return { runId, attempt: 1, leaseMs }
}

async function begun(channelId?: string): Promise<Claim> {
	const claim = await asked(channelId)
	const claimed = await runs.claim(claim.runId, 'worker', leaseMs)
	if (claimed.outcome !== 'claimed') throw new Error('the run is free')
	return claimed.claim
}

async function write(claim: Claim, ...events: readonly JournalEvent[]): Promise<void> {
	await runs.append(
		claim,
		events.map((event) => ({ event })),
	)
}

const answer = (claim: Claim, text: string) => write(claim, outcomes.end(text))

/** A bot that shows what there is to show, until the test is over or it is told to leave. */
function aBot(choices: Partial<DeliveryDependencies> = {}): Delivery {
	const bot = startDelivery({
		store,
		follow: runs.follow,
		read: runs.read,
		platforms: [createLoopbackPlatform({ url: chat.url, minEditMs: 20 })],
		owner: 'bot',
		onTrouble: (error) => troubles.push(error),
		onRelief: () => (reliefs += 1),
		...choices,
	})
	onTestFinished(() => bot[Symbol.asyncDispose]())
	return bot
}

function replyOf({ runId }: Claim): SeenReply | undefined {
	return repliesIn(chat.messages).find((reply) => reply.runId === runId)
}

async function untilSeen(claim: Claim, text: string): Promise<SeenReply> {
	const sees = () => replyOf(claim)?.text.includes(text) === true
	await chat.until(sees, AbortSignal.timeout(20_000))
	const reply = replyOf(claim)
	if (reply === undefined) throw new Error('there is no reply')
	return reply
}

/** Everything that the first message of a reply ever said, oldest first. */
function versionsOf(claim: Claim): readonly string[] {
	return replyOf(claim)?.messages[0]?.versions.map(({ text }) => text) ?? []
}

async function untilDelivered({ runId }: Claim): Promise<void> {
	await expect
		.poll(() => store.lease('bot', ['loopback'], leaseMs))
		.not.toContainEqual(expect.objectContaining({ runId }))
}

/** As if every process that held a conversation had vanished some time ago. */
async function endLeases(): Promise<void> {
	await opened.database.pool.query('update threadwise.conversations set delivery_lease_until = now()')
}

describe('showing a run', () => {
	test('one message from the first sign of life to the answer', async () => {
		aBot()
		const claim = await begun()
		await untilSeen(claim, 'Waiting')
		await runs.append(claim, [delta('The answer is')])
		await untilSeen(claim, 'The answer is')
		await answer(claim, 'The answer is 42.')
		const reply = await untilSeen(claim, '42.')
		expect(reply.messages).toHaveLength(1)
		await untilDelivered(claim)
		expect(troubles).toEqual([])
	})

	test('a question shows how many are ahead of it while it waits', async () => {
		const claims = [await asked('one'), await asked('two'), await asked('three')]
		aBot()
		for (const [index, text] of ['Waiting for a worker', '1 question ahead', '2 questions ahead'].entries())
			await untilSeen(claims[index] ?? claims[0] ?? (await asked()), text)
	})

	test('a long answer takes as many messages as it needs', async () => {
		aBot()
		const claim = await begun()
		const lines = Array.from({ length: 300 }, (_, index) => `Line ${index} of a long answer.`)
		await answer(claim, lines.join('\n'))
		const reply = await untilSeen(claim, 'Line 299')
		expect(reply.messages.length).toBeGreaterThan(3)
		for (const line of lines) expect(reply.text).toContain(line)
	})

	test('an answer that became ready while no bot was there is shown when one comes', async () => {
		const claim = await begun()
		await answer(claim, 'It is 42.')
		aBot()
		await untilSeen(claim, 'It is 42.')
		await untilDelivered(claim)
	})

	test('a run that asks back stays with its bot and is answered on the same message', async () => {
		aBot()
		const claim = await begun()
		await write(claim, outcomes.wait('Which of the two?'))
		await untilSeen(claim, 'Which of the two?')
		await opened.database.pool.query("update threadwise.runs set state = 'queued'")
		const again = await runs.claim(claim.runId, 'worker', leaseMs)
		if (again.outcome !== 'claimed') throw new Error('the run is free')
		await write(again.claim, { kind: 'run-resume', previousAttempt: 1 }, outcomes.end('The second.'))
		const reply = await untilSeen(claim, 'The second.')
		expect(reply.messages).toHaveLength(1)
	})
})

describe('in one conversation', () => {
	test('answers come in the order of the questions', async () => {
		aBot()
		const [first, second] = [await begun(), await begun()]
		await untilSeen(first, 'Waiting')
		await untilSeen(second, 'Waiting')
		await answer(second, 'The second answer.')
		await runs.append(first, [delta('Still at it')])
		await untilSeen(first, 'Still at it')
		expect(replyOf(second)?.text).not.toContain('The second answer.')
		await answer(first, 'The first answer.')
		await untilSeen(second, 'The second answer.')
		const finals = [first, second].map((claim) => replyOf(claim)?.messages[0]?.versions.at(-1)?.at ?? 0)
		expect(finals[0]).toBeLessThanOrEqual(finals[1] ?? 0)
	})

	test('an answer that is held back when its bot ends is shown by the next bot', async () => {
		const [first, second] = [await begun(), await asked()]
		await using one = aBot({ owner: 'one' })
		await untilSeen(first, 'Waiting')
		await untilSeen(second, 'Waiting')
		await one[Symbol.asyncDispose]()
		const claimed = await runs.claim(second.runId, 'worker', leaseMs)
		if (claimed.outcome !== 'claimed') throw new Error('the run is free')
		await answer(claimed.claim, 'The second is 2.')
		// It has read that the second run is answered, and ends while it holds that back.
		const hasRead = Promise.withResolvers<void>()
		const read: DeliveryDependencies['read'] = async (runId) => {
			const records = await runs.read(runId)
			if (runId === second.runId) hasRead.resolve()
			return records
		}
		const two = aBot({ owner: 'two', read })
		await hasRead.promise
		await two[Symbol.asyncDispose]()
		aBot({ owner: 'three' })
		await answer(first, 'The first is 1.')
		await untilSeen(first, 'The first is 1.')
		await untilSeen(second, 'The second is 2.')
	})

	test('an answer waits no longer than a minute for the one before it', async () => {
		const [first, second] = [await begun(), await begun()]
		await answer(second, 'The second answer.')
		vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
		aBot()
		await untilSeen(second, 'The second answer.')
		expect(replyOf(first)?.text).toContain('Waiting')
	})

	test('a question that waits for its asker holds nobody back', async () => {
		aBot()
		const [first, second] = [await begun(), await begun()]
		await write(first, outcomes.wait('Which of the two?'))
		await answer(second, 'The second answer.')
		await untilSeen(second, 'The second answer.')
	})

	test('another conversation is not held back', async () => {
		aBot()
		const [, other] = [await begun('one'), await begun('two')]
		await answer(other, 'The other answer.')
		await untilSeen(other, 'The other answer.')
	})
})

describe('no doubles', () => {
	test('a post whose answer was lost is found, not repeated', async () => {
		chat.loseNextAnswer()
		aBot()
		const claim = await begun()
		await answer(claim, 'It is 42.')
		const reply = await untilSeen(claim, 'It is 42.')
		await untilDelivered(claim)
		expect(reply.isDoubled).toBe(false)
		expect(chat.counts.dropped).toBe(1)
	})

	test('a bot that died between its post and the note of it is not repeated by the next one', async () => {
		const claim = await begun()
		const platform = createLoopbackPlatform({ url: chat.url })
		const [pending] = await store.lease('dead bot', ['loopback'], leaseMs)
		if (pending === undefined) throw new Error('there is something to show')
		await store.intend(claim.runId, 'dead bot')
		await platform.post(claim.runId, pending.conversation, emptyReplyView)
		await endLeases()
		aBot()
		await answer(claim, 'It is 42.')
		const reply = await untilSeen(claim, 'It is 42.')
		await untilDelivered(claim)
		expect(reply.messages).toHaveLength(1)
		expect(chat.counts.posts).toBe(1)
	})

	test('a bot that died before its post has the next one make it', async () => {
		const claim = await begun()
		await store.lease('dead bot', ['loopback'], leaseMs)
		await store.intend(claim.runId, 'dead bot')
		await endLeases()
		aBot()
		await answer(claim, 'It is 42.')
		await untilSeen(claim, 'It is 42.')
		await untilDelivered(claim)
		expect(chat.counts.posts).toBe(1)
	})

	test('a bot that ends hands its conversations over, and the next one goes on with the same message', async () => {
		const first = aBot()
		const claim = await begun()
		await runs.append(claim, [{ event: { kind: 'answer-delta', restart: false, content: { text: 'So far' } } }])
		await untilSeen(claim, 'So far')
		await first[Symbol.asyncDispose]()
		aBot({ owner: 'next bot' })
		await answer(claim, 'It is 42.')
		const reply = await untilSeen(claim, 'It is 42.')
		expect(reply.messages).toHaveLength(1)
		// Nobody sees the run begin again.
		const versions = versionsOf(claim)
		expect(versions.findLastIndex((text) => text.includes('Waiting'))).toBe(
			versions.findIndex((text) => !text.includes('Waiting')) - 1,
		)
	})

	test('a bot whose conversation is another’s by now posts nothing more', async () => {
		const claim = await begun()
		const before = aBot({ platforms: [failingPlatform(() => new Error('the network is away'))] })
		await expect.poll(() => store.findReply(claim.runId)).toMatchObject({ isUncertain: true })
		await endLeases()
		expect(await store.lease('next bot', ['loopback'], leaseMs)).toHaveLength(1)
		await answer(claim, 'It is 42.')
		await before[Symbol.asyncDispose]()
		expect(chat.counts.posts).toBe(0)
		expect(await store.findReply(claim.runId)).toEqual({ messageIds: [], isUncertain: true })
	})
})

function failingPlatform(failure: (post: number) => Error | null): ChatPlatform {
	const platform = createLoopbackPlatform({ url: chat.url, minEditMs: 20 })
	let posts = 0
	return {
		...platform,
		post: (...call) => {
			posts += 1
			const error = failure(posts)
			return error === null ? platform.post(...call) : Promise.reject(error)
		},
	}
}

describe('a platform that refuses', () => {
	test('for a while gets the answer when it takes it again, and no sooner than it says', async () => {
		const busy = new ThreadwiseError('platform-unavailable', 'Too fast.', { fix: 'Wait.', retry: { afterMs: 200 } })
		const claim = await begun()
		await answer(claim, 'It is 42.')
		const startedAt = Date.now()
		aBot({ platforms: [failingPlatform((post) => (post <= 2 ? busy : null))] })
		const reply = await untilSeen(claim, 'It is 42.')
		expect((reply.messages[0]?.versions[0].at ?? 0) - startedAt).toBeGreaterThanOrEqual(400)
		await untilDelivered(claim)
	})

	test('for good is not asked again, and the trouble is told', async () => {
		const gone = new ThreadwiseError('platform-refused', 'The channel is gone.', { fix: 'Nothing can be done.' })
		const claim = await begun()
		await answer(claim, 'It is 42.')
		aBot({ platforms: [failingPlatform(() => gone)] })
		await untilDelivered(claim)
		expect(troubles).toEqual([gone])
		expect(chat.counts.posts).toBe(0)
	})
})

// A run that can't be followed is left alone for two seconds.
describe('trouble that lasts', { timeout: 15_000 }, () => {
	test('because the store is away is told once, whoever meets it, and once that it is over', async () => {
		const options = { fix: 'Wait.', retry: { afterMs: null } }
		const away = new ThreadwiseError('store-unavailable', 'The database is away.', options)
		let looks = 0
		const lease: DeliveryStore['lease'] = (...call) => {
			looks += 1
			return looks > 1 && looks < 5 ? Promise.reject(away) : store.lease(...call)
		}
		const follow: DeliveryDependencies['follow'] = (...call) => {
			if (looks < 5) throw away
			return runs.follow(...call)
		}
		const claims = [await begun('one'), await begun('two')]
		for (const claim of claims) await answer(claim, 'It is 42.')
		aBot({ store: { ...store, lease }, follow })
		for (const claim of claims) await untilSeen(claim, 'It is 42.')
		expect(troubles).toEqual([away])
		expect(reliefs).toBe(1)
	})

	test('with a run is told once, however often it is begun again', async () => {
		const unreadable = new Error('This run cannot be read.')
		let follows = 0
		const follow = () => {
			follows += 1
			throw unreadable
		}
		await begun()
		aBot({ follow })
		await expect.poll(() => follows, { timeout: 10_000 }).toBe(2)
		expect(troubles).toEqual([unreadable])
	})
})
