import { z } from 'zod'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import { createOnce } from '../../src/core/once.ts'
import { preferencesOf, readTextCommand, type TextCommand } from '../../src/core/text-command.ts'
import { english, refusalText } from '../../src/rendering/index.ts'
import type { Answers } from './answers.ts'
import { createCatchUp } from './catch-up.ts'
import type { Channel } from './channels.ts'
import type { Application, DiscordClient } from './client.ts'
import { createCommandTaker } from './command-taker.ts'
import type { DiscordOptions } from './config.ts'
import type { Guilds, Listeners } from './connection.ts'
import { createConversations } from './conversations.ts'
import type { Earlier } from './earlier.ts'
import { readInteraction } from './interactions.ts'
import { createOpenCommands, type HeardCommand } from './open-commands.ts'
import { patiently } from './patience.ts'
import { createPresses } from './presses.ts'
import {
	actorOf,
	isAddressed,
	isHidden,
	isWordless,
	type Listening,
	platformName,
	type Received,
	readMessage,
	readSaid,
	readWritten,
	repliedConversations,
	type Said,
	toIncomingMessage,
	toSaidMessage,
	type Written,
} from './receive.ts'
import type { Seen, SeenBefore } from './seen.ts'
import { untilTaken } from './until-taken.ts'

export type InboxParts = Pick<
	DiscordOptions,
	'runs' | 'conversations' | 'notes' | 'runUrl' | 'allowedBots' | 'interactionMs' | 'onTrouble'
> & {
	readonly client: DiscordClient
	readonly guilds: Guilds
	readonly answers: Answers
	readonly earlier: Pick<Earlier, 'hasAny'>
	readonly seen: Seen
	readonly seenBefore: SeenBefore
	readonly events: PlatformEvents
	readonly self: Application
	readonly signal: AbortSignal
}

/** Of what Discord has told, which it may tell again. */
const mostRemembered = 5_000
/** Longer than what was said is read again. */
const obeyedForMs = 30 * 60_000

