import { z } from 'zod'
import type { Actor } from '../../src/core/actor.ts'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import type { Conversation } from '../../src/core/conversation.ts'
import { reportError } from '../../src/core/errors.ts'
import { createOnce } from '../../src/core/once.ts'
import { openRunsAround, openRunsIn } from '../../src/core/open-runs.ts'
import { isFinished } from '../../src/core/run.ts'
import { preferencesOf, readTextCommand, type TextCommand } from '../../src/core/text-command.ts'
import { english, refusalIn, refusalText } from '../../src/rendering/index.ts'
import type { SlackClient, Written } from './client.ts'
import type { SlackOptions } from './config.ts'
import type { Listeners, Respond } from './connection.ts'
import { createHome } from './home.ts'
import { createPresses } from './presses.ts'
import {
	actorOf,
	conversationOf,
	messageIdOf,
	type Received,
	readMessage,
	readPress,
	readSessionStop,
	readShortcut,
	readSlashCommand,
	type Said,
	type Self,
	type SlashCommand,
	shortcutIdOf,
	toIncomingMessage,
	toSaidMessage,
} from './receive.ts'
import { slackCodeOf } from './refusals.ts'
import { writeQuestion } from './write-question.ts'

export type InboxParts = Pick<
	SlackOptions,
	'runs' | 'conversations' | 'settings' | 'runUrl' | 'allowedBots' | 'onTrouble'
> & {
	readonly client: SlackClient
	readonly events: PlatformEvents
	readonly self: Self
}

