import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import { textContent, textOf } from '../../src/core/content.ts'
import type { IncomingMessage } from '../../src/core/conversation.ts'
import { english } from '../../src/rendering/index.ts'
import { aStageView, aView } from '../../tests/support/builders.ts'
import type { LocalDiscord } from '../../tests/support/discord/local-discord.ts'
import type { DiscordMessage } from '../../tests/support/discord/messages.ts'
import { buttonsOf, type DiscordAppChoices, readableMessage, startDiscordApp } from '../../tests/support/discord-app.ts'
import { eventExamples } from '../../tests/support/journal-examples.ts'

// discord.js begins a new session at most every five seconds, as Discord wants it.
vi.setConfig({ testTimeout: 60_000 })

const done = { outcome: 'done' } as const
const answered = aView({
	stages: [aStageView({ status: 'done' })],
	answer: 'It is 42.',
	status: 'answered',
	lastSeq: 9,
})
const working = aView({ stages: [aStageView()], lastSeq: 3 })

/** The adapter in front of a Threadwise that records everything. */
async function open(choices: Omit<DiscordAppChoices, 'events'> = {}) {
	const received: IncomingMessage[] = []
	const overheard: unknown[] = []
	const removed: unknown[] = []
	const stopped: string[] = []
	const judged: unknown[] = []
	const failures: (Error | 'frozen')[] = []
	const again: string[] = []
	const events: PlatformEvents = {
		message: async (message) => {
			const failure = failures.shift()
			if (failure === 'frozen') await new Promise(() => {})
			if (failure !== undefined) throw failure
			received.push(message)
			app.memory.begin(message.conversation, {
				runId: `run-${received.length}`,
				messageId: message.id,
				question: textOf(message.content),
				asker: message.author,
				state: 'running',
			})
		},
		edit: async () => ({ outcome: 'begun', runId: 'run-9' }),
		stop: async (runId) => {
			stopped.push(runId)
			return done
		},
		answerNow: async () => done,
		feedback: async (_, __, feedback) => {
			judged.push(feedback)
			return done
		},
		again: async (runId) => {
			again.push(runId)
			return { outcome: 'begun', runId: 'run-9' }
		},
		overhear: async (conversation, said) => void overheard.push({ conversation, said }),
		removed: async (place) => void removed.push(place),
	}
	const app = await startDiscordApp({ events, ...choices })
	onTestFinished(() => app[Symbol.asyncDispose]())
	const { discord } = app
	const ada = discord.person('Ada')
	return {
		...app,
		get platform() {
			return app.platform
		},
		discord,
		ada,
		received,
		overheard,
		removed,
		stopped,
		judged,
		again,
		failures,
		mention: (text = 'How much is 6 × 7?', channelId = discord.general) =>
			ada.post(channelId, `${discord.botMention} ${text}`),
		/** The messages that were received, once there are so many. */
		questions: async (count: number) => {
			await vi.waitFor(() => expect(received.length).toBeGreaterThanOrEqual(count), 30_000)
			return received
		},
		/** The conversation of the newest message, once it is there. */
		conversation: async () => {
			await vi.waitFor(() => expect(received.length).toBeGreaterThan(0), 10_000)
			const message = received.at(-1)
			if (message === undefined) throw new Error('nothing was received')
			return message.conversation
		},
	}
}

function ownIn(discord: LocalDiscord, channelId: string): readonly DiscordMessage[] {
	return discord.messages(channelId).filter(({ authorId }) => authorId === discord.botUserId)
}

const callback = 'POST /interactions/{interaction_id}/{interaction_token}/callback'
const missing = { platform: '', workspaceId: '', channelId: '', threadId: '' }

const noForeignPing = ({ body }: { readonly body: unknown }) =>
	typeof body !== 'object' ||
	body === null ||
	!('content' in body || 'components' in body) ||
	'allowed_mentions' in body

describe('what is said to others', () => {
	test('in a thread in which somebody has asked is context, also when it is edited or deleted', async () => {
		const { discord, mention, conversation, overheard } = await open()
		const bob = discord.person('Bob')
		const thread = bob.startThread(bob.post(discord.general, 'An order'), 'An order')
		mention('How much is it?', thread)
		const place = await conversation()
		const said = bob.post(thread, 'It is 26 × 4.')
		await vi.waitFor(() => expect(overheard).toHaveLength(1), 10_000)
		bob.edit(said, 'It is 27 × 4.')
		await vi.waitFor(() => expect(overheard).toHaveLength(2), 10_000)
		bob.delete(said)
		await vi.waitFor(() => expect(overheard).toHaveLength(3), 10_000)
		const author = { id: bob.id, name: 'Bob' }
		expect(overheard).toMatchObject([
			{ conversation: place, said: { id: said.id, author, content: textContent('It is 26 × 4.') } },
			{ conversation: place, said: { id: said.id, author, content: textContent('It is 27 × 4.') } },
			{ conversation: place, said: { id: said.id, content: [] } },
		])
	})

	test('by whoever has asked there, to somebody whom they turn to, is context', async () => {
		const { discord, ada, mention, questions, overheard } = await open()
		const bob = discord.person('Bob')
		const thread = bob.startThread(bob.post(discord.general, 'An order'), 'An order')
		mention('How much is it?', thread)
		await questions(1)
		ada.post(thread, `${bob.mention} it is 27`)
		await vi.waitFor(
			() => expect(overheard).toMatchObject([{ said: { content: textContent('@Bob it is 27') } }]),
			5_000,
		)
	})

	test('where nobody has asked anything is not taken up', async () => {
		const { discord, mention, questions, overheard } = await open()
		const bob = discord.person('Bob')
		bob.delete(bob.post(bob.startThread(bob.post(discord.general, 'An order'), 'An order'), 'It is 26 × 4.'))
		bob.delete(bob.post(discord.general, 'Another order'))
		mention()
		await questions(1)
		expect(overheard).toEqual([])
	})
})