/** What people do in Discord, told to Threadwise. */
export function createInbox(parts: InboxParts): Listeners {
	const { client, guilds, earlier, events, notes, seen, self, onTrouble, signal } = parts
	const conversations = createConversations(parts)
	// What comes to nothing was tried for long enough.
	const once = createOnce(mostRemembered, 'never')
	const presses = createPresses(parts)
	const takeCommand = createCommandTaker({ ...parts, stop: conversations.stop })
	const openCommands = createOpenCommands(parts.notes, onTrouble)
	const cannotRead = createNotice(client, onTrouble)
	const allowedBots = new Set(parts.allowedBots)
	const { readsMessages } = self
	const listening = ({ guildId }: Channel): Listening => ({
		...{ self, allowedBots, readsMessages },
		ownRoleId: guilds.ownRoleId(guildId),
	})
	const actor = ({ person, roleIds, conversation: { workspaceId } }: Said) =>
		actorOf({ id: person.id, isModerator: guilds.isModerator(workspaceId, person.id, roleIds) }, workspaceId)

	/** What is merely said to somebody mustn't have the message taken up again. */
	const tell = (said: Said, text: string) =>
		patiently(() => client.say(said.channelId, text, said.id), signal).catch(onTrouble)
	const ask = async (said: Said, command: string | null) => {
		// Where that may not be done, the answer comes without it.
		void client.typing(said.channelId).catch(() => {})
		await events.message(toIncomingMessage(said, preferencesOf(command), earlier.hasAny(said)))
	}
	/** What is read again after a crash is done already: unlike a question, nothing is recorded of it. */
	const obeyOnce = async (said: Said, name: TextCommand['name']) => {
		const key = `obeyed:${said.id}`
		if ((await notes.find(key)) !== null) return
		await obey(said, name)
		await notes.keep([{ key, text: name }], obeyedForMs)
	}
	const obey = async (said: Said, name: TextCommand['name']) => {
		if (name === 'help') return tell(said, english.chat.helpWithCommands)
		const { stop, thinkHarder } = conversations
		const refusal = await (name === 'stop' ? stop : thinkHarder)(said.conversation, actor(said))
		if (refusal !== null) await tell(said, refusal)
	}
	const answer = async (said: Said) => {
		const command = readTextCommand(said.text)
		if (command === null) return ask(said, null)
		const { name, rest } = command
		if (rest === '' || name === 'stop' || name === 'help') return obeyOnce(said, name)
		return ask({ ...said, text: rest }, name)
	}
	/** In a thread, whoever has asked there goes on asking; what others say is context. */
	const follow = async (
		message: Written,
		channel: Channel,
		{ said, turnsToOthers }: Extract<Received, { kind: 'follow-up' }>,
	) => {
		const standing = await conversations.standing(said)
		if (standing === 'stranger') return
		if (isHidden(message, channel, listening(channel))) return cannotRead(said.channelId)
		if (isWordless(message)) return
		await (standing === 'asker' && !turnsToOthers ? answer(said) : overhear(said))
	}
	const overhear = ({ conversation, ...said }: Said) => events.overhear(conversation, toSaidMessage(said))
	const take = async (message: Written, channel: Channel) => {
		const received = readMessage(message, channel, listening(channel))
		if (received.kind === 'question') await takeQuestion(message, channel, received.said)
		if (received.kind === 'follow-up') await follow(message, channel, received)
	}
	const takeQuestion = async (message: Written, channel: Channel, said: Said) => {
		if (isHidden(message, channel, listening(channel))) return tell(said, english.chat.cannotRead)
		await answer(await inItsConversation(message, channel, said))
	}
	/** Outside of threads, a reply to an answer goes on with the conversation of that. */
	const inItsConversation = async (message: Written, channel: Channel, said: Said): Promise<Said> => {
		const candidates = channel.kind === 'channel' ? repliedConversations(message, said, self) : []
		const conversation = await conversations.firstBegun(candidates)
		return conversation === null ? said : { ...said, conversation, repliesTo: null }
	}
	const takeIn = async (message: unknown, channel: Channel) => {
		const written = readWritten(message)
		if (written === null) return
		const end = seen.begin(channel, written.id)
		await once(written.id, () => untilTaken(() => take(written, channel), signal)).finally(end)
	}
	const channelOf = async ({ channel_id: id, guild_id }: z.infer<typeof placeSchema>): Promise<Channel | null> =>
		(guild_id ?? null) === null ? { kind: 'direct', id, guildId: null } : (guilds.channel(id) ?? client.channel(id))
	const edit = async (message: Written, channel: Channel) => {
		const said = readSaid(message, channel, listening(channel))
		// Discord also tells of previews of links and of threads this way.
		if (said === null || (message.edited_timestamp ?? null) === null) return
		if (isAddressed(message, channel, listening(channel)) || (await conversations.has(said))) return askAnew(said)
		if (!isWordless(message) && (await conversations.standing(said)) !== 'stranger') await overhear(said)
	}
	const askAnew = async (said: Said) => {
		const command = readTextCommand(said.text)
		const asked = command === null ? said : { ...said, text: command.rest }
		const edited = await events.edit(toIncomingMessage(asked, preferencesOf(command?.name ?? null), false))
		if (edited.outcome === 'refused') await tell(said, refusalText(edited))
	}
	const use = async (heard: HeardCommand) => {
		const interaction = readInteraction(heard.event)
		if (interaction === null) return
		const { id, what } = interaction
		const isPress = what.kind === 'press' || what.kind === 'form'
		const take = () => takeCommand(interaction, heard.heardAtMs)
		await once(id, () => (isPress ? presses(interaction) : openCommands.during(id, heard, take)))
	}
	const takeUpInterrupted = async () => {
		await Promise.all((await openCommands.interrupted()).map(use))
	}
	const catchUp = createCatchUp({ client, guilds, take: takeIn, onTrouble, signal })
	const untilSeen = createUntilSeen(parts.seenBefore)
	const withChannel = async (
		event: unknown,
		act: (place: z.infer<typeof placeSchema>, channel: Channel) => unknown,
	) => {
		const { data } = placeSchema.safeParse(event)
		const channel = data === undefined ? null : await channelOf(data)
		if (data !== undefined && channel !== null) await act(data, channel)
	}
	return {
		message: (event) => withChannel(event, (_, channel) => takeIn(event, channel)),
		change: (event) =>
			withChannel(event, async (_, channel) => {
				const written = readWritten(event)
				if (written === null) return
				const isNow = `${written.id} ${written.edited_timestamp}`
				await once(isNow, () => untilTaken(() => edit(written, channel), signal))
			}),
		deletion: (event) =>
			withChannel(event, ({ id }, channel) =>
				once(`${id} deleted`, () => untilTaken(() => conversations.stopDeleted(channel, id), signal)),
			),
		interaction: (event) => use({ event, heardAtMs: Date.now() }),
		guildGone: async (event) => {
			const { data } = goneSchema.safeParse(event)
			if (data === undefined || data.unavailable === true) return
			await untilTaken(() => events.removed({ platform: platformName, workspaceId: data.id }), signal)
		},
		connected: async () => {
			await Promise.all([catchUp(untilSeen()), takeUpInterrupted()])
		},
	}
}

const goneSchema = z.object({ id: z.string(), unavailable: z.boolean().optional() })
const placeSchema = z.object({ id: z.string(), channel_id: z.string(), guild_id: z.string().nullish() })

/** At the start, what others have seen before counts; after that, what this process has taken up it knows by itself. */
function createUntilSeen(before: SeenBefore): () => SeenBefore {
	let next = before
	return () => {
		const now = next
		next = { guilds: new Map(), direct: now.direct }
		return now
	}
}

/** Says once in each channel that the bot can't read there. */
function createNotice(client: Pick<DiscordClient, 'say'>, onTrouble: (error: unknown) => void) {
	const told = new Set<string>()
	return (channelId: string) => {
		if (told.has(channelId)) return
		told.add(channelId)
		void client.say(channelId, english.chat.cannotRead).catch(onTrouble)
	}
}
