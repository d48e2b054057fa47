import { MessageType } from 'discord.js'
import type { DiscordBot } from '../bots.ts'
import type { DiscordChannel, DiscordGuild } from '../guilds.ts'
import { giveRole } from '../memberships.ts'
import type { DiscordAttachment, DiscordMessage } from '../messages.ts'
import { bitsOf, includes, type PermissionName } from '../permissions.ts'
import { directChannel, join, permissionsIn } from '../places.ts'
import { enterThread, startThread } from '../threads.ts'
import { addUser, type World } from '../world.ts'
import { addMessage, changeMessage, removeMessage, startTyping } from '../writing.ts'
import { type Acting, createActing } from './acting.ts'

export type PostChoices = {
	/** The message that is replied to; its author is notified unless told otherwise. */
	readonly replyTo?: DiscordMessage | string
	readonly pingsAuthor?: boolean
	/** Files by their names. */
	readonly files?: Readonly<Record<string, string | Buffer>>
}

/** Somebody on Discord and what they can do. */
export type DiscordPerson = Acting & {
	readonly id: string
	readonly name: string
	/** Their direct messages with the bot. */
	readonly directMessages: string
	/** How to mention them. */
	readonly mention: string
	/** Writes a message in a channel, thread or direct messages. */
	post(channelId: string, text: string, choices?: PostChoices): DiscordMessage
	/** Writes another text over a message of theirs. */
	edit(message: DiscordMessage, text: string): void
	/** Deletes a message of theirs, or anybody's where they are a moderator. */
	delete(message: DiscordMessage): void
	/** Opens a thread from a message. */
	startThread(message: DiscordMessage, name: string): string
	type(channelId: string): void
	/** What they see in a channel now, with what only they see; oldest first. */
	sees(channelId: string): readonly DiscordMessage[]
	/** What only they see in a channel. */
	ephemerals(channelId: string): readonly DiscordMessage[]
	/** Installs the bot for themselves, wherever they are. */
	installBot(): void
	/** Whether bots may write to them directly. */
	setDirectMessages(areTaken: boolean): void
	/** Comes into a guild. */
	join(guildId: string): void
	/** Gives them these permissions in a guild. */
	grant(guildId: string, permissions: readonly PermissionName[]): void
}

export function createPerson(world: World, name: string, bot: DiscordBot): DiscordPerson {
	const user = addUser(world, name, false)
	const directMessages = directChannel(world, [bot.user.id, user.id]).id

	const channelOf = (id: string, needed: PermissionName): DiscordChannel => {
		const channel = world.channels.get(id)
		if (channel === undefined) throw new Error(`there is no channel ${id}`)
		if (!includes(permissionsIn(world, user.id, channel), needed)) throw new Error(`${name} may not do that there`)
		return channel
	}
	const guildOf = (id: string): DiscordGuild => {
		const guild = world.guilds.get(id)
		if (guild === undefined) throw new Error(`there is no guild ${id}`)
		return guild
	}
	return {
		...createActing(world, user, bot),
		id: user.id,
		name,
		directMessages,
		mention: `<@${user.id}>`,
		post: (channelId, text, { replyTo, pingsAuthor = true, files = {} } = {}) => {
			const channel = channelOf(channelId, 'ViewChannel')
			channelOf(channelId, channel.thread === null ? 'SendMessages' : 'SendMessagesInThreads')
			enterThread(world, channel, user.id)
			return addMessage(world, channel, {
				content: text.trim(),
				attachments: Object.entries(files).map(([filename, content]) => uploaded(world, filename, content)),
				authorId: user.id,
				type: replyTo === undefined ? MessageType.Default : MessageType.Reply,
				replyTo: typeof replyTo === 'string' ? replyTo : (replyTo?.id ?? null),
				allowedMentions: { parse: ['users', 'roles', 'everyone'], replied_user: pingsAuthor },
			})
		},
		edit: (message, text) => {
			if (message.authorId !== user.id) throw new Error(`${name} can't change what somebody else has written`)
			changeMessage(world, message, { content: text.trim(), allowedMentions: null })
		},
		delete: (message) => {
			if (message.authorId !== user.id) channelOf(message.channelId, 'ManageMessages')
			removeMessage(world, message)
		},
		startThread: (starter, title) => {
			const parent = channelOf(starter.channelId, 'CreatePublicThreads')
			return startThread(world, { name: title, ownerId: user.id, parent, starter }).id
		},
		type: (channelId) => startTyping(world, channelOf(channelId, 'SendMessages'), user.id),
		sees: (channelId) => {
			channelOf(channelId, 'ViewChannel')
			return world.messages.list(channelId, user.id)
		},
		ephemerals: (channelId) => world.messages.list(channelId, user.id).filter(({ visibleTo }) => visibleTo !== null),
		installBot: () => bot.installedFor.add(user.id),
		setDirectMessages: (areTaken) => {
			if (areTaken) world.closedTo.delete(user.id)
			else world.closedTo.add(user.id)
		},
		join: (guildId) => join(world, guildOf(guildId), user.id),
		grant: (guildId, permissions) => {
			giveRole(world, guildId, user.id, `${name}'s`, bitsOf(permissions))
		},
	}
}

const contentTypes: Readonly<Record<string, string>> = {
	txt: 'text/plain; charset=utf-8',
	md: 'text/markdown; charset=utf-8',
	json: 'application/json',
	png: 'image/png',
	jpg: 'image/jpeg',
}

function uploaded({ identifiers }: World, filename: string, content: string | Buffer): DiscordAttachment {
	const contentType = contentTypes[filename.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
	return { id: identifiers.snowflake(), filename, description: null, contentType, content: Buffer.from(content) }
}