test('a guild that takes the bot off is told', async () => {
	const { discord, mention, questions, removed } = await open()
	mention()
	await questions(1)
	discord.setMembership(discord.guild, false)
	await vi.waitFor(() => expect(removed).toEqual([{ platform: 'discord', workspaceId: discord.guild }]), 10_000)
})

test('what says nothing in a thread of the bot, such as a sticker, is left alone', async () => {
	const { discord, ada, platform, mention, questions, conversation, received } = await open()
	const question = mention()
	await platform.post('run-1', await conversation(), answered)
	ada.post(question.id, '')
	ada.post(question.id, 'And 6 × 8?')
	await questions(2)
	await platform.post('run-2', await conversation(), answered)
	expect(received.map(({ content }) => textOf(content))).toEqual(['How much is 6 × 7?', 'And 6 × 8?'])
	expect(ownIn(discord, question.id)).toHaveLength(2)
})

test('a mention without a word that replies to something asks about that', async () => {
	const { discord, ada, platform, questions } = await open()
	const said = discord.person('Bob').post(discord.general, 'It is 26 × 4.')
	ada.post(discord.general, discord.botMention, { replyTo: said, pingsAuthor: false })
	const [question] = await questions(1)
	expect(question?.content).toEqual(textContent(english.chat.whatOfThis))
	expect(await platform.readEarlier(question as IncomingMessage)).toMatchObject([
		{ id: said.id, content: textContent('It is 26 × 4.') },
	])
})

test('a picture that is to be thought about is asked about', async () => {
	const { discord, ada, questions } = await open()
	const picture = discord.person('Bob').post(discord.general, '', { files: { 'cat.png': 'a cat' } })
	await ada.messageCommand('Think about this', picture)
	const [question] = await questions(1)
	expect(question?.content).toMatchObject([
		{ kind: 'text', text: english.chat.whatOfThis },
		{ kind: 'file', name: 'cat.png' },
	])
})

describe('once and only once', () => {
	test('a mention that Discord tells of again, over the same connection or a resumed one, is one question', async () => {
		const { discord, mention, questions, received } = await open()
		discord.gateway.deliverTwice()
		mention()
		await questions(1)
		discord.gateway.repeatOnResume(5)
		discord.gateway.drop()
		mention('And 6 × 8?')
		await questions(2)
		expect(received.map(({ content }) => textOf(content))).toEqual(['How much is 6 × 7?', 'And 6 × 8?'])
	})

	test('what could not be recorded is tried again, since Discord tells of it once', async () => {
		const { mention, questions, failures } = await open()
		failures.push(new Error('the database is down'), new Error('the database is down'))
		mention()
		expect(await questions(1)).toHaveLength(1)
	})

	test('a command in words that is read again after a crash is obeyed once', async () => {
		const { ada, notes, memory, questions, restart, received, again } = await open()
		const question = ada.post(ada.directMessages, 'How much is 6 × 7?')
		await questions(1)
		memory.change('run-1', { state: 'answered' })
		const command = ada.post(ada.directMessages, '!think')
		const seen = `seen:direct:${ada.directMessages}`
		await vi.waitFor(async () => expect(await notes.find(seen)).toBe(command.id), 5_000)
		await notes.keep([{ key: seen, text: question.id }], 60_000)
		const restarted = restart()
		ada.post(ada.directMessages, 'And 6 × 8?')
		await restarted
		await questions(2)
		expect(received.map(({ content }) => textOf(content))).toEqual(['How much is 6 × 7?', 'And 6 × 8?'])
		expect(again).toEqual(['run-1'])
	})

	test('a few words whose answer was lost are said once', async () => {
		const { discord, ada } = await open()
		const route = 'POST /channels/{channel_id}/messages'
		discord.loseNextAnswer(route)
		ada.post(ada.directMessages, '!help')
		const said = () => discord.calls.filter((call) => call.route === route)
		await vi.waitFor(() => expect(said()).toHaveLength(2), 10_000)
		expect(ownIn(discord, ada.directMessages)).toHaveLength(1)
	})

	test('what was said while nobody listened is read at the next start, and nothing else', async () => {
		const { discord, ada, mention, questions, restart, received } = await open()
		mention('Before?')
		ada.post(ada.directMessages, 'Before, directly?')
		await questions(2)
		const restarted = restart()
		mention('Meanwhile?')
		ada.post(discord.general, 'Not to the bot.')
		ada.post(ada.directMessages, 'Meanwhile, directly?')
		await restarted
		await questions(4)
		mention('Afterwards?')
		await questions(5)
		expect(received.map(({ content }) => textOf(content)).toSorted()).toEqual(
			['Before?', 'Before, directly?', 'Meanwhile?', 'Meanwhile, directly?', 'Afterwards?'].toSorted(),
		)
	})

	test('a post whose answer was lost is found, and Discord takes the same part a second time as the first', async () => {
		const { discord, platform, mention, conversation } = await open()
		const question = mention()
		const place = await conversation()
		discord.loseNextAnswer('POST /channels/{channel_id}/messages')
		await expect(platform.post('run-1', place, working)).rejects.toMatchObject({ code: 'platform-unavailable' })
		await platform.post('run-1', place, working)
		expect(ownIn(discord, question.id)).toHaveLength(1)
	})
})

