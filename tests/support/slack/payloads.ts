import { type SlackChannel, wordsOf } from './channels.ts'
import type { SlackMessage } from './messages.ts'
import { stateAt } from './streams.ts'
import type { SlackView } from './views.ts'
import type { SlackEvent, SlackUser, Workspace } from './workspace.ts'

/** A message as Slack shows it to apps. */
export function messagePayload(workspace: Workspace, message: SlackMessage, withMetadata: boolean) {
	const { app, team, messages, clock } = workspace
	const replies = messages.list(message.channel, message.ts).filter(({ ts }) => ts !== message.ts)
	const stream = message.stream === null ? null : stateAt(message.stream, clock.now())
	return {
		type: 'message',
		user: message.userId,
		team: team.id,
		text: message.text,
		ts: message.ts,
		...(message.threadTs !== null && { thread_ts: message.threadTs, parent_user_id: parentUserOf(workspace, message) }),
		...(message.threadTs === null &&
			replies.length > 0 && {
				thread_ts: message.ts,
				reply_count: replies.length,
				latest_reply: replies.at(-1)?.ts,
			}),
		...(message.isFromBot
			? {
					bot_id: app.botId,
					app_id: app.id,
					bot_profile: { id: app.botId, app_id: app.id, name: workspace.bot.name, team_id: team.id },
				}
			: { client_msg_id: `message-${message.ts}` }),
		...(message.blocks.length > 0 && { blocks: message.blocks }),
		...(withMetadata && message.metadata !== null && { metadata: message.metadata }),
		...(message.files.length > 0 && { files: message.files.map(filePayload) }),
		...(message.edited !== null && { edited: message.edited }),
		...(stream === 'streaming' && { streaming_state: 'in_progress' }),
		...(message.reactions.size > 0 && {
			reactions: [...message.reactions].map(([name, users]) => ({ name, users: [...users], count: users.size })),
		}),
	}
}

function parentUserOf({ messages }: Workspace, { channel, threadTs }: SlackMessage): string | undefined {
	return threadTs === null ? undefined : messages.find(channel, threadTs)?.userId
}

export function filePayload(file: SlackMessage['files'][number]) {
	const { id, name, title, size } = file
	return { id, name, title, size, mode: 'hosted', filetype: name.split('.').at(-1) ?? 'text' }
}

export function channelPayload({ bot, team }: Workspace, channel: SlackChannel) {
	const { kind, id, name, members } = channel
	return {
		id,
		name,
		name_normalized: name,
		is_channel: kind === 'public',
		is_group: kind === 'private',
		is_im: kind === 'im',
		is_mpim: kind === 'mpim',
		is_private: kind !== 'public',
		is_archived: channel.isArchived,
		is_member: members.has(bot.id),
		context_team_id: team.id,
		...(kind === 'im' && { user: [...members].find((member) => member !== bot.id) }),
	}
}

export function userPayload({ team }: Workspace, user: SlackUser) {
	return {
		id: user.id,
		team_id: team.id,
		name: user.name,
		real_name: user.name,
		deleted: false,
		is_bot: user.isBot,
		is_admin: user.isAdmin,
		is_owner: false,
		tz: 'Europe/London',
		tz_offset: 0,
		locale: 'en-GB',
		profile: { display_name: user.name, real_name: user.name },
	}
}

export function viewPayload({ app, team }: Workspace, view: SlackView, values: unknown = {}) {
	return {
		...view.content,
		id: view.id,
		team_id: team.id,
		app_id: app.id,
		bot_id: app.botId,
		callback_id: view.content.callback_id ?? '',
		external_id: view.content.external_id ?? '',
		private_metadata: view.content.private_metadata ?? '',
		hash: view.hash,
		root_view_id: view.rootId,
		previous_view_id: view.previousId,
		app_installed_team_id: team.id,
		state: { values },
	}
}

/** What Slack says of a new message. */
export function messageEvent(workspace: Workspace, message: SlackMessage, channel: SlackChannel): SlackEvent {
	return {
		...messagePayload(workspace, message, true),
		...(message.files.length > 0 && { subtype: 'file_share' }),
		...(message.isBroadcast && { subtype: 'thread_broadcast' }),
		channel: channel.id,
		channel_type: wordsOf[channel.kind].type,
		event_ts: message.ts,
	}
}

/** What Slack says of a message that mentions the bot, besides saying that it is new. */
export function mentionEvent(workspace: Workspace, message: SlackMessage): SlackEvent {
	return {
		...messagePayload(workspace, message, true),
		type: 'app_mention',
		channel: message.channel,
		event_ts: message.ts,
	}
}

export function changedEvent(
	workspace: Workspace,
	message: SlackMessage,
	channel: SlackChannel,
	previous: ReturnType<typeof messagePayload>,
): SlackEvent {
	const changed = { subtype: 'message_changed', message: messagePayload(workspace, message, true) }
	return { ...hiddenEvent(workspace, channel, previous), ...changed }
}

export function deletedEvent(
	workspace: Workspace,
	channel: SlackChannel,
	previous: ReturnType<typeof messagePayload>,
): SlackEvent {
	return { ...hiddenEvent(workspace, channel, previous), subtype: 'message_deleted', deleted_ts: previous.ts }
}

/** What is told of a message that stood there before. */
function hiddenEvent(workspace: Workspace, channel: SlackChannel, previous: ReturnType<typeof messagePayload>) {
	const ts = workspace.identifiers.timestamp()
	return {
		type: 'message',
		hidden: true,
		previous_message: previous,
		channel: channel.id,
		channel_type: wordsOf[channel.kind].type,
		ts,
		event_ts: ts,
	}
}
