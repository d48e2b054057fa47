import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ActionResult, Actor } from '../../src/core/actor.ts'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import { textOf } from '../../src/core/content.ts'
import type { Conversation, IncomingMessage } from '../../src/core/conversation.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import { aStageView, aView, outcomes } from '../../tests/support/builders.ts'
import { createMemoryRuns } from '../../tests/support/memory-runs.ts'
import type { LocalSlack } from '../../tests/support/slack/local-slack.ts'
import type { SlackPerson } from '../../tests/support/slack/person.ts'
import { readableBlocks, type SlackAppChoices, settingsOf, startSlackApp } from '../../tests/support/slack-app.ts'

const done = aStageView({ status: 'done', summary: 'All steps done.', details: ['**s1:** Add → **104**'] })
const answered = aView({ status: 'answered', answer: 'It costs $104.', stages: [done] })

/** A local Slack with the adapter, and all that it was told. */
async function open(
	choices: Omit<SlackAppChoices, 'events'> & {
		readonly result?: ActionResult
		readonly events?: Partial<PlatformEvents>
	} = {},
) {
	const { result = { outcome: 'done' } } = choices
	const received: IncomingMessage[] = []
	const edited: IncomingMessage[] = []
	const overheard: (readonly [string | undefined, string])[] = []
	const acted: (readonly [string, string, Actor, unknown?])[] = []
	const act =
		(name: string) =>
		async (runId: string, ...[actor, more]: [Actor, unknown?]) => {
			acted.push(more === undefined ? [name, runId, actor] : [name, runId, actor, more])
			return result
		}
	const events: PlatformEvents = {
		message: async (message) => void received.push(message),
		overhear: async (_, { author, content }) => void overheard.push([author?.name, textOf(content)]),
		edit: async (message) => {
			edited.push(message)
			return result.outcome === 'refused' ? result : { outcome: 'begun', runId: 'run-9' }
		},
		stop: act('stop'),
		answerNow: act('answer-now'),
		again: async (runId, kind, actor) => {
			acted.push([kind, runId, actor])
			return result.outcome === 'refused' ? result : { outcome: 'begun', runId: 'run-9' }
		},
		feedback: act('feedback'),
		removed: async () => {},
		...choices.events,
	}
	const app = await startSlackApp({ ...choices, events })
	const { slack, memory, platform } = app
	const ada = slack.person('Ada')
	const conversationAt = (channelId: string, threadId: string): Conversation => ({
		platform: 'slack',
		workspaceId: slack.teamId,
		channelId,
		threadId,
	})
	/** Ada asks in the channel, and a run begins. */
	const ask = async (text = 'How much is it?') => {
		const question = ada.post(slack.general, `<@${slack.botUserId}> ${text}`)
		await question.delivered
		const conversation = conversationAt(slack.general, question.ts)
		const runId = memory.begin(conversation, {
			messageId: `${slack.general}:${question.ts}`,
			asker: { id: ada.id, name: 'Ada' },
		})
		return { question, conversation, runId }
	}
	const repliesIn = ({ channelId, threadId }: Conversation) =>
		slack.messages(channelId, threadId).filter(({ isFromBot, ts }) => isFromBot && ts !== threadId)
	const textIn = (conversation: Conversation) =>
		repliesIn(conversation)
			.map(({ blocks }) => readableBlocks(blocks))
			.join('\n')
	return {
		...app,
		slack,
		memory,
		platform,
		ada,
		received,
		edited,
		overheard,
		acted,
		ask,
		repliesIn,
		textIn,
		conversationAt,
	}
}

const refused: ActionResult = {
	outcome: 'refused',
	code: 'forbidden',
	message: 'Only whoever asked may do this.',
	fix: 'Ask yourself.',
	retryAfterMs: null,
}