describe('a connection', () => {
	test('that Discord ends for good is a new one, and what was said in between is read', async () => {
		const { discord, mention, questions, received } = await open()
		mention('Before?')
		await questions(1)
		discord.gateway.refuseResumes(1)
		discord.gateway.drop()
		mention('In between?')
		await questions(2)
		expect(received.map(({ content }) => textOf(content))).toEqual(['Before?', 'In between?'])
	})
})

describe('where an answer can not be shown as usual', () => {
	test('a thread that exists by then is used', async () => {
		const { discord, ada, platform, mention, conversation } = await open()
		const question = mention()
		ada.startThread(question, 'Mine')
		await platform.post('run-1', await conversation(), answered)
		expect(ownIn(discord, question.id).map(readableMessage).join()).toContain('It is 42.')
	})

	test.each<[string, (discord: LocalDiscord) => void]>([
		[
			'threads may not be opened',
			(discord) => discord.setBotPermissions(discord.general, { deny: ['CreatePublicThreads'] }),
		],
		[
			'nothing may be written in threads',
			(discord) => discord.setBotPermissions(discord.general, { deny: ['SendMessagesInThreads'] }),
		],
	])('where %s, the answer is a reply in the channel', async (_, prepare) => {
		const { discord, platform, mention, conversation } = await open()
		prepare(discord)
		const question = mention()
		await platform.post('run-1', await conversation(), answered)
		const [reply] = ownIn(discord, discord.general)
		expect(reply?.replyTo).toBe(question.id)
		expect(readableMessage(reply as DiscordMessage)).toContain('It is 42.')
	})

	test('where a channel has as many threads as it takes, the answer is a reply in the channel', async () => {
		const { discord, platform, mention, conversation } = await open({ discord: { activeThreads: 0 } })
		const question = mention()
		await platform.post('run-1', await conversation(), answered)
		expect(ownIn(discord, discord.general)[0]?.replyTo).toBe(question.id)
	})

	test('where AutoMod blocks the title of the thread, the answer is a reply in the channel', async () => {
		const { discord, platform, mention, conversation } = await open()
		discord.faults.add('POST /channels/{channel_id}/messages/{message_id}/threads', {
			...{ kind: 'refuse', status: 400, code: 200_001, message: 'Title was blocked by automatic moderation' },
		})
		const question = mention()
		await platform.post('run-1', await conversation(), answered)
		expect(ownIn(discord, discord.general)[0]?.replyTo).toBe(question.id)
	})

	test('where no file may be attached, whoever asked gets it directly, with what to do about it', async () => {
		const { discord, ada, platform, mention, conversation } = await open()
		mention()
		const place = await conversation()
		discord.setBotPermissions(discord.general, { deny: ['AttachFiles'] })
		const long = { ...answered, answer: 'A line of it.\n\n'.repeat(4_000) }
		await platform.post('run-1', place, long)
		const [why, answer] = ownIn(discord, ada.directMessages)
		expect(readableMessage(why as DiscordMessage)).toMatch(/these permissions there: Attach Files\.$/)
		expect(answer?.attachments).toHaveLength(1)
	})

	test('where they share no server with the bot any more, the failure says what was refused first', async () => {
		const { discord, platform, mention, conversation } = await open()
		mention()
		const place = await conversation()
		discord.setBotPermissions(discord.general, { deny: ['SendMessages', 'SendMessagesInThreads'] })
		discord.faults.add('POST /users/@me/channels', { kind: 'refuse', status: 400, code: 50_278 })
		const posted = platform.post('run-1', place, answered)
		await expect(posted).rejects.toMatchObject({ fix: expect.stringContaining('Send Messages') })
	})

	test('what a channel of announcements takes later is shown later', async () => {
		const { discord, platform, mention, conversation } = await open()
		const question = mention()
		const place = await conversation()
		discord.faults.add('POST /channels/{channel_id}/messages', { kind: 'refuse', status: 400, code: 20_028 })
		await expect(platform.post('run-1', place, answered)).rejects.toMatchObject({
			code: 'platform-unavailable',
			retry: { afterMs: expect.any(Number) },
		})
		await platform.post('run-1', place, answered)
		expect(ownIn(discord, question.id).map(readableMessage).join()).toContain('It is 42.')
	})

	test('where nothing may be read, the answer is a message of its own in the channel', async () => {
		const { discord, ada, platform, mention, conversation } = await open()
		discord.setBotPermissions(discord.general, { deny: ['CreatePublicThreads', 'ReadMessageHistory'] })
		mention()
		await platform.post('run-1', await conversation(), answered)
		expect(ownIn(discord, discord.general).map(readableMessage).join()).toContain('It is 42.')
		expect(ownIn(discord, ada.directMessages)).toEqual([])
	})

	test('a thread in which nothing could be written is tried again a minute later', async () => {
		const { discord, platform, mention, conversation } = await open()
		const question = mention()
		const place = await conversation()
		discord.setBotPermissions(discord.general, { deny: ['SendMessagesInThreads'] })
		await platform.post('run-1', place, answered)
		discord.setBotPermissions(discord.general, {})
		await platform.post('run-2', place, answered)
		expect(ownIn(discord, discord.general)).toHaveLength(2)
		const now = Date.now
		vi.spyOn(Date, 'now').mockImplementation(() => now() + 61_000)
		onTestFinished(() => void vi.restoreAllMocks())
		await platform.post('run-3', place, answered)
		expect(ownIn(discord, question.id)).toHaveLength(1)
	})

	test('in a channel of another kind, the answer is a reply', async () => {
		const { discord, platform, mention, conversation } = await open()
		const voice = discord.addChannel({ name: 'Voice', kind: 'voice' })
		const question = mention('How much is 6 × 7?', voice)
		await platform.post('run-1', await conversation(), answered)
		expect(ownIn(discord, voice)[0]?.replyTo).toBe(question.id)
	})

	test('where nothing may be written at all, whoever asked gets it directly, with what to do about it', async () => {
		const { discord, ada, platform, mention, conversation } = await open()
		mention()
		const place = await conversation()
		discord.setBotPermissions(discord.general, { deny: ['SendMessages', 'SendMessagesInThreads'] })
		const reply = await platform.post('run-1', place, working)
		expect(reply.messageIds).toEqual([])
		const shown = await platform.update(reply, answered)
		const told = ownIn(discord, ada.directMessages).map(readableMessage)
		expect(told[0]).toContain('I could not answer where you asked.')
		expect(told[0]).toMatch(/these permissions there: Send Messages, Send Messages in Threads\.$/)
		expect(told[1]).toContain('It is 42.')
		await platform.update(shown, answered)
		expect(ownIn(discord, ada.directMessages)).toHaveLength(2)
	})

	test('where they take no direct messages either, the failure says so', async () => {
		const { discord, ada, platform, mention, conversation } = await open()
		mention()
		const place = await conversation()
		discord.setBotPermissions(discord.general, { deny: ['SendMessages', 'SendMessagesInThreads'] })
		ada.setDirectMessages(false)
		await expect(platform.post('run-1', place, answered)).rejects.toMatchObject({ code: 'platform-refused' })
	})

	test('an archived thread is taken out of the archive', async () => {
		const { discord, platform, mention, conversation } = await open()
		const question = mention()
		const reply = await platform.post('run-1', await conversation(), working)
		discord.setThread(question.id, { isArchived: true })
		await platform.update(reply, answered)
		expect(ownIn(discord, question.id).map(readableMessage).join()).toContain('It is 42.')
	})

	test('a locked thread has the answer in the channel', async () => {
		const { discord, platform, mention, conversation } = await open()
		const question = mention()
		const reply = await platform.post('run-1', await conversation(), working)
		discord.setThread(question.id, { isArchived: true, isLocked: true })
		await platform.update(reply, answered)
		expect(ownIn(discord, discord.general).map(readableMessage).join()).toContain('It is 42.')
	})

	test('a thread that was deleted has the answer in the channel', async () => {
		const { discord, platform, mention, conversation } = await open()
		const question = mention()
		const reply = await platform.post('run-1', await conversation(), working)
		discord.deleteChannel(question.id)
		await platform.update(reply, answered)
		expect(ownIn(discord, discord.general).map(readableMessage).join()).toContain('It is 42.')
	})

	test('a message that was deleted is posted again with the answer, not before', async () => {
		const { discord, platform, mention, conversation } = await open()
		const question = mention()
		const reply = await platform.post('run-1', await conversation(), working)
		const moderator = discord.person('Moira', { isModerator: true })
		moderator.delete(ownIn(discord, question.id)[0] as DiscordMessage)
		const unchanged = await platform.update(reply, working)
		expect(ownIn(discord, question.id)).toHaveLength(0)
		await platform.update(unchanged, answered)
		expect(ownIn(discord, question.id).map(readableMessage).join()).toContain('It is 42.')
	})

	test('a message that is too old for another edit makes way for one with the answer', async () => {
		const { discord, platform, mention, conversation } = await open({ discord: { oldMessageEdits: 0 } })
		const question = mention()
		const reply = await platform.post('run-1', await conversation(), working)
		discord.clock.advance(61 * 60_000)
		const unchanged = await platform.update(reply, working)
		await platform.update(unchanged, answered)
		const messages = ownIn(discord, question.id)
		expect(messages).toHaveLength(1)
		expect(readableMessage(messages[0] as DiscordMessage)).toContain('It is 42.')
	})

	test('what AutoMod blocks says so, and whoever wants it gets it alone', async () => {
		const { discord, ada, platform, memory, mention, conversation } = await open()
		discord.blockWord('forbidden')
		const question = mention()
		const view = { ...answered, stages: [], answer: 'It is forbidden.' }
		await platform.post('run-1', await conversation(), view)
		const [message] = ownIn(discord, question.id)
		expect(readableMessage(message as DiscordMessage)).toContain('The rules of this server have blocked my answer.')
		memory.append('run-1', { ...eventExamples['run-end'], content: { answer: view.answer } })
		const press = await ada.press(message as DiscordMessage, { label: english.chat.showAnswer })
		await vi.waitFor(
			() => expect(readableMessage(press.original as DiscordMessage)).toBe(english.chat.sentDirectly),
			5_000,
		)
		expect(ownIn(discord, ada.directMessages).map(readableMessage).join()).toContain('It is forbidden.')
	})

	test('what AutoMod no longer blocks is shown where somebody asks for it, to them alone', async () => {
		const { discord, ada, platform, memory, mention, conversation } = await open()
		discord.blockWord('forbidden')
		const question = mention()
		await platform.post('run-1', await conversation(), { ...answered, answer: 'It is forbidden.' })
		memory.append('run-1', { ...eventExamples['run-end'], content: { answer: 'It is allowed.' } })
		const [message] = ownIn(discord, question.id)
		const press = await ada.press(message as DiscordMessage, { label: english.chat.showAnswer })
		await vi.waitFor(() => expect(readableMessage(press.original as DiscordMessage)).toContain('It is allowed.'), 5_000)
		expect(press.original?.visibleTo).toBe(ada.id)
	})

	test('work of which AutoMod blocks the preview goes on without one, and is not tried with it again', async () => {
		const { discord, platform, mention, conversation } = await open()
		discord.blockWord('forbidden')
		const question = mention()
		const preview = { ...working, answer: 'It is forbidden' }
		const reply = await platform.post('run-1', await conversation(), preview)
		await platform.update(reply, preview)
		const [message] = ownIn(discord, question.id)
		expect(buttonsOf(message as DiscordMessage)).toContain('stop:run-1')
		expect(discord.calls.filter(({ code }) => code === 200_000)).toHaveLength(1)
	})

	test('what Discord takes later says when', async () => {
		const { discord, platform, mention, conversation } = await open()
		mention()
		const reply = await platform.post('run-1', await conversation(), working)
		const route = 'PATCH /channels/{channel_id}/messages/{message_id}'
		discord.faults.add(route, { kind: 'limit', retryAfter: 2, scope: 'shared' })
		await expect(platform.update(reply, working)).rejects.toMatchObject({
			code: 'platform-unavailable',
			retry: { afterMs: expect.closeTo(2_000, -3) },
		})
		expect(discord.invalidRequests()).toBe(0)
	})
})

