import type { SlackMessage } from '../messages.ts'
import { messagePayload } from '../payloads.ts'
import { SlackRefusal } from '../refusal.ts'
import {
	deleteSchema,
	getPermalinkSchema,
	postEphemeralSchema,
	postMessageSchema,
	updateSchema,
} from '../schemas/chat.ts'
import { stateAt } from '../streams.ts'
import { type Workspace, withBlockIds } from '../workspace.ts'
import { addMessage, changeMessage, removeMessage } from '../writing.ts'
import { shownBy } from './content.ts'
import {
	defineMethod,
	existingMessage,
	existingThread,
	type Method,
	visibleChannel,
	writableChannel,
} from './method.ts'
import { clearThreadStatus } from './thread-status.ts'

const scopes = ['chat:write']

export const chatMethods: Readonly<Record<string, Method>> = {
	'chat.postMessage': defineMethod({
		tier: 'per-channel',
		scopes,
		schema: postMessageSchema,
		run: (values, workspace) => {
			const channel = writableChannel(workspace, values.channel)
			const { thread_ts, reply_broadcast = false, metadata } = values
			const threadTs = thread_ts === undefined ? null : existingThread(workspace, channel, thread_ts)
			const message = addMessage(workspace, channel, {
				...shownBy(values, workspace),
				userId: workspace.bot.id,
				isFromBot: true,
				threadTs,
				isBroadcast: threadTs !== null && reply_broadcast,
				metadata,
			})
			clearThreadStatus(workspace, channel.id, threadTs)
			return { channel: channel.id, ts: message.ts, message: messagePayload(workspace, message, true) }
		},
	}),
	'chat.update': defineMethod({
		tier: 3,
		scopes,
		schema: updateSchema,
		run: (values, workspace) => {
			const { channel, message } = ownMessage(workspace, values, 'cant_update_message')
			needStill(message, workspace)
			const shown = shownBy(values, workspace)
			if (values.metadata !== undefined) message.metadata = values.metadata
			changeMessage(workspace, channel, message, { shown, editedBy: workspace.bot.id })
			return {
				channel: channel.id,
				ts: message.ts,
				text: message.text,
				message: messagePayload(workspace, message, true),
			}
		},
	}),
	'chat.delete': defineMethod({
		tier: 3,
		scopes,
		schema: deleteSchema,
		run: (values, workspace) => {
			const { channel, message } = ownMessage(workspace, values, 'cant_delete_message')
			// Not documented, so nothing may rely on it.
			needStill(message, workspace)
			removeMessage(workspace, channel, message)
			return { channel: channel.id, ts: message.ts }
		},
	}),
	'chat.postEphemeral': defineMethod({
		tier: 4,
		scopes,
		schema: postEphemeralSchema,
		run: (values, workspace) => {
			const channel = writableChannel(workspace, values.channel)
			if (!channel.members.has(values.user)) throw new SlackRefusal('user_not_in_channel')
			const threadTs = values.thread_ts === undefined ? null : existingThread(workspace, channel, values.thread_ts)
			const { text, blocks } = shownBy(values, workspace)
			const ts = workspace.identifiers.timestamp()
			workspace.ephemerals.push({
				ts,
				channel: channel.id,
				threadTs,
				userId: values.user,
				text,
				blocks: withBlockIds(blocks, workspace.identifiers),
				isDeleted: false,
			})
			return { message_ts: ts }
		},
	}),
	'chat.getPermalink': defineMethod({
		tier: 'none',
		schema: getPermalinkSchema,
		run: ({ channel: id, message_ts }, workspace) => {
			const channel = visibleChannel(workspace, id)
			const { ts, threadTs } = existingMessage(workspace, channel, message_ts)
			const query = threadTs === null ? '' : `?thread_ts=${threadTs}&cid=${channel.id}`
			const permalink = `https://${workspace.team.domain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}${query}`
			return { channel: channel.id, permalink }
		},
	}),
}

/** While a message is streamed, only its stream changes it. */
function needStill({ stream }: SlackMessage, { clock }: Workspace): void {
	if (stream !== null && stateAt(stream, clock.now()) === 'streaming')
		throw new SlackRefusal('streaming_state_conflict')
}

/** A message that the bot has written: no other may it change. */
function ownMessage(workspace: Workspace, { channel: id, ts }: { channel: string; ts: string }, refusal: string) {
	const channel = writableChannel(workspace, id)
	const message = existingMessage(workspace, channel, ts)
	if (message.userId !== workspace.bot.id) throw new SlackRefusal(refusal)
	return { channel, message }
}