describe('a question in a channel', () => {
	test('is one question, though Slack tells of it twice, with what is known of who asks', async () => {
		await using opened = await open()
		await opened.ask('How much is 6 × 7?')
		expect(opened.received).toHaveLength(2)
		expect(opened.received[0]).toEqual(opened.received[1])
		expect(opened.received[0]).toMatchObject({
			author: { id: opened.ada.id, name: 'Ada', locale: 'en-GB', timeZone: 'Europe/London' },
			content: [{ kind: 'text', text: 'How much is 6 × 7?' }],
		})
	})

	test('may be followed up in its thread without a mention, by whoever has asked there and nobody else', async () => {
		await using opened = await open()
		const { question } = await opened.ask()
		opened.received.length = 0
		await opened.ada.post(opened.slack.general, 'And twice?', { threadTs: question.ts }).delivered
		await opened.slack.person('Bob').post(opened.slack.general, 'I think so.', { threadTs: question.ts }).delivered
		await opened.ada.post(opened.slack.general, 'Lunch?').delivered
		expect(opened.received.map(({ content }) => textOf(content))).toEqual(['And twice?'])
	})

	test('may be spoken about by others in its thread, which is context: also what is edited or deleted', async () => {
		await using opened = await open()
		const { question } = await opened.ask()
		opened.received.length = 0
		const bob = opened.slack.person('Bob')
		const inThread = { threadTs: question.ts }
		const said = bob.post(opened.slack.general, 'I think it is 42.', inThread)
		await said.delivered
		await bob.edit(said, 'I think it is 43.')
		await bob.delete(said)
		await opened.ada.post(opened.slack.general, `${bob.mention} are you sure?`, inThread).delivered
		await bob.post(opened.slack.general, 'Nobody has asked the bot here.', {}).delivered
		expect(opened.overheard).toEqual([
			['Bob', 'I think it is 42.'],
			['Bob', 'I think it is 43.'],
			['Bob', ''],
			['Ada', `@${bob.id} are you sure?`],
		])
		expect(opened.received).toEqual([])
	})

	test('that could not be recorded is not acknowledged, so that Slack delivers it again', async () => {
		let refusals = 2
		const received: string[] = []
		const events = {
			message: async ({ id }: IncomingMessage) => {
				refusals -= 1
				if (refusals >= 0) throw new Error('the database is down')
				received.push(id)
			},
		} as PlatformEvents
		await using app = await startSlackApp({ events, way: 'http' })
		const ada = app.slack.person('Ada')
		const deliveries = await ada.post(app.slack.general, `<@${app.slack.botUserId}> hello`).delivered
		expect(deliveries.map(({ attempts, failure }) => [attempts, failure])).toEqual([
			[2, null],
			[2, null],
		])
		expect(new Set(received).size).toBe(1)
	})

	test('waits for nobody to say who asks: it is acknowledged in time', async () => {
		await using opened = await open()
		const held = Promise.withResolvers<void>()
		opened.slack.faults.add('users.info', { kind: 'held', until: held.promise })
		const question = opened.ada.post(opened.slack.general, `<@${opened.slack.botUserId}> How much?`)
		const deliveries = await question.delivered
		expect(deliveries.map(({ attempts, failure }) => [attempts, failure])).toEqual([
			[1, null],
			[1, null],
		])
		const names = () => opened.received.map(({ author }) => author.name)
		expect(names()).toEqual([opened.ada.id, opened.ada.id])
		held.resolve()
		await vi.waitFor(async () => {
			await opened.ada.post(opened.ada.directMessages, 'And now?').delivered
			expect(names().at(-1)).toBe('Ada')
		})
	})

	test('of somebody of whom Slack does not tell is asked once for a minute who that is', async () => {
		await using opened = await open()
		opened.slack.refuse('users.info', 'user_not_visible')
		for (const text of ['How much?', 'How many?']) await opened.ada.post(opened.ada.directMessages, text).delivered
		expect(opened.received.map(({ author }) => author.name)).toEqual([opened.ada.id, opened.ada.id])
		expect(opened.slack.calls.filter(({ method }) => method === 'users.info')).toHaveLength(1)
	})

	test('whose edit is refused gets the reason, privately', async () => {
		await using opened = await open({ result: refused })
		const { question } = await opened.ask()
		await opened.ada.edit(question, `<@${opened.slack.botUserId}> How much are two?`)
		expect(opened.ada.ephemerals(opened.slack.general).map(({ text }) => text)).toEqual([
			'Only whoever asked may do this. Ask yourself.',
		])
	})

	test('that is edited into a command is obeyed, and never asked empty', async () => {
		await using opened = await open()
		const { question, runId } = await opened.ask()
		const edit = (text: string) => opened.ada.edit(question, `<@${opened.slack.botUserId}> ${text}`)
		await edit('!help')
		expect(opened.ada.ephemerals(opened.slack.general).at(-1)?.text).toContain('`/ask`')
		await edit('!stop')
		expect(opened.acted.map(([name, run]) => [name, run])).toEqual([['stop', runId]])
		opened.memory.change(runId, { state: 'answered' })
		await edit('!think')
		expect(opened.acted.at(-1)?.slice(0, 2)).toEqual(['think-harder', runId])
		expect(opened.edited).toEqual([])
		await edit('!quick 6 × 8?')
		expect(opened.edited.map(({ content, preferences }) => [textOf(content), preferences.route])).toEqual([
			['6 × 8?', 'direct'],
		])
	})

	test('that is edited or deleted is taken so', async () => {
		await using opened = await open()
		const { question, runId } = await opened.ask()
		await opened.ada.edit(question, `<@${opened.slack.botUserId}> How much are two?`)
		expect(opened.edited.map(({ id, content }) => [id, textOf(content)])).toEqual([
			[`${opened.slack.general}:${question.ts}`, 'How much are two?'],
		])
		await opened.ada.delete(question)
		expect(opened.acted.map(([name, run, { personId }]) => [name, run, personId])).toEqual([
			['stop', runId, opened.ada.id],
		])
	})
})