describe('an answer to a command', () => {
	const ask = async (
		choices: Omit<DiscordAppChoices, 'events'> = {},
		options: Record<string, string | boolean> = {},
	) => {
		const app = await open(choices)
		const interaction = await app.ada.command(
			'ask',
			{ question: 'How much is 6 × 7?', ...options },
			app.discord.general,
		)
		await app.questions(1)
		return { ...app, interaction, original: interaction.original as DiscordMessage }
	}

	test('is edited as a message when it can not be changed as an answer any more', async () => {
		const { discord, platform, conversation, original } = await ask({ options: { interactionMs: 200 } })
		const reply = await platform.post('run-1', await conversation(), working)
		discord.clock.advance(16 * 60_000)
		await platform.update(reply, answered)
		expect(readableMessage(original)).toContain('It is 42.')
	})

	test('that Discord ends earlier than expected is edited as a message, too', async () => {
		const { discord, platform, conversation, original } = await ask()
		const reply = await platform.post('run-1', await conversation(), working)
		discord.clock.advance(16 * 60_000)
		await platform.update(reply, answered)
		expect(readableMessage(original)).toContain('It is 42.')
	})

	test('for one person alone says before its end that it comes directly, and does', async () => {
		const { discord, ada, platform, conversation, original } = await ask(
			{ options: { interactionMs: 400 } },
			{ private: true },
		)
		const reply = await platform.post('run-1', await conversation(), working)
		await vi.waitFor(() => expect(readableMessage(original)).toBe(english.chat.takesTooLong), 5_000)
		discord.clock.advance(16 * 60_000)
		await vi.waitFor(async () => {
			await platform.update(reply, working)
			await platform.update(reply, answered)
			expect(ownIn(discord, ada.directMessages).map(readableMessage).join()).toContain('It is 42.')
		}, 5_000)
	})

	test('says so also where its rate lets nothing be said at once, and no progress comes in between', async () => {
		const { discord, platform, conversation, original } = await ask(
			{ options: { interactionMs: 2_500 } },
			{ private: true },
		)
		const reply = await platform.post('run-1', await conversation(), working)
		const edit = 'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original'
		discord.faults.add(edit, { kind: 'limit', retryAfter: 0.05, scope: 'user' })
		const isHit = () => discord.calls.some(({ route, isDone }) => route === edit && !isDone)
		await vi.waitFor(() => expect(isHit()).toBe(true), 5_000)
		await platform.update(reply, working)
		await vi.waitFor(() => expect(readableMessage(original)).toBe(english.chat.takesTooLong), 5_000)
	})

	test('where the bot is not, is an answer and further ones, at most five', async () => {
		const { discord, ada, questions, platform, received } = await open()
		ada.installBot()
		const foreign = discord.addGuild({ name: 'Elsewhere', hasBot: false })
		ada.join(foreign.id)
		const interaction = await ada.command('ask', { question: 'How much?' }, foreign.general)
		await questions(1)
		const answer = Array.from(
			{ length: 150 },
			(_, index) => `Line number ${index} of a long answer that goes on and on.\n`,
		).join('\n')
		const place = received[0]?.conversation
		if (place === undefined) throw new Error('nothing was received')
		const reply = await platform.post('run-1', place, { ...answered, answer })
		expect(reply.messageIds.length).toBeGreaterThan(1)
		const texts = [interaction.original as DiscordMessage, ...interaction.followUps].map(readableMessage).join('\n')
		expect(texts).toContain('Line number 149')
		expect(await platform.find('run-1', place)).toEqual(reply)
		await platform.update(reply, { ...answered, answer })
		expect(interaction.followUps).toHaveLength(reply.messageIds.length - 1)
	})

	test('that is long goes on in messages that Discord takes once', async () => {
		const { discord, platform, conversation, interaction } = await ask()
		const answer = Array.from({ length: 150 }, (_, index) => `Line number ${index} of a long answer.\n`).join('\n')
		const long = { ...answered, answer }
		const reply = await platform.post('run-1', await conversation(), long)
		expect(await platform.update(reply, long)).toEqual(reply)
		expect(await platform.find('run-1', await conversation())).toEqual(reply)
		expect(ownIn(discord, discord.general)).toHaveLength(reply.messageIds.length)
		expect(interaction.followUps).toHaveLength(0)
		const texts = ownIn(discord, discord.general).map(readableMessage).join('\n')
		expect(texts).toContain('Line number 149')
	})

	test('that is replied to goes on as the same conversation, in a thread', async () => {
		const { discord, ada, platform, original, questions, received } = await ask()
		await platform.post('run-1', received[0]?.conversation ?? missing, answered)
		ada.post(discord.general, 'Why?', { replyTo: original })
		await questions(2)
		expect(received[1]?.conversation).toEqual(received[0]?.conversation)
		await platform.post('run-2', received[1]?.conversation ?? missing, answered)
		expect(ownIn(discord, original.id).map(readableMessage).join()).toContain('It is 42.')
	})

	test('that is wanted again by two at once is one more answer, and the second is told where', async () => {
		const { discord, ada, questions, received, platform, memory } = await open()
		ada.installBot()
		const foreign = discord.addGuild({ name: 'Elsewhere', hasBot: false })
		const bob = discord.person('Bob')
		for (const person of [ada, bob]) person.join(foreign.id)
		const { original } = await ada.command('ask', { question: 'How much?' }, foreign.general)
		await questions(1)
		const place = received[0]?.conversation ?? missing
		await platform.post('run-1', place, answered)
		memory.begin(place, { runId: 'run-9', messageId: received[0]?.id ?? '', kind: 'regenerate' })
		const regenerate = { label: english.actions.regenerate }
		const presses = await Promise.all([ada, bob].map((each) => each.press(original as DiscordMessage, regenerate)))
		const shown = () => presses.map((press) => readableMessage(press.original as DiscordMessage)).toSorted()
		await vi.waitFor(() => expect(shown()).toContain(english.chat.askedAgainAbove), 5_000)
		await platform.post('run-9', place, answered)
		expect(shown()).toEqual([expect.stringContaining('It is 42.'), english.chat.askedAgainAbove])
	})

	test('that a moderator deletes is posted again with the answer, not before', async () => {
		const { discord, platform, conversation, original } = await ask()
		const moderator = discord.person('Moira', { isModerator: true })
		const reply = await platform.post('run-1', await conversation(), working)
		moderator.delete(original)
		const unchanged = await platform.update(reply, working)
		expect(ownIn(discord, discord.general)).toHaveLength(0)
		const shown = await platform.update(unchanged, answered)
		expect(await platform.update(shown, answered)).toEqual(shown)
		expect(ownIn(discord, discord.general).map(readableMessage)).toEqual([expect.stringContaining('It is 42.')])
	})

	test.each([
		['in the channel', 0],
		['also after its end as an answer', 16 * 60_000],
	])('of which a moderator deletes a part is whole again, %s', async (_, laterMs) => {
		const { discord, platform, conversation } = await ask()
		const moderator = discord.person('Moira', { isModerator: true })
		const lines = Array.from({ length: 150 }, (_, index) => `Line number ${index} of a long answer.`)
		const long = { ...answered, answer: lines.join('\n\n') }
		const reply = await platform.post('run-1', await conversation(), long)
		moderator.delete(ownIn(discord, discord.general)[1] as DiscordMessage)
		discord.clock.advance(laterMs)
		await platform.update(reply, long)
		const text = ownIn(discord, discord.general).map(readableMessage).join('\n')
		expect(text.match(/^Line number .*$/gm)).toEqual(lines)
	})

	test('where the bot is not that is deleted is a further answer', async () => {
		const { discord, ada, questions, platform, received } = await open()
		ada.installBot()
		const foreign = discord.addGuild({ name: 'Elsewhere', hasBot: false })
		ada.join(foreign.id)
		ada.grant(foreign.id, ['ManageMessages'])
		const interaction = await ada.command('ask', { question: 'How much?' }, foreign.general)
		await questions(1)
		const place = received[0]?.conversation ?? missing
		const reply = await platform.post('run-1', place, working)
		ada.delete(interaction.original as DiscordMessage)
		const shown = await platform.update(reply, answered)
		expect(await platform.update(shown, answered)).toEqual(shown)
		expect(interaction.followUps.map(readableMessage)).toEqual([expect.stringContaining('It is 42.')])
		expect(await platform.find('run-1', place)).toEqual(shown)
	})

	test('that AutoMod blocks says so', async () => {
		const { discord, platform, conversation, original } = await ask()
		discord.blockWord('forbidden')
		const reply = await platform.post('run-1', await conversation(), { ...working, answer: 'It is forbidden' })
		expect(buttonsOf(original)).toContain('stop:run-1')
		await platform.update(reply, { ...answered, answer: 'It is forbidden.' })
		expect(readableMessage(original)).toContain('The rules of this server have blocked my answer.')
		expect(buttonsOf(original)).toContain('show-answer:run-1')
	})

	test('where the bot may not write goes on in further answers, in order', async () => {
		const { discord, ada, platform, questions, received } = await open()
		discord.setBotPermissions(discord.general, { deny: ['SendMessages'] })
		const interaction = await ada.command('ask', { question: 'How much?' }, discord.general)
		await questions(1)
		const lines = Array.from({ length: 150 }, (_, index) => `Line number ${index} of a long answer.`)
		await platform.post('run-1', received[0]?.conversation ?? missing, { ...answered, answer: lines.join('\n\n') })
		const texts = [interaction.original as DiscordMessage, ...interaction.followUps].map(readableMessage).join('\n')
		expect(texts.match(/^Line number .*$/gm)).toEqual(lines)
	})

	test('that others see says what was asked, from the beginning to the end', async () => {
		const { discord, ada, platform, questions, conversation, original } = await ask(
			{},
			{ question: 'Why *that*, @everyone?' },
		)
		const reply = await platform.post('run-1', await conversation(), working)
		expect(readableMessage(original)).toMatch(/^Ada asks: Why \*that\*, @everyone\?\n/)
		await platform.update(reply, answered)
		expect(readableMessage(original)).toMatch(/^Ada asks: Why \*that\*, @everyone\?\nIt is 42\./)
		expect([...original.pinged]).toEqual([])
		const { original: alone } = await ada.command('ask', { question: 'Why?', private: true }, discord.general)
		await questions(2)
		await platform.post('run-2', await conversation(), answered)
		expect(readableMessage(alone as DiscordMessage)).toMatch(/^It is 42\./)
	})

	test('that thinks about a message leads to it', async () => {
		const { discord, ada, platform, questions, received } = await open()
		const message = discord.person('Bob').post(discord.general, 'It is 43.')
		const { original } = await ada.messageCommand(english.app.thinkShortcut.name, message)
		await questions(1)
		await platform.post('run-1', received[0]?.conversation ?? missing, answered)
		const address = `https://discord.com/channels/${discord.guild}/${discord.general}/${message.id}`
		expect(readableMessage(original as DiscordMessage).split('\n')[0]).toBe(`Ada asks: ${address}`)
	})

	test('whose reply is deleted stops what that has asked', async () => {
		const { discord, ada, platform, original, questions, received, stopped } = await ask()
		await platform.post('run-1', received[0]?.conversation ?? missing, answered)
		const why = ada.post(discord.general, 'Why?', { replyTo: original })
		await questions(2)
		ada.delete(why)
		await vi.waitFor(() => expect(stopped).toEqual(['run-2']), 5_000)
	})

	test('is read as what it says, by whoever asks about a reply to it', async () => {
		const { discord, ada, platform, original, questions, received } = await ask()
		const bob = discord.person('Bob')
		await platform.post('run-1', received[0]?.conversation ?? missing, answered)
		const doubt = bob.post(discord.general, 'I doubt that.', { replyTo: original, pingsAuthor: false })
		await questions(2)
		ada.post(discord.general, `${discord.botMention} Is he right?`, { replyTo: doubt })
		const [, , question] = await questions(3)
		expect(await platform.readEarlier(question as IncomingMessage)).toMatchObject([
			{ id: original.id, author: null, content: [{ kind: 'text', text: 'It is 42.' }] },
			{ id: doubt.id, author: { name: 'Bob' }, content: textContent('I doubt that.') },
		])
	})

	test('that is told twice is one question and one answer', async () => {
		const { discord, ada, questions, received } = await open()
		discord.gateway.deliverTwice()
		await ada.command('ask', { question: 'How much?' }, discord.general)
		await questions(1)
		ada.post(ada.directMessages, 'And directly?')
		await questions(2)
		expect(received).toHaveLength(2)
	})

	test('that comes too late for Discord is an ordinary message', async () => {
		const { discord, ada, platform, questions, conversation } = await open()
		discord.faults.add(callback, { kind: 'refuse', status: 404, code: 10_062, message: 'Unknown interaction' })
		void ada.command('ask', { question: 'How much?' }, discord.general)
		await questions(1)
		await platform.post('run-1', await conversation(), answered)
		expect(ownIn(discord, discord.general).map(readableMessage).join()).toContain('It is 42.')
	})

	test.each<[string, (discord: LocalDiscord) => void]>([
		['once', (discord) => discord.loseNextAnswer(callback)],
		[
			'before and after Discord has taken it',
			(discord) => {
				discord.dropNext(callback)
				discord.loseNextAnswer(callback)
			},
		],
	])('whose deferral loses its connection %s is the answer to the command', async (_, prepare) => {
		const { discord, ada, platform, questions, conversation } = await open()
		prepare(discord)
		const interaction = await ada.command('ask', { question: 'How much?' }, discord.general)
		await questions(1)
		await platform.post('run-1', await conversation(), answered)
		expect(readableMessage(interaction.original as DiscordMessage)).toContain('It is 42.')
		expect(ownIn(discord, discord.general)).toHaveLength(1)
	})

	test('that can not be begun comes as an ordinary message', async () => {
		const { discord, ada, platform, questions, conversation } = await open()
		discord.faults.add(callback, { kind: 'drop-before' }, 3)
		void ada.command('ask', { question: 'How much?' }, discord.general)
		await questions(1)
		await platform.post('run-1', await conversation(), answered)
		expect(ownIn(discord, discord.general).map(readableMessage).join()).toContain('It is 42.')
	})

	test('whose question was not recorded before its process froze is taken up by the next one, once', async () => {
		const app = await open()
		const { discord, ada, failures, restart, questions, conversation, received } = app
		failures.push('frozen')
		const interaction = await ada.command('ask', { question: 'How much?' }, discord.general)
		await vi.waitFor(() => expect(failures).toEqual([]), 5_000)
		await restart()
		await questions(1)
		await app.platform.post('run-1', await conversation(), answered)
		expect(readableMessage(interaction.original as DiscordMessage)).toContain('It is 42.')
		await restart()
		await ada.command('ask', { question: 'And that?' }, discord.general)
		await questions(2)
		expect(received.map(({ content }) => textOf(content))).toEqual(['How much?', 'And that?'])
	})

	test('whose question could not be recorded says so', async () => {
		const { discord, ada, failures } = await open()
		failures.push(new Error('the database is down'))
		const interaction = await ada.command('ask', { question: 'How much?' }, discord.general)
		await vi.waitFor(() => expect(interaction.original?.content).toContain(english.chat.notRecorded), 5_000)
	})
})

