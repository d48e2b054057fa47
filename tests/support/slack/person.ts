import type { Acknowledgement } from './delivery/delivery.ts'
import { type Acting, createInteractions, type Interactions } from './interactions.ts'
import { existingMessage } from './methods/method.ts'
import { findSession } from './methods/sessions.ts'
import { SlackRefusal } from './refusal.ts'
import { endStream, stateAt } from './streams.ts'
import { typed } from './typed-text.ts'
import type { SlackUser } from './workspace.ts'
import { addMessage, changeMessage, removeMessage } from './writing.ts'

/** Something that a person wrote. */
export type Written = {
	readonly channel: string
	readonly ts: string
	readonly threadTs: string | null
	/** Resolves when the app has acknowledged all that it was told of it, or Slack has given up. */
	readonly delivered: Promise<readonly Acknowledgement[]>
}

export type MessageReference = { readonly channel: string; readonly ts: string }

export type PostChoices = { readonly threadTs?: string | null; readonly isBroadcast?: boolean }

/** Somebody in the workspace and what they can do there. */
export type SlackPerson = Interactions & {
	readonly id: string
	readonly name: string
	/** Their direct messages with the bot. */
	readonly directMessages: string
	/** How to mention them. */
	readonly mention: string
	/** Writes a message; what isn't a mention or a link is escaped, as Slack does with what people type. They join the channel. */
	post(channel: string, text: string, choices?: PostChoices): Written
	/** Writes another text over a message of theirs. */
	edit(message: MessageReference, text: string): Promise<readonly Acknowledgement[]>
	delete(message: MessageReference): Promise<readonly Acknowledgement[]>
	/** Opens the bot's messages or its home tab. */
	openMessagesTab(): Promise<readonly Acknowledgement[]>
	openHome(): Promise<readonly Acknowledgement[]>
	/** Turns to a channel while the bot's messages are open beside it. */
	lookAt(channel: string): Promise<readonly Acknowledgement[]>
	/** Presses Slack's own Stop button of a thread in which the bot is at work. */
	stopSession(channel: string, threadTs: string): Promise<readonly Acknowledgement[]>
}

export function createPerson(parts: Omit<Acting, 'user'>, name: string, isAdmin: boolean): SlackPerson {
	const { workspace, dispatcher } = parts
	const user: SlackUser = { id: workspace.identifiers.next('U'), name, isBot: false, isAdmin }
	workspace.users.set(user.id, user)
	const { channel: directMessages } = workspace.channels.direct([workspace.bot.id, user.id])

	const told = (act: () => void): Promise<readonly Acknowledgement[]> => {
		const before = dispatcher.sent.length
		act()
		return Promise.all(dispatcher.sent.slice(before))
	}
	const channelOf = (id: string) => {
		const channel = workspace.channels.find(id)
		if (channel === null) throw new SlackRefusal('channel_not_found')
		return channel
	}
	const ownMessage = ({ channel: id, ts }: MessageReference) => {
		const channel = channelOf(id)
		const message = existingMessage(workspace, channel, ts)
		if (message.userId !== user.id) throw new Error(`${name} can't change what somebody else has written`)
		return { channel, message }
	}
	const openTab = (tab: 'messages' | 'home') =>
		told(() =>
			workspace.publish({
				type: 'app_home_opened',
				user: user.id,
				channel: directMessages.id,
				tab,
				event_ts: workspace.identifiers.timestamp(),
			}),
		)

	return {
		...createInteractions({ ...parts, user }),
		id: user.id,
		name,
		directMessages: directMessages.id,
		mention: `<@${user.id}>`,
		post: (id, text, { threadTs = null, isBroadcast = false } = {}) => {
			const channel = channelOf(id)
			if (channel.kind === 'public') channel.members.add(user.id)
			if (!channel.members.has(user.id)) throw new Error(`${name} is not in ${channel.name || channel.id}`)
			const before = dispatcher.sent.length
			const message = addMessage(workspace, channel, {
				...typed(text),
				userId: user.id,
				isFromBot: false,
				threadTs,
				isBroadcast,
			})
			const delivered = Promise.all(dispatcher.sent.slice(before))
			return { channel: channel.id, ts: message.ts, threadTs, delivered }
		},
		edit: (reference, text) =>
			told(() => {
				const { channel, message } = ownMessage(reference)
				changeMessage(workspace, channel, message, { shown: typed(text), editedBy: user.id })
			}),
		delete: (reference) =>
			told(() => {
				const { channel, message } = ownMessage(reference)
				removeMessage(workspace, channel, message)
			}),
		openMessagesTab: () => openTab('messages'),
		openHome: () => openTab('home'),
		lookAt: (id) =>
			told(() =>
				workspace.publish({
					type: 'app_context_changed',
					user: user.id,
					channel: directMessages.id,
					context: { entities: [{ type: 'slack#/types/channel_id', value: id, team_id: workspace.team.id }] },
					event_ts: workspace.identifiers.timestamp(),
				}),
			),
		stopSession: (id, threadTs) =>
			told(() => {
				const channel = channelOf(id)
				const session = findSession(workspace, id, threadTs)
				if (session?.status !== 'processing') throw new Error('there is no Stop button: the bot is not at work here')
				const now = workspace.clock.now()
				const streams = workspace.messages
					.list(channel.id, threadTs)
					.filter(({ stream }) => stream !== null && stateAt(stream, now) === 'streaming')
				for (const { stream } of streams) if (stream !== null) endStream(stream, 'stopped')
				workspace.publish({
					type: 'agent_session_stopped',
					channel: channel.id,
					user: user.id,
					thread_ts: threadTs,
					streaming_message_ts: streams.map(({ ts }) => ts),
					event_ts: workspace.identifiers.timestamp(),
				})
			}),
	}
}
