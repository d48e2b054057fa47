import type { AllowedMentions, Component, Embed } from './wire.ts'

export type DiscordAttachment = {
	readonly id: string
	readonly filename: string
	readonly description: string | null
	readonly contentType: string
	readonly content: Buffer
}

/** What a message shows. */
export type Shown = {
	readonly content: string
	readonly embeds: readonly Embed[]
	readonly components: readonly Component[]
	readonly attachments: readonly DiscordAttachment[]
}

/** How a message came about by an interaction. */
export type Origin = {
	readonly interactionId: string
	readonly interactionType: number
	readonly commandName: string | null
	readonly userId: string
	readonly owners: Readonly<Record<string, string>>
	/** The message whose component was used; null for all but components. */
	readonly interactedMessageId: string | null
	/** What opened the form; null for all but forms. */
	readonly triggeredBy: Origin | null
}

/** One message and what has become of it. */
export type DiscordMessage = {
	readonly id: string
	readonly channelId: string
	readonly authorId: string
	readonly type: number
	/** The bot that sent it; null for people. */
	readonly applicationId: string | null
	/** Whom alone it is shown to; null: everybody in the channel. */
	readonly visibleTo: string | null
	readonly replyTo: string | null
	readonly nonce: string | number | null
	readonly origin: Origin | null
	content: string
	embeds: readonly Embed[]
	components: readonly Component[]
	attachments: readonly DiscordAttachment[]
	flags: number
	/** When it was last edited; null if it never was. */
	editedAt: number | null
	isDeleted: boolean
	/** Everybody whom it has notified, at whatever time: a person's id, `&` and a role's id, `@everyone`, `@here`. */
	readonly pinged: Set<string>
	/** Whom it mentions now, by what was allowed. */
	mentions: readonly string[]
	/** All that it has shown, oldest first. */
	readonly versions: Shown[]
	readonly reactions: Map<string, Set<string>>
}

export type MessageDraft = Partial<Shown> &
	Pick<DiscordMessage, 'id' | 'channelId' | 'authorId'> &
	Partial<Pick<DiscordMessage, 'type' | 'applicationId' | 'visibleTo' | 'replyTo' | 'nonce' | 'origin' | 'flags'>> & {
		readonly allowedMentions?: AllowedMentions | null
	}

/** All messages of this Discord. */
export type Messages = {
	add(message: DiscordMessage): void
	/** A message that has not been deleted, ephemeral or not. */
	find(channelId: string, id: string): DiscordMessage | null
	/** What has not been deleted in a channel, oldest first: what everybody sees, or one person. */
	list(channelId: string, viewerId?: string): readonly DiscordMessage[]
	all(): readonly DiscordMessage[]
}

export function createMessages(): Messages {
	const byChannel = new Map<string, DiscordMessage[]>()
	const shownIn = (channelId: string) => (byChannel.get(channelId) ?? []).filter(({ isDeleted }) => !isDeleted)
	return {
		add: (message) => {
			const messages = byChannel.get(message.channelId) ?? []
			messages.push(message)
			byChannel.set(message.channelId, messages)
		},
		find: (channelId, id) => shownIn(channelId).find((each) => each.id === id) ?? null,
		list: (channelId, viewerId) =>
			shownIn(channelId).filter(({ visibleTo }) => visibleTo === null || visibleTo === viewerId),
		all: () => [...byChannel.keys()].flatMap(shownIn),
	}
}

export function shownBy({ content, embeds, components, attachments }: DiscordMessage): Shown {
	return { content, embeds, components, attachments }
}