describe('a press', () => {
	const unheard = { kind: 'refuse', status: 404, code: 10_062, message: 'Unknown interaction' } as const

	test('is done also where Discord is not told in time that it was heard', async () => {
		const { discord, ada, platform, mention, conversation, stopped, judged } = await open()
		const question = mention()
		const reply = await platform.post('run-1', await conversation(), working)
		const [message] = ownIn(discord, question.id)
		discord.faults.add(callback, unheard, 3)
		void ada.press(message as DiscordMessage, { label: english.actions.stop })
		await vi.waitFor(() => expect(stopped).toEqual(['run-1']), 5_000)
		void ada.command('stop', {}, question.id)
		await vi.waitFor(() => expect(stopped).toEqual(['run-1', 'run-1']), 5_000)
		await platform.update(reply, answered)
		void ada.press(message as DiscordMessage, { customId: 'not-helpful:run-1' })
		await vi.waitFor(() => expect(judged).toEqual([{ helpful: false }]), 5_000)
		expect(discord.calls.filter(({ code }) => code === unheard.code)).toHaveLength(3)
	})

	test('in reasoning that is open when its record is deleted says so', async () => {
		const { discord, ada, platform, memory, mention, conversation, troubles } = await open()
		const question = mention()
		await platform.post('run-1', await conversation(), answered)
		const started = { ...eventExamples['stage-start'], nodeId: 'analyze' }
		memory.append('run-1', eventExamples['run-start'], eventExamples['run-route'], started)
		const [message] = ownIn(discord, question.id)
		const { original } = await ada.press(message as DiscordMessage, { label: english.actions.showReasoning })
		const panel = original as DiscordMessage
		await vi.waitFor(() => expect(buttonsOf(panel)).toContain('open-stage:run-1'), 5_000)
		memory.forget('run-1')
		await ada.choose(panel, { customId: 'open-stage:run-1' }, ['0'])
		await vi.waitFor(() => expect(readableMessage(panel)).toBe(english.chat.recordGone), 5_000)
		expect(troubles).toEqual([])
	})
})

