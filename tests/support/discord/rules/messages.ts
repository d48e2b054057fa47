import type { DiscordChannel } from '../guilds.ts'
import { madeAt } from '../identifiers.ts'
import type { DiscordAttachment, DiscordMessage, Shown } from '../messages.ts'
import { includes, type PermissionName } from '../permissions.ts'
import { permissionsIn } from '../places.ts'
import { DiscordRefusal } from '../refusal.ts'
import type { MessageBody, SentFile } from '../wire.ts'
import type { World } from '../world.ts'
import { textsOf } from './component-tree.ts'

const anHourMs = 3_600_000
const fileBytes = 10 * 1024 * 1024

/** A channel that the user can see. */
export function visibleChannel(world: World, userId: string, id: string): DiscordChannel {
	const channel = world.channels.get(id)
	if (channel === undefined || channel.isDeleted) throw new DiscordRefusal('unknownChannel')
	if (permissionsIn(world, userId, channel) === 0n) throw new DiscordRefusal('missingAccess')
	return channel
}

export function demand(
	world: World,
	userId: string,
	channel: DiscordChannel,
	...names: readonly PermissionName[]
): void {
	const bits = permissionsIn(world, userId, channel)
	if (names.some((name) => !includes(bits, name))) throw new DiscordRefusal('missingPermissions')
}

export function existingMessage(world: World, channel: DiscordChannel, id: string): DiscordMessage {
	const message = world.messages.find(channel.id, id)
	if (message === null || message.visibleTo !== null) throw new DiscordRefusal('unknownMessage')
	return message
}

/** Whether somebody may write into the channel now. */
export function checkWritable(world: World, userId: string, channel: DiscordChannel): void {
	if (channel.kind === 'direct') checkTakesDirectMessages(world, userId, channel)
	const { thread } = channel
	demand(world, userId, channel, thread === null ? 'SendMessages' : 'SendMessagesInThreads')
	const mayManage = includes(permissionsIn(world, userId, channel), 'ManageThreads')
	if (thread?.isLocked === true && !mayManage) throw new DiscordRefusal('threadLocked')
}

function checkTakesDirectMessages({ closedTo }: World, userId: string, { recipients }: DiscordChannel): void {
	const others = [...recipients].filter((id) => id !== userId)
	if (others.some((id) => closedTo.has(id))) throw new DiscordRefusal('cannotMessageUser')
}

/** In an archived thread nothing can be changed, only something new written. */
export function checkNotArchived({ thread }: DiscordChannel): void {
	if (thread?.isArchived === true) throw new DiscordRefusal('threadArchived')
}

/** Messages older than an hour take only a few edits. */
export function countOldEdit({ clock, oldEdits, options }: World, message: DiscordMessage): void {
	const now = clock.now()
	if (now - madeAt(message.id) <= anHourMs) return
	const recent = (oldEdits.get(message.channelId) ?? []).filter((at) => at > now - anHourMs)
	oldEdits.set(message.channelId, recent)
	const [oldest = now] = recent
	if (recent.length >= options.oldMessageEdits) {
		throw new DiscordRefusal('tooManyOldEdits', null, (oldest + anHourMs - now) / 1_000)
	}
	recent.push(now)
}

/** Automatic moderation reads everything that a message of a guild says. */
export function checkModeration(
	{ blockedWords, channels }: World,
	channelId: string,
	{ content, components }: Pick<Shown, 'content' | 'components'>,
): void {
	if ((channels.get(channelId)?.guildId ?? null) === null) return
	const text = [content, ...textsOf(components)].join('\n').toLowerCase()
	if ([...blockedWords].some((word) => text.includes(word))) throw new DiscordRefusal('blockedByAutoMod')
}

/** The attachments of a message after a request: those that it names of the old ones, or all, and what was sent. */
export function attachmentsOf(
	world: World,
	body: MessageBody,
	files: readonly SentFile[],
	before: readonly DiscordAttachment[] = [],
): readonly DiscordAttachment[] {
	const named = body.attachments ?? null
	const kept = before.filter(({ id }) => named === null || named.some((each) => each.id === id))
	const added = files.map(({ index, name, content, type }): DiscordAttachment => {
		if (content.length > fileBytes) throw new DiscordRefusal('requestTooLarge')
		const said = named?.find(({ id }) => id === String(index))
		return {
			id: world.identifiers.snowflake(),
			filename: (said?.filename ?? name).replaceAll(/[^\w.-]/g, '_'),
			description: said?.description ?? null,
			contentType: type,
			content,
		}
	})
	return [...kept, ...added]
}