describe('a thread to which the bot comes late', () => {
	const missing = 'Slack: (Some messages are missing here.)'
	const reasons = (first: number, last: number) =>
		Array.from({ length: last - first + 1 }, (_, index) => `Bob: Reason ${first + index}`)
	const late = async (
		choices: Parameters<typeof open>[0] = {},
		replies = 3,
		at: ((number: number) => number) | null = null,
	) => {
		const opened = await open(choices)
		const { slack, ada } = opened
		const bob = slack.person('Bob')
		if (at !== null) vi.useFakeTimers({ toFake: ['Date'], now: at(0) })
		const root = bob.post(slack.general, 'Which plan?')
		for (const number of Array.from({ length: replies }, (_, index) => index + 1)) {
			if (at !== null) vi.setSystemTime(at(number))
			bob.post(slack.general, `Reason ${number}`, { threadTs: root.ts })
		}
		if (at !== null) vi.setSystemTime(at(replies + 1))
		await ada.post(slack.general, `<@${slack.botUserId}> What do you think?`, { threadTs: root.ts }).delivered
		await bob.post(slack.general, 'Too late', { threadTs: root.ts }).delivered
		vi.useRealTimers()
		const [question] = opened.received
		if (question === undefined) throw new Error('nothing was asked')
		const read = async () => {
			const earlier = await opened.platform.readEarlier(question)
			return earlier.map(({ author, content }) => `${author?.name ?? 'we'}: ${textOf(content)}`)
		}
		return { ...opened, bob, root, read, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
	}

	test('is read up to the question, everybody by their name', async () => {
		await using opened = await late({}, 20)
		expect(await opened.read()).toEqual(['Bob: Which plan?', ...reasons(1, 20)])
	})

	test('of 400 messages is read to its end: its first message counts, and the newest', async () => {
		await using opened = await late({}, 400)
		expect(await opened.read()).toEqual(['Bob: Which plan?', missing, ...reasons(361, 400)])
	})

	test('is read whole where what is read first and what is read then meet in a message', async () => {
		// Then each message is a microsecond younger than the one before, and the border between the two is one of them.
		vi.useFakeTimers({ toFake: ['Date'] })
		onTestFinished(() => void vi.useRealTimers())
		await using opened = await late({}, 20)
		const replies = Array.from({ length: 20 }, (_, index) => `Bob: Reason ${index + 1}`)
		expect(await opened.read()).toEqual(['Bob: Which plan?', ...replies])
	})

	test('has our own answers of another time in it, without what is folded under them', async () => {
		await using opened = await late()
		const conversation = opened.conversationAt(opened.slack.general, opened.root.ts)
		await opened.platform.post('run-of-old', conversation, answered)
		opened.received.length = 0
		const { ada, slack } = opened
		await ada.post(slack.general, `<@${slack.botUserId}> And now?`, { threadTs: opened.root.ts }).delivered
		const earlier = await opened.platform.readEarlier(opened.received[0] ?? { id: '', conversation })
		const own = earlier.filter(({ author }) => author === null)
		expect(own.map(({ content }) => textOf(content))).toEqual(['It costs $104.'])
	})

	test.each([
		[12, ['Bob: Which plan?', ...reasons(1, 12)]],
		[400, ['Bob: Which plan?', missing, ...reasons(392, 400)]],
	])(
		'is read once, if the app is sold outside of the marketplace: of %i messages, the newest',
		async (replies, read) => {
			const hourAgo = Date.now() - 3_600_000
			const evenly = (number: number) => hourAgo + (number * 3_600_000) / (replies + 1)
			await using opened = await late({ slack: { isSoldElsewhere: true, clockSpeed: 1 } }, replies, evenly)
			expect(await opened.read()).toEqual(read)
			await expect(opened.read()).rejects.toMatchObject({ code: 'platform-unavailable' })
		},
	)

	test('says where more is missing, if more was said of late than Slack gives at once', async () => {
		const justNow = Date.now() - 1_000
		const ofLate = (number: number) => (number === 0 ? justNow - 3_600_000 : justNow + number)
		await using opened = await late({ slack: { isSoldElsewhere: true, clockSpeed: 1 } }, 30, ofLate)
		expect(await opened.read()).toEqual(['Bob: Which plan?', missing, ...reasons(1, 15), missing])
	})

	test.each(['missing_scope', 'not_in_channel'])(
		'is not read where Slack refuses it (%s), and says what to do',
		async (code) => {
			await using opened = await late()
			opened.slack.refuse('conversations.replies', code)
			await expect(opened.read()).rejects.toMatchObject({ code: 'platform-refused', fix: expect.any(String) })
		},
	)
})

describe('text commands', () => {
	test('stop what is answered in a thread, and say so where nothing is', async () => {
		await using opened = await open()
		const { question, runId } = await opened.ask()
		const say = (text: string) => opened.ada.post(opened.slack.general, text, { threadTs: question.ts }).delivered
		await say('!stop')
		expect(opened.acted.map(([name, run]) => [name, run])).toEqual([['stop', runId]])
		opened.memory.change(runId, { state: 'answered' })
		await say('!stop')
		expect(opened.ada.ephemerals(opened.slack.general).map(({ text }) => text)).toEqual([
			'Nothing is being answered here.',
		])
		await say('!think')
		expect(opened.acted.at(-1)?.slice(0, 2)).toEqual(['think-harder', runId])
		await say('!help')
		expect(opened.ada.ephemerals(opened.slack.general).at(-1)?.text).toContain('`/ask`')
	})

	test('that could not be obeyed are delivered again, and obeyed then, once', async () => {
		const stopped: string[] = []
		const failures = [new Error('the database is down')]
		const stop: PlatformEvents['stop'] = async (runId) => {
			const failure = failures.pop()
			if (failure !== undefined) throw failure
			stopped.push(runId)
			return { outcome: 'done' }
		}
		await using opened = await open({ way: 'http', events: { stop } })
		const { question, runId } = await opened.ask()
		const command = `<@${opened.slack.botUserId}> !stop`
		const deliveries = await opened.ada.post(opened.slack.general, command, { threadTs: question.ts }).delivered
		expect(deliveries.map(({ failure }) => failure)).toEqual([null, null])
		expect(Math.max(...deliveries.map(({ attempts }) => attempts))).toBe(2)
		expect(stopped).toEqual([runId])
	})

	test('choose how a question is answered', async () => {
		await using opened = await open()
		await opened.ada.post(opened.ada.directMessages, '!quick 6 × 7?').delivered
		await opened.ada.post(opened.ada.directMessages, '!think 6 × 8?').delivered
		expect(opened.received.map(({ preferences, content }) => [preferences.route, textOf(content)])).toEqual([
			['direct', '6 × 7?'],
			['staged', '6 × 8?'],
		])
	})

	test('stop in a direct message what was asked there in another thread', async () => {
		await using opened = await open()
		const first = opened.ada.post(opened.ada.directMessages, 'How much?')
		await first.delivered
		const conversation = { ...opened.conversationAt(opened.ada.directMessages, first.ts), isDirect: true }
		opened.memory.begin(conversation, { asker: { id: opened.ada.id, name: 'Ada' } })
		await opened.ada.post(opened.ada.directMessages, '!stop').delivered
		expect(opened.acted.map(([name]) => name)).toEqual(['stop'])
	})
})

describe('a slash command', () => {
	test('writes the question down for everybody, and is answered under it', async () => {
		await using opened = await open()
		const { acknowledgement } = await opened.ada.command('/think', 'Is 3 < 4, <!channel>?', opened.slack.general)
		expect(acknowledgement.failure).toBeNull()
		await vi.waitFor(() => expect(opened.received).toHaveLength(1))
		const [root] = opened.slack.messages(opened.slack.general)
		expect(readableBlocks(root?.blocks)).toBe('Ada asks:\nIs 3 < 4, @channel?')
		expect([...(root?.pinged ?? [])]).toEqual([])
		expect(opened.received[0]).toMatchObject({
			id: `${opened.slack.general}:${root?.ts}`,
			conversation: { threadId: root?.ts },
			author: { id: opened.ada.id },
			preferences: { route: 'staged' },
		})
	})

	test('names whoever wrote it as the command does, where Slack tells nothing else of them', async () => {
		await using opened = await open()
		opened.slack.refuse('users.info', 'user_not_visible')
		await opened.ada.command('/ask', 'How much?', opened.slack.general)
		await vi.waitFor(() => expect(opened.received).toHaveLength(1))
		const [root] = opened.slack.messages(opened.slack.general)
		expect(readableBlocks(root?.blocks)).toBe('Ada asks:\nHow much?')
	})

	test('is asked once where Slack takes the question only in a moment, or its answer to it is lost', async () => {
		await using opened = await open()
		opened.slack.refuse('chat.postMessage', 'ratelimited', 1, 1)
		await opened.ada.command('/ask', 'How much?', opened.slack.general)
		await vi.waitFor(() => expect(opened.received).toHaveLength(1), 5_000)
		opened.slack.loseNextAnswer('chat.postMessage')
		await opened.ada.command('/ask', 'How many?', opened.slack.general)
		await vi.waitFor(() => expect(opened.received).toHaveLength(2))
		const roots = opened.slack.messages(opened.slack.general)
		expect(roots.map(({ blocks }) => readableBlocks(blocks))).toEqual(['Ada asks:\nHow much?', 'Ada asks:\nHow many?'])
		expect(opened.received.map(({ conversation }) => conversation.threadId)).toEqual(roots.map(({ ts }) => ts))
	})

	test.each([
		['does not come to Slack', (slack: LocalSlack) => slack.dropNext('chat.postMessage')],
		[
			'is not taken for longer than anybody waits',
			(slack: LocalSlack) => slack.refuse('chat.postMessage', 'ratelimited', 1, 90),
		],
	])('whose question %s says so', async (_, fail) => {
		await using opened = await open()
		// Another question of the channel isn't taken for this one.
		await opened.ada.command('/ask', 'How much?', opened.slack.general)
		await vi.waitFor(() => expect(opened.received).toHaveLength(1))
		fail(opened.slack)
		const { responses } = await opened.ada.command('/ask', 'How much?', opened.slack.general)
		await vi.waitFor(() => expect(responses[0]?.text).toContain('could not be recorded'))
		expect(opened.received).toHaveLength(1)
	})

	test('says to whoever wrote it what is missing: a question, or the bot', async () => {
		await using opened = await open()
		const empty = await opened.ada.command('/ask', ' ', opened.slack.general)
		await vi.waitFor(() => expect(empty.responses[0]?.text).toContain('/ask How much is'))
		expect(opened.received).toEqual([])
	})

	test('is answered in direct messages where the bot is no member, and says so where it was written', async () => {
		await using opened = await open()
		const { ada, slack } = opened
		slack.setMembership(slack.general, false)
		const { responses } = await ada.command('/ask', 'How much is 6 × 7?', slack.general)
		await vi.waitFor(() => expect(opened.received).toHaveLength(1))
		const [question] = opened.received
		expect(textOf(question?.content ?? [])).toBe('How much is 6 × 7?')
		const [root] = slack.messages(ada.directMessages)
		expect(question?.conversation).toMatchObject({ channelId: ada.directMessages, threadId: root?.ts })
		expect(responses).toMatchObject([{ response_type: 'ephemeral' }])
		expect(responses[0]?.text).toContain(`/invite <@${slack.botUserId}>`)
		expect(responses[0]?.text).toContain(`/archives/${ada.directMessages}/p${root?.ts.replace('.', '')}`)
	})
})

describe('a shortcut', () => {
	const useOn = async (opened: Awaited<ReturnType<typeof open>>, ts: string) => {
		const message = opened.slack.messages(opened.slack.general).find((each) => each.ts === ts)
		if (message === undefined) throw new Error('the message is gone')
		return opened.ada.messageShortcut('think_about_this', message)
	}

	test('has a message of anybody thought about, for whoever used it', async () => {
		await using opened = await open()
		const { ts } = opened.slack.person('Bob').post(opened.slack.general, 'Which plan is cheaper?')
		await useOn(opened, ts)
		await vi.waitFor(() => expect(opened.received).toHaveLength(1))
		expect(opened.received[0]).toMatchObject({
			author: { id: opened.ada.id },
			content: [{ kind: 'text', text: 'Which plan is cheaper?' }],
			conversation: { threadId: ts },
			preferences: { route: 'staged' },
		})
	})

	test('on a message of their own asks anew when that is edited, and stops when it is deleted', async () => {
		await using opened = await open()
		const { ada, memory, slack } = opened
		const own = ada.post(slack.general, 'Which plan is cheaper?')
		await useOn(opened, own.ts)
		await vi.waitFor(() => expect(opened.received).toHaveLength(1))
		const [{ id: messageId, conversation } = { id: '', conversation: opened.conversationAt('', '') }] = opened.received
		const runId = memory.begin(conversation, { messageId, asker: { id: ada.id, name: 'Ada' } })
		await ada.edit(own, 'Which plan is better?')
		expect(opened.edited.map(({ id, content, preferences }) => [id, textOf(content), preferences.route])).toEqual([
			[messageId, 'Which plan is better?', 'staged'],
		])
		await ada.delete(own)
		expect(opened.acted.map(([name, run]) => [name, run])).toEqual([['stop', runId]])
	})

	test('on a message of somebody else asks what it said then: what they make of it is theirs', async () => {
		await using opened = await open()
		const { ada, memory, slack } = opened
		const bob = slack.person('Bob')
		const said = bob.post(slack.general, 'Which plan is cheaper?')
		await useOn(opened, said.ts)
		await vi.waitFor(() => expect(opened.received).toHaveLength(1))
		const [{ id: messageId, conversation } = { id: '', conversation: opened.conversationAt('', '') }] = opened.received
		memory.begin(conversation, { messageId, asker: { id: ada.id, name: 'Ada' } })
		await bob.edit(said, 'Which plan is better?')
		expect(opened.edited).toEqual([])
		expect(opened.overheard).toEqual([['Bob', 'Which plan is better?']])
	})

	test('asks nothing where the bot could not answer, and says how to invite it', async () => {
		await using opened = await open()
		const { ts } = opened.slack.person('Bob').post(opened.slack.general, 'Which plan is cheaper?')
		opened.slack.setMembership(opened.slack.general, false)
		const { responses } = await useOn(opened, ts)
		await vi.waitFor(() => expect(responses).toHaveLength(1))
		expect(responses[0]).toMatchObject({ response_type: 'ephemeral' })
		expect(responses[0]?.text).toContain(`/invite <@${opened.slack.botUserId}>`)
		expect(opened.received).toEqual([])
	})

	test('asks all the same where it is not known whether the bot can answer', async () => {
		await using opened = await open()
		const { ts } = opened.slack.person('Bob').post(opened.slack.general, 'Which plan is cheaper?')
		opened.slack.refuse('conversations.history', 'ratelimited', 1, 60)
		await useOn(opened, ts)
		await vi.waitFor(() => expect(opened.received).toHaveLength(1))
	})
})

describe('under an answer', () => {
	test('what somebody may not do is said to them alone', async () => {
		await using opened = await open({
			result: refused,
		})
		const { conversation, runId } = await opened.ask()
		await opened.platform.post(runId, conversation, aView())
		const bob = opened.slack.person('Bob')
		const [reply] = opened.repliesIn(conversation)
		if (reply === undefined) throw new Error('nothing stands there')
		await bob.press(reply, { actionId: 'stop' })
		expect(bob.ephemerals(opened.slack.general).map(({ text }) => text)).toEqual([
			'Only whoever asked may do this. Ask yourself.',
		])
		expect(opened.ada.ephemerals(opened.slack.general)).toEqual([])
	})

	test('the full record opens in a window, a stage a page, and can be turned', async () => {
		await using opened = await open()
		const { conversation, runId } = await opened.ask()
		const routed = {
			kind: 'run-route',
			level: 'hard',
			source: 'signals',
			route: 'staged',
			effort: 'medium',
			estimatedSteps: 2,
			callLimit: 9,
		} as const
		const nodes = [
			{ id: 'a', stage: 'analyze' },
			{ id: 'b', stage: 'execute' },
		] as const
		opened.memory.append(runId, { ...routed, nodes: [...nodes], content: { reason: 'Two prices' } })
		opened.memory.append(runId, outcomes.stop('About 100.'))
		await opened.platform.post(runId, conversation, answered)
		const [reply] = opened.repliesIn(conversation)
		if (reply === undefined) throw new Error('nothing stands there')
		await opened.ada.press(reply, { actionId: 'full-record' })
		const window = () => readableBlocks(opened.ada.modals()[0]?.content.blocks)
		expect(window()).toContain('Problem analysis')
		const [modal] = opened.ada.modals()
		if (modal === undefined) throw new Error('no window')
		await opened.ada.press(modal, { actionId: 'record-forward' })
		expect(window()).toContain('Systematic execution')
	})

	test('the full record opens for nobody who sees its button where it was not asked', async () => {
		await using opened = await open()
		const few = opened.slack.addChannel({ name: 'few', kind: 'private', members: [opened.ada.id] })
		const asked = opened.conversationAt(few, opened.ada.post(few, 'How much?').ts)
		const secret = opened.memory.begin(asked, { asker: { id: opened.ada.id, name: 'Ada' } })
		opened.memory.append(secret, outcomes.stop('About 100.'))
		const { conversation } = await opened.ask()
		await opened.platform.post(secret, conversation, answered)
		const [reply] = opened.repliesIn(conversation)
		if (reply === undefined) throw new Error('nothing stands there')
		const bob = opened.slack.person('Bob')
		await bob.press(reply, { actionId: 'full-record' })
		expect(bob.modals()).toEqual([])
		expect(bob.ephemerals(opened.slack.general).at(-1)?.text).toContain('asked in another channel')
		await opened.ada.press(reply, { actionId: 'full-record' })
		expect(opened.ada.modals()).toHaveLength(1)
	})

	describe('a thumb down', () => {
		const judge = async (choices: Parameters<typeof open>[0] = {}) => {
			const opened = await open(choices)
			const { conversation, runId } = await opened.ask()
			await opened.platform.post(runId, conversation, answered)
			const [reply] = opened.repliesIn(conversation)
			if (reply === undefined) throw new Error('nothing stands there')
			const press = () => opened.ada.press(reply, { actionId: 'feedback', value: `not-helpful ${runId}` })
			const thanks = () => opened.ada.ephemerals(opened.slack.general).map(({ text }) => text)
			const given = () => opened.acted.map(([, , , feedback]) => feedback)
			const window = () => {
				const [modal] = opened.ada.modals()
				if (modal === undefined) throw new Error('no window')
				return modal
			}
			return { ...opened, runId, press, thanks, given, window }
		}
		/** Nothing is said about a reason, so whatever was said before stays. */
		const unexplained = { helpful: false }
		const tooLong = { helpful: false, reason: 'Too long.' }

		test('counts at once, also where it is never explained', async () => {
			await using judged = await judge()
			await judged.press()
			expect(judged.acted).toMatchObject([['feedback', judged.runId, { personId: judged.ada.id }, unexplained]])
			expect(judged.thanks()).toEqual([])
			await judged.ada.closeView(judged.window())
			expect(judged.given()).toEqual([unexplained])
			expect(judged.thanks()).toHaveLength(1)
		})

		test('can be explained, and says nothing about that when it is given again', async () => {
			await using judged = await judge()
			await judged.press()
			await judged.ada.submitView(judged.window(), { reason: { reason: { value: ' Too long. ' } } })
			expect(judged.given()).toEqual([unexplained, tooLong])
			await judged.press()
			await judged.ada.closeView(judged.window())
			expect(judged.given().at(-1)).toEqual(unexplained)
		})

		test('is kept and thanked for where Slack opens no window', async () => {
			await using judged = await judge()
			judged.slack.refuse('views.open', 'expired_trigger_id')
			const { acknowledgement } = await judged.press()
			expect(acknowledgement.failure).toBeNull()
			expect(judged.given()).toEqual([unexplained])
			expect(judged.thanks()).toHaveLength(1)
		})

		test('of somebody who may not give it is refused, without a window', async () => {
			await using judged = await judge({ result: refused })
			await judged.press()
			expect(judged.ada.modals()).toEqual([])
			expect(judged.thanks()).toEqual(['Only whoever asked may do this. Ask yourself.'])
		})
	})
})

const sixtyThousand = Array.from(
	{ length: 1_000 },
	(_, index) => `Line ${index + 1} of an answer that is far too long for a chat.`,
)
	.map((line) => line.padEnd(59, '.'))
	.join('\n')
const veryLong = aView({ status: 'answered', answer: sixtyThousand, stages: [done] })

describe('an answer of 60,000 characters', () => {
	const filesIn = (opened: Awaited<ReturnType<typeof open>>, conversation: Conversation) =>
		opened.repliesIn(conversation).flatMap(({ files }) => files)

	test('stands in a file, whole, under a message with its beginning', async () => {
		await using opened = await open()
		const { conversation, runId } = await opened.ask()
		const working = await opened.platform.post(runId, conversation, aView())
		const reply = await opened.platform.update(working, veryLong)
		expect(opened.textIn(conversation)).toContain('Line 1 of an answer')
		expect(opened.textIn(conversation)).toContain('The whole answer is in the file below.')
		expect(opened.repliesIn(conversation)).toHaveLength(2)
		const [file] = filesIn(opened, conversation)
		expect(String(opened.slack.fileContent(file?.id ?? ''))).toBe(sixtyThousand)
		// What is shown again is attached once.
		expect(await opened.platform.update(reply, veryLong)).toEqual(reply)
		expect(filesIn(opened, conversation)).toHaveLength(1)
	})

	test.each(['files.getUploadURLExternal', 'files.completeUploadExternal'])(
		'is attached once, though the answer to %s is lost',
		async (method) => {
			await using opened = await open()
			const { conversation, runId } = await opened.ask()
			const working = await opened.platform.post(runId, conversation, aView())
			opened.slack.loseNextAnswer(method)
			await expect(opened.platform.update(working, veryLong)).rejects.toMatchObject({ code: 'platform-unavailable' })
			const found = await opened.platform.find(runId, conversation)
			if (found === null) throw new Error('nothing was found')
			const reply = await opened.platform.update(found, veryLong)
			expect(await opened.platform.find(runId, conversation)).toEqual(reply)
			expect(filesIn(opened, conversation)).toHaveLength(1)
		},
	)

	test.each(['missing_scope', 'file_uploads_disabled', 'file_type_not_allowed'])(
		'stands in further messages, whole, where files are refused (%s), which are not tried again',
		async (code) => {
			await using opened = await open()
			opened.slack.refuse('files.getUploadURLExternal', code)
			const { conversation, runId } = await opened.ask()
			const reply = await opened.platform.post(runId, conversation, veryLong)
			const texts = opened.repliesIn(conversation).map(({ blocks }) => readableBlocks(blocks))
			expect(texts.length).toBeGreaterThan(4)
			expect(
				texts
					.join('\n')
					.match(/^Line .*$/gm)
					?.join('\n'),
			).toBe(sixtyThousand)
			await opened.platform.update(reply, veryLong)
			expect(opened.slack.calls.filter(({ method }) => method.startsWith('files.'))).toHaveLength(1)
		},
	)
})

describe('messages of a reply', () => {
	const inMessages = (count: number) =>
		aView({ status: 'waiting', answer: Array.from({ length: count }, () => 'x'.repeat(10_000)).join('\n\n') })

	test('that it no longer needs are deleted', async () => {
		await using opened = await open()
		const { conversation, runId } = await opened.ask()
		const long = await opened.platform.post(runId, conversation, inMessages(3))
		expect(opened.repliesIn(conversation).length).toBeGreaterThan(2)
		const working = await opened.platform.update(long, aView())
		expect(opened.repliesIn(conversation)).toHaveLength(1)
		const reply = await opened.platform.update(working, answered)
		expect(reply.messageIds).toEqual([long.messageIds[0]])
		expect(opened.repliesIn(conversation)).toHaveLength(1)
	})

	test('say that they are not needed where a workspace lets nobody delete anything', async () => {
		await using opened = await open()
		const { conversation, runId } = await opened.ask()
		const long = await opened.platform.post(runId, conversation, inMessages(2))
		opened.slack.refuse('chat.delete', 'compliance_exports_prevent_deletion', 9)
		const reply = await opened.platform.update(long, answered)
		expect(reply.messageIds).toEqual(long.messageIds)
		expect(opened.textIn(conversation)).not.toContain('xxx')
	})

	test('that somebody has deleted come again with the outcome, and not before', async () => {
		await using opened = await open()
		const { conversation, runId } = await opened.ask()
		const reply = await opened.platform.post(runId, conversation, aView())
		opened.slack.removeMessage(conversation.channelId, reply.messageIds[0] ?? '')
		const working = await opened.platform.update(reply, aView({ lastSeq: 3 }))
		expect(opened.repliesIn(conversation)).toEqual([])
		const shown = await opened.platform.update(working, answered)
		expect(opened.textIn(conversation)).toContain('It costs $104.')
		expect(await opened.platform.find(runId, conversation)).toEqual(shown)
	})
})

test('a reply whose answer was lost is found in a long thread, though one page a minute may be read of it', async () => {
	await using opened = await open({ slack: { isSoldElsewhere: true, clockSpeed: 60 } })
	const { conversation, runId, question } = await opened.ask()
	const bob = opened.slack.person('Bob')
	for (let count = 1; count <= 20; count += 1) bob.post(opened.slack.general, `${count}`, { threadTs: question.ts })
	opened.slack.loseNextAnswer('chat.postMessage')
	const post = opened.platform.post(runId, conversation, answered)
	await expect(post).rejects.toMatchObject({ code: 'platform-unavailable' })
	const [message] = opened.repliesIn(conversation)
	await vi.waitFor(async () => {
		expect(await opened.platform.find(runId, conversation)).toMatchObject({ messageIds: [message?.ts] })
	}, 4_000)
})

/** How many sockets the bot has asked for. */
const openings = ({ calls }: LocalSlack) => calls.filter(({ method }) => method === 'apps.connections.open').length

/** What is asked now, and nothing else was, is heard. */
async function isHeard({ ada, received }: Awaited<ReturnType<typeof open>>): Promise<void> {
	await ada.post(ada.directMessages, 'Are you there?').delivered
	expect(received.map(({ content }) => textOf(content))).toEqual(['Are you there?'])
}
const allOpen = (slack: LocalSlack) => vi.waitFor(() => expect(slack.connectionCount()).toBe(2), 20_000)

describe('where a workspace refuses', () => {
	test('containers, an answer comes without, and its reasoning in a window; containers are not tried again', async () => {
		await using opened = await open({ slack: { capabilities: { containers: false } } })
		const { conversation, runId } = await opened.ask()
		const reply = await opened.platform.post(runId, conversation, answered)
		expect(opened.textIn(conversation)).toContain('It costs $104.')
		expect(opened.textIn(conversation)).toContain('Show reasoning')
		await opened.platform.update(reply, answered)
		expect(opened.slack.calls.filter(({ method, error }) => method.startsWith('chat.') && error !== null)).toHaveLength(
			1,
		)
	})

	test('more messages in a channel, no other is sent there until it takes them again', async () => {
		await using opened = await open({ slack: { clockSpeed: 1 } })
		const { conversation, runId } = await opened.ask()
		opened.slack.refuse('chat.postMessage', 'ratelimited', 1, 7)
		const failures = await Promise.all(
			[1, 2].map(() => opened.platform.post(runId, conversation, answered).catch((error: unknown) => error)),
		)
		await expect(opened.platform.post(runId, conversation, answered)).rejects.toThrow(ThreadwiseError)
		expect(failures[0]).toMatchObject({ code: 'platform-unavailable', retry: { afterMs: 7_000 } })
		const elsewhere = opened.ada.post(opened.ada.directMessages, 'Hello')
		await opened.platform.post('run-2', opened.conversationAt(opened.ada.directMessages, elsewhere.ts), answered)
	})

	test('one socket, and asks for another in its place, a command at that moment comes over the other one', async () => {
		await using opened = await open()
		await allOpen(opened.slack)
		opened.slack.disconnectSockets('refresh_requested', 1)
		const { acknowledgement } = await opened.ada.command('/ask', 'Are you there?', opened.slack.general)
		expect(acknowledgement.failure).toBeNull()
		await allOpen(opened.slack)
	})

	test('every socket as soon as it is open, they are opened later and later, until they stay', async () => {
		await using opened = await open()
		const before = openings(opened.slack)
		while (openings(opened.slack) < before + 3) {
			await vi.waitFor(() => expect(opened.slack.connectionCount()).toBeGreaterThan(0), 20_000)
			opened.slack.disconnectSockets('link_disabled')
		}
		await allOpen(opened.slack)
		await isHeard(opened)
	}, 30_000)

	test('to close what it wants to be left, others are opened in its place all the same', async () => {
		await using opened = await open()
		await allOpen(opened.slack)
		opened.slack.disconnectSockets('refresh_requested', 2, false)
		await allOpen(opened.slack)
	}, 30_000)

	test('one socket at the start, the other one is enough, and the first is opened when it may be', async () => {
		await using opened = await open({
			prepare: (slack) => slack.faults.add('apps.connections.open', { kind: 'status', status: 503 }),
		})
		await isHeard(opened)
		await allOpen(opened.slack)
		expect(opened.troubles).toHaveLength(1)
	}, 30_000)

	test('nothing, but answers only when the bot has left, no socket stays open', async () => {
		const released = Promise.withResolvers<void>()
		await using opened = await open()
		await allOpen(opened.slack)
		opened.slack.faults.add('apps.connections.open', { kind: 'held', until: released.promise }, 2)
		opened.slack.disconnectSockets()
		await vi.waitFor(() => expect(openings(opened.slack)).toBe(4), 10_000)
		opened.leave()
		released.resolve()
		// Time enough to connect.
		await sleep(300)
		expect(opened.slack.connectionCount()).toBe(0)
	}, 30_000)

	test('to open the socket again at first, it is opened all the same', async () => {
		await using opened = await open()
		opened.slack.faults.add('apps.connections.open', { kind: 'status', status: 503 })
		opened.slack.dropNext('apps.connections.open')
		opened.slack.disconnectSockets()
		expect(opened.slack.connectionCount()).toBe(0)
		await allOpen(opened.slack)
		expect(openings(opened.slack)).toBeGreaterThan(3)
		await isHeard(opened)
	}, 30_000)

	test('the app token when the socket was cut, it is told, and the socket opened once the token is good again', async () => {
		await using opened = await open()
		opened.slack.refuse('apps.connections.open', 'invalid_auth')
		opened.slack.disconnectSockets()
		await vi.waitFor(
			() => expect(opened.troubles).toContainEqual(expect.objectContaining({ code: 'platform-refused' })),
			20_000,
		)
		await allOpen(opened.slack)
		await isHeard(opened)
	}, 30_000)

	test('the token, what is to be shown waits for a new one, with what to do', async () => {
		await using opened = await open()
		const { conversation, runId } = await opened.ask()
		opened.slack.revokeToken()
		const failure = await opened.platform.post(runId, conversation, answered).catch((error: unknown) => error)
		expect(failure).toMatchObject({ code: 'platform-refused', fix: expect.stringContaining('SLACK_BOT_TOKEN') })
		expect(failure).not.toMatchObject({ retry: 'never' })
	})
})

describe("Slack's own signs", () => {
	test('show that the bot works, with a Stop that stops, and go out with the outcome', async () => {
		await using opened = await open()
		const { question, conversation, runId } = await opened.ask()
		const reply = await opened.platform.post(runId, conversation, aView())
		const session = () => opened.slack.session(opened.slack.general, question.ts)?.status
		await vi.waitFor(() => expect(session()).toBe('processing'))
		await opened.ada.stopSession(opened.slack.general, question.ts)
		expect(opened.acted.map(([name, run]) => [name, run])).toEqual([['stop', runId]])
		await opened.platform.update(reply, answered)
		await vi.waitFor(() => expect(session()).toBe('active'))
	})

	test('come back where somebody presses Stop who may not, and they are told so', async () => {
		await using opened = await open({ result: refused })
		const { question, conversation, runId } = await opened.ask()
		await opened.platform.post(runId, conversation, aView())
		const session = () => opened.slack.session(opened.slack.general, question.ts)
		await vi.waitFor(() => expect(session()?.status).toBe('processing'))
		const bob = opened.slack.person('Bob')
		await bob.stopSession(opened.slack.general, question.ts)
		expect(bob.ephemerals(opened.slack.general).map(({ text, threadTs }) => [text, threadTs])).toEqual([
			['Only whoever asked may do this. Ask yourself.', question.ts],
		])
		expect(session()?.statuses).toEqual(['processing', 'processing'])
	})

	test('go out where there is nothing to stop any more', async () => {
		await using opened = await open()
		const { question, conversation, runId } = await opened.ask()
		await opened.platform.post(runId, conversation, aView())
		const session = () => opened.slack.session(opened.slack.general, question.ts)
		await vi.waitFor(() => expect(session()?.status).toBe('processing'))
		opened.memory.change(runId, { state: 'answered' })
		await opened.ada.stopSession(opened.slack.general, question.ts)
		expect(opened.ada.ephemerals(opened.slack.general).map(({ text }) => text)).toEqual([
			'Nothing is being answered here.',
		])
		expect(session()?.statuses).toEqual(['processing', 'active'])
	})

	test('go out later where Slack takes no more of them for a moment', async () => {
		await using opened = await open()
		const { question, conversation, runId } = await opened.ask()
		const reply = await opened.platform.post(runId, conversation, aView())
		const session = () => opened.slack.session(opened.slack.general, question.ts)?.status
		await vi.waitFor(() => expect(session()).toBe('processing'))
		opened.slack.refuse('agents.sessions.setStatus', 'ratelimited', 1, 1)
		await opened.platform.update(reply, answered)
		await vi.waitFor(() => expect(session()).toBe('active'), 10_000)
	})

	test('are left out where there are too many in a minute, so that each that is shown can go out', async () => {
		await using opened = await open({ slack: { rates: false } })
		const asked = await Promise.all(Array.from({ length: 25 }, () => opened.ask()))
		const replies = await Promise.all(
			asked.map(({ conversation, runId }) => opened.platform.post(runId, conversation, aView())),
		)
		const states = () => asked.map(({ question }) => opened.slack.session(opened.slack.general, question.ts)?.status)
		const count = (state: string | undefined) => states().filter((each) => each === state).length
		await vi.waitFor(() => expect(count('processing')).toBe(20))
		await Promise.all(replies.map((reply) => opened.platform.update(reply, answered)))
		await vi.waitFor(() => expect(count('active')).toBe(20))
		expect(count(undefined)).toBe(5)
		expect(opened.slack.calls.filter(({ method }) => method === 'agents.sessions.setStatus')).toHaveLength(40)
	})

	test('are not tried for ever where Slack refuses them: it is told', async () => {
		await using opened = await open({ slack: { capabilities: { sessionStatus: false } } })
		opened.slack.refuse('assistant.threads.setStatus', 'missing_scope', 10)
		opened.slack.refuse('reactions.add', 'missing_scope', 10)
		opened.slack.refuse('reactions.remove', 'missing_scope', 10)
		const { conversation, runId } = await opened.ask()
		const reply = await opened.platform.post(runId, conversation, aView())
		await vi.waitFor(() => expect(opened.troubles).toHaveLength(1))
		await opened.platform.update(reply, answered)
		expect(opened.troubles).toEqual([expect.objectContaining({ code: 'platform-refused' })])
	})

	test('are not needed where an answer comes at once', async () => {
		await using opened = await open()
		const { conversation, runId } = await opened.ask()
		await opened.platform.post(runId, conversation, answered)
		const { conversation: next, runId: nextRunId } = await opened.ask()
		await opened.platform.post(nextRunId, next, aView())
		const signs = () => opened.slack.calls.filter(({ method }) => method === 'agents.sessions.setStatus')
		await vi.waitFor(() => expect(signs()).not.toEqual([]))
		expect(signs().map(({ arguments: given }) => given.thread_ts)).toEqual([next.threadId])
	})

	test('are the older ones where the app is no agent', async () => {
		await using opened = await open({ slack: { capabilities: { sessionStatus: false } } })
		const { question, conversation, runId } = await opened.ask()
		await opened.platform.post(runId, conversation, aView())
		await vi.waitFor(() => expect(opened.slack.status(opened.slack.general, question.ts)?.status).toBe('is thinking …'))
	})

	test('are a reaction where there is no other', async () => {
		await using opened = await open({ slack: { capabilities: { sessionStatus: false } } })
		opened.slack.refuse('assistant.threads.setStatus', 'unknown_method')
		const { question, conversation, runId } = await opened.ask()
		const reply = await opened.platform.post(runId, conversation, aView())
		const reactions = () => [...(opened.slack.messages(opened.slack.general)[0]?.reactions.keys() ?? [])]
		await vi.waitFor(() => expect(reactions()).toEqual(['hourglass_flowing_sand']))
		await opened.platform.update(reply, answered)
		await vi.waitFor(() => expect(reactions()).toEqual([]))
		expect(opened.slack.calls.filter(({ method }) => method === 'assistant.threads.setStatus')).toHaveLength(1)
		expect(question.ts).toBe(conversation.threadId)
	})

	test('offer questions to whoever opens the messages, and say on the home tab what this is', async () => {
		await using opened = await open()
		await opened.ada.openMessagesTab()
		expect(opened.slack.suggestedPrompts[0]?.prompts).toHaveLength(3)
		await opened.ada.openHome()
		expect(readableBlocks(opened.ada.home()?.content.blocks)).toContain('step by step')
	})

	test('what somebody looks at is theirs: it is taken, and nothing comes of it', async () => {
		await using opened = await open()
		const calls = opened.slack.calls.length
		const told = await opened.ada.lookAt(opened.slack.general)
		expect(told.map(({ failure }) => failure)).toEqual([null])
		expect(opened.slack.calls).toHaveLength(calls)
	})
})

describe('the home tab', () => {
	const homeOf = (person: SlackPerson) => readableBlocks(person.home()?.content.blocks)
	const hasControls = (person: SlackPerson) => JSON.stringify(person.home()?.content.blocks).includes('home-effort')

	test('has what somebody has asked, with the way there', async () => {
		await using opened = await open()
		const { question } = await opened.ask()
		await opened.ada.openHome()
		const shown = JSON.stringify(opened.ada.home()?.content.blocks)
		expect(shown).toContain(`/archives/${opened.slack.general}/p${question.ts.replace('.', '')}`)
		expect(shown).toContain('How much is 6 × 7?')
		const bob = opened.slack.person('Bob')
		await bob.openHome()
		expect(homeOf(bob)).not.toContain('How much is 6 × 7?')
	})

	test('has links to nothing that Slack does not show any more', async () => {
		await using opened = await open()
		const { question } = await opened.ask()
		await opened.ada.delete(question)
		await opened.ada.openHome()
		expect(homeOf(opened.ada)).toContain('How much is 6 × 7?')
		expect(JSON.stringify(opened.ada.home()?.content.blocks)).not.toContain('archives')
	})

	test('shows everybody what is set, and lets admins alone change it', async () => {
		await using opened = await open()
		const { slack, ada } = opened
		const grace = slack.person('Grace', { isAdmin: true })
		for (const person of [ada, grace]) await person.openHome()
		expect(hasControls(ada)).toBe(false)
		expect(homeOf(ada)).toContain('Direct messages are answered: Yes')
		expect(hasControls(grace)).toBe(true)
		const choose = async (choice: Parameters<typeof grace.press>[1]) => {
			const home = grace.home()
			if (home === null) throw new Error('no home')
			await grace.press(home, choice)
		}
		await choose({ actionId: 'home-effort', value: 'high' })
		await choose({ actionId: 'home-quiet', value: 'yes' })
		await choose({ actionId: 'home-direct-messages', value: 'no' })
		await choose({ actionId: 'home-channels', values: [slack.general] })
		await choose({ actionId: 'home-people', values: [ada.id, grace.id] })
		const place = { platform: 'slack', workspaceId: slack.teamId, channelId: '', personId: '' }
		const set = {
			effort: 'high',
			quiet: true,
			directMessages: false,
			allowedChannels: [slack.general],
			allowedPeople: [ada.id, grace.id],
		}
		expect((await opened.memory.settings.read(place)).installation).toEqual(set)
		expect(JSON.stringify(grace.home()?.content.blocks)).toContain(`"initial_users":["${ada.id}","${grace.id}"]`)
		await choose({ actionId: 'home-people', values: [] })
		const { allowedPeople: _, ...others } = set
		expect((await opened.memory.settings.read(place)).installation).toEqual(others)
		await ada.openHome()
		expect(homeOf(ada)).toContain(`Channels in which questions are answered: <#${slack.general}>`)
		expect(homeOf(ada)).toContain('high effort')
	})

	test('tells whoever is no admin any more that they may not, and shows what is set', async () => {
		const settings = { ...settingsOf(createMemoryRuns()), change: async () => refused }
		await using opened = await open({ options: { settings } })
		const admin = opened.slack.person('Grace', { isAdmin: true })
		await admin.openHome()
		const home = admin.home()
		if (home === null) throw new Error('no home')
		await admin.press(home, { actionId: 'home-effort', value: 'low' })
		expect(homeOf(admin)).toContain('Only whoever asked may do this.')
	})
})