describe('without the message-content intent', () => {
	test('mentions, replies and direct messages are answered, and a follow-up is told what is missing, once', async () => {
		const { discord, ada, mention, questions, received } = await open({ discord: { messageContent: false } })
		const question = mention()
		ada.post(ada.directMessages, 'And directly?')
		await questions(2)
		const thread = ada.startThread(question, 'On')
		ada.post(thread, 'And this?')
		ada.post(thread, 'And that?')
		await vi.waitFor(
			() => expect(ownIn(discord, thread).map(({ content }) => content)).toEqual([english.chat.cannotRead]),
			5_000,
		)
		mention('And now?', thread)
		await questions(3)
		expect(received.map(({ content }) => textOf(content))).toEqual(['How much is 6 × 7?', 'And directly?', 'And now?'])
	})

	test('a reply that pings nobody, of which Discord shows not a word, is told so', async () => {
		const { discord, ada, platform, questions, received } = await open({ discord: { messageContent: false } })
		const { original } = await ada.command('ask', { question: 'How much is 6 × 7?' }, discord.general)
		await questions(1)
		await platform.post('run-1', received[0]?.conversation ?? missing, answered)
		const reply = ada.post(discord.general, 'Why?', { replyTo: original as DiscordMessage, pingsAuthor: false })
		await vi.waitFor(() => expect(ownIn(discord, discord.general)).toHaveLength(2), 5_000)
		expect(ownIn(discord, discord.general)[1]).toMatchObject({ content: english.chat.cannotRead, replyTo: reply.id })
		expect(received).toHaveLength(1)
	})
})

