import { MessageFlags, MessageType } from 'discord.js'
import type { DiscordChannel } from './guilds.ts'
import type { DiscordMessage } from './messages.ts'
import { addChannel, threadStarted } from './places.ts'
import type { World } from './world.ts'
import { addMessage, announceChange, publishChannel } from './writing.ts'

export type ThreadDraft = {
	readonly name: string
	readonly ownerId: string
	readonly parent: DiscordChannel
	/** The message that it is opened from; it gives the thread its id. */
	readonly starter: DiscordMessage | null
	readonly archiveAfterMinutes?: number
}

/** Opens a thread and tells the bots of it. */
export function startThread(world: World, draft: ThreadDraft): DiscordChannel {
	const { name, ownerId, parent, starter, archiveAfterMinutes } = draft
	const thread = addChannel(world, {
		...(starter !== null && { id: starter.id }),
		name,
		kind: 'thread',
		guildId: parent.guildId,
		parentId: parent.id,
		thread: threadStarted(world, ownerId, starter?.id ?? null, archiveAfterMinutes),
	})
	publishChannel(world, thread, 'THREAD_CREATE')
	if (starter !== null) {
		starter.flags |= MessageFlags.HasThread
		announceChange(world, starter)
		addMessage(world, thread, {
			authorId: starter.authorId,
			type: MessageType.ThreadStarterMessage,
			replyTo: starter.id,
		})
	}
	return thread
}

export function changeThread(
	world: World,
	channel: DiscordChannel,
	change: { readonly isArchived?: boolean; readonly isLocked?: boolean },
): void {
	if (channel.thread === null) throw new Error(`${channel.id} is no thread`)
	Object.assign(channel.thread, change)
	channel.thread.changedAt = world.clock.now()
	publishChannel(world, channel, 'THREAD_UPDATE')
}

/** Somebody who writes in a thread joins it, and wakes it up if it is archived. */
export function enterThread(world: World, channel: DiscordChannel, userId: string): void {
	if (channel.thread === null) return
	channel.thread.members.add(userId)
	if (channel.thread.isArchived) changeThread(world, channel, { isArchived: false })
}