/** What people do in Slack, told to Threadwise. */
export function createInbox(parts: InboxParts): Listeners {
	const { client, conversations, events, self, onTrouble } = parts
	const allowedBots = new Set(parts.allowedBots)
	const threads = createThreads(parts)
	const once = createOnce(mostRemembered, 'again')
	const home = createHome(parts)
	const presses = createPresses({ ...parts, home })
	const ask = async (said: Said, command: string | null) => {
		await events.message(toIncomingMessage(said, await client.person(said.personId), preferencesOf(command)))
	}
	/** What is merely said to somebody mustn't have the message delivered again. */
	const tell = ({ conversation, personId }: Pick<Said, 'conversation' | 'personId'>, text: string) =>
		client.whisper(conversation, personId, text).catch(onTrouble)
	/** Where the bot can't write, whoever has asked is answered in the direct messages with it, and told so. */
	const write = async ({ channelId, personId, name, text }: AskedByCommand, respond: Respond): Promise<Written> => {
		try {
			return await writeQuestion(client, channelId, { name, text })
		} catch (error) {
			if (!isClosed(error)) throw error
		}
		const written = await writeQuestion(client, personId, { name, text })
		const link = await client.permalink(written.channelId, written.ts).catch(() => null)
		await respond(english.chat.answeredDirectly(inviteOf(self), link)).catch(onTrouble)
		return written
	}
	/** Rejects where the bot is in no position to answer; anything else that Slack refuses says nothing of that. */
	const look = async (channelId: string) => {
		await client.newest(channelId).catch((error: unknown) => {
			if (isClosed(error)) throw error
		})
	}
	const obey = async (said: Said, name: TextCommand['name']) => {
		if (name === 'help') return tell(said, english.chat.help)
		const refusal =
			name === 'stop' ? await threads.stop(said.conversation, said.personId) : await threads.thinkHarder(said)
		if (refusal !== null) await tell(said, refusal)
	}
	const askAnew = async (said: Said, command: string | null) => {
		const person = await client.person(said.personId)
		const edited = await events.edit(toIncomingMessage(said, person, preferencesOf(command)))
		if (edited.outcome === 'refused') await tell(said, refusalText(edited))
	}
	const take = async (said: Said, asking: typeof ask) => {
		const command = readTextCommand(said.text)
		if (command === null) return asking(said, null)
		const { name, rest } = command
		const isObeyed = rest === '' || name === 'stop' || name === 'help'
		// A mention comes as two events.
		return isObeyed ? once(`${said.id} ${name}`, () => obey(said, name)) : asking({ ...said, text: rest }, name)
	}
	const standingOf = ({ conversation, personId }: Pick<Said, 'conversation' | 'personId'>) =>
		conversations.standing(conversation, personId)
	const overhear = async (said: Said) =>
		events.overhear(said.conversation, toSaidMessage(said, await client.person(said.personId)))
	/** In a thread, whoever has asked there goes on asking; what others say is context. */
	const follow = async ({ said, turnsToOthers }: Extract<Received, { kind: 'follow-up' }>) => {
		const standing = await standingOf(said)
		if (standing === 'asker' && !turnsToOthers) return take(said, ask)
		if (standing !== 'stranger') await overhear(said)
	}
	const edit = async ({ said, isAddressed }: Extract<Received, { kind: 'edit' }>) => {
		if (!isAddressed && (await standingOf(said)) === 'stranger') return
		const asked = await threads.asked(said)
		if (!isAddressed && asked.length === 0) return overhear(said)
		for (const id of asked.length === 0 ? [said.id] : asked) {
			const usual = id === said.id ? null : shortcutCommand
			await take({ ...said, id }, (question, command) => askAnew(question, command ?? usual))
		}
	}
	const forget = async (deleted: Extract<Received, { kind: 'deletion' }>) => {
		if ((await standingOf(deleted)) === 'stranger') return
		await threads.stopAnswering(deleted)
		const { messageId, conversation, personId } = deleted
		const [, ts = ''] = messageId.split(':')
		const nothing = { id: messageId, ts, conversation, personId, text: '', files: [] }
		await overhear(nothing)
	}
	return {
		message: async (event) => {
			const received = readMessage(event, self, allowedBots)
			switch (received.kind) {
				case 'question':
					return take(received.said, ask)
				case 'follow-up':
					return follow(received)
				case 'edit':
					return edit(received)
				case 'deletion':
					return forget(received)
				case 'nothing':
			}
		},
		sessionStop: async (event) => {
			const pressed = readSessionStop(event, self)
			if (pressed === null) return
			const refusal = await threads.stop(pressed.conversation, pressed.personId)
			if (refusal === null) return
			await tell(pressed, refusal)
			// Slack ends its sign by itself, or leaves it where nothing runs.
			await client.setWorking(pressed.conversation, await threads.isOpen(pressed.conversation)).catch(onTrouble)
		},
		homeOpened: async (event) => {
			const { data } = homeOpenedSchema.safeParse(event)
			if (data?.tab === 'messages') await client.suggestPrompts(data.channel).catch(onTrouble)
			if (data?.tab === 'home') await home.open(data.user).catch(onTrouble)
		},
		press: async (body) => {
			const press = readPress(body)
			if (press !== null) await presses.press(press)
		},
		window: presses.window,
		command: async (body, respond) => {
			const command = readSlashCommand(body, self)
			if (command === null) return
			if (command.text === '') return respond(english.chat.writeQuestion(command.command))
			await orSay(respond, parts, async () => {
				const person = await client.person(command.personId)
				const name = person.name === person.id ? command.userName : person.name
				const { channelId, ts } = await write({ ...command, name }, respond)
				const conversation = conversationOf({ channel: channelId, ts }, self)
				const id = messageIdOf(channelId, ts)
				const said = { id, ts, conversation, personId: command.personId, text: command.text, files: [] }
				await ask(said, command.command.replace(/^\//, ''))
			})
		},
		shortcut: async (body, respond) => {
			const said = readShortcut(body, self)
			if (said === null) return
			await orSay(respond, parts, async () => {
				await look(said.conversation.channelId)
				await ask(said, shortcutCommand)
			})
		},
	}
}

/** Of text commands, which nothing is recorded of. */
const mostRemembered = 1_000

type AskedByCommand = Pick<SlashCommand, 'channelId' | 'personId' | 'text'> & { readonly name: string }

/** What somebody points at is worth some thought. */
const shortcutCommand = 'think'

const homeOpenedSchema = z.object({ tab: z.string(), channel: z.string(), user: z.string() })

/** What can't be written into a channel is said to whoever wanted it. */
const closed: ReadonlySet<string> = new Set(['not_in_channel', 'channel_not_found', 'is_archived', 'restricted_action'])

function inviteOf({ userId }: Self): string {
	return `/invite <@${userId}>`
}

function isClosed(error: unknown): boolean {
	return closed.has(slackCodeOf(error) ?? '')
}

async function orSay(
	respond: Respond,
	{ self, onTrouble }: Pick<InboxParts, 'self' | 'onTrouble'>,
	act: () => Promise<void>,
): Promise<void> {
	try {
		await act()
	} catch (error) {
		if (isClosed(error)) return respond(english.chat.notAMember(inviteOf(self)))
		onTrouble(error)
		await respond(`${english.chat.notRecorded} ${reportError(error).message}`)
	}
}

/** What is known of threads: whose they are, and what is being answered in them. */
function createThreads({ client, events, conversations, self }: InboxParts) {
	const actor = async (personId: string): Promise<Actor> => actorOf(await client.person(personId), self)
	return {
		/** By which ids a message was taken as a question of whoever wrote it. */
		asked: async ({ id, conversation, personId }: Said): Promise<readonly string[]> => {
			const asked = new Set((await conversations.runs(conversation)).map(({ messageId }) => messageId))
			return idsOf(id, personId).filter((each) => asked.has(each))
		},
		isOpen: async (conversation: Conversation) => (await openRunsIn(conversations, conversation)).length > 0,
		/** Stops what is being answered. Returns what to say where nothing was stopped. */
		stop: async (conversation: Conversation, personId: string): Promise<string | null> => {
			const here = await openRunsIn(conversations, conversation)
			// In a direct message, what is said outside of threads is about what the person has asked last.
			const meansAnyThread = here.length === 0 && conversation.isDirect === true
			const open = meansAnyThread ? await openRunsAround(conversations, conversation, personId) : here
			const by = await actor(personId)
			const results = await Promise.all(open.map(({ runId }) => events.stop(runId, by)))
			return results.length === 0 ? english.chat.nothingRuns : refusalIn(results)
		},
		stopAnswering: async ({ messageId, conversation, personId }: Extract<Received, { kind: 'deletion' }>) => {
			const ids = new Set(idsOf(messageId, personId))
			const open = (await openRunsIn(conversations, conversation)).filter((run) => ids.has(run.messageId))
			if (open.length === 0) return
			const by = await actor(personId)
			for (const { runId } of open) await events.stop(runId, by)
		},
		/** Has the newest answer thought about harder. Returns what to say where there is none, or it wasn't done. */
		thinkHarder: async ({ conversation, personId }: Said): Promise<string | null> => {
			const answered = (await conversations.runs(conversation)).findLast(({ state }) => isFinished(state))
			if (answered === undefined) return english.chat.nothingAnswered
			const begun = await events.again(answered.runId, 'think-harder', await actor(personId))
			return begun.outcome === 'refused' ? refusalText(begun) : null
		},
	}
}

/** A message may have been asked as it is, and by the shortcut. */
function idsOf(messageId: string, personId: string): readonly string[] {
	return [messageId, shortcutIdOf(messageId, personId)]
}