describe('every message', () => {
	let app: Awaited<ReturnType<typeof open>>
	beforeEach(async () => {
		app = await open()
	})

	test('mentions nobody, whatever it is: an answer, an edit, a few words, an answer to a command', async () => {
		const { discord, ada, platform, mention, conversation } = app
		const hostile = { ...answered, answer: `@everyone @here ${ada.mention} <@&1>` }
		mention()
		await platform.update(await platform.post('run-1', await conversation(), hostile), hostile)
		ada.post(ada.directMessages, '!help')
		await ada.command('stop', {}, discord.general)
		await vi.waitFor(() => expect(ownIn(discord, ada.directMessages)).toHaveLength(1), 5_000)
		expect(discord.calls.filter(({ method }) => method === 'POST' || method === 'PATCH').every(noForeignPing)).toBe(
			true,
		)
		const all = [discord.general, ada.directMessages].flatMap((id) => ownIn(discord, id))
		expect(all.flatMap(({ pinged }) => [...pinged])).toEqual([])
	})

	test('comes after a sign that the bot is at it', async () => {
		const { discord, mention, questions } = app
		mention()
		await questions(1)
		await vi.waitFor(() => expect(discord.typings.map(({ channelId }) => channelId)).toContain(discord.general), 5_000)
	})
})

describe('commands', () => {
	test('are registered at the start where Discord knows others, and left alone where it knows them', async () => {
		const { discord, restart } = await open()
		const registrations = () =>
			discord.calls.filter(({ route }) => route === 'PUT /applications/{application_id}/commands').length
		expect(discord.bot.commands.map(({ name }) => name)).toEqual(['ask', 'think', 'quick', 'stop', 'Think about this'])
		expect(registrations()).toBe(1)
		await restart()
		expect(registrations()).toBe(1)
	})
})
