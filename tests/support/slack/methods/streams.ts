import type { SlackChannel } from '../channels.ts'
import type { SlackMessage } from '../messages.ts'
import { messagePayload } from '../payloads.ts'
import { SlackRefusal } from '../refusal.ts'
import { appendStreamSchema, startStreamSchema, stopStreamSchema } from '../schemas/streams.ts'
import {
	addToStream,
	blocksOfStream,
	createStream,
	endStream,
	isTooLarge,
	type SlackStream,
	type StreamContent,
	stateAt,
} from '../streams.ts'
import { isDirect, type Workspace } from '../workspace.ts'
import { addMessage, changeMessage } from '../writing.ts'
import { checkBlocks } from './content.ts'
import { defineMethod, existingMessage, existingThread, joinedChannel, type Method } from './method.ts'
import { setSessionStatus } from './sessions.ts'
import { clearThreadStatus } from './thread-status.ts'

const scopes = ['chat:write']

export const streamMethods: Readonly<Record<string, Method>> = {
	'chat.startStream': defineMethod({
		tier: 2,
		scopes,
		schema: startStreamSchema,
		run: (values, workspace) => {
			needStreaming(workspace)
			const channel = joinedChannel(workspace, values.channel)
			const threadTs = existingThread(workspace, channel, values.thread_ts, 'invalid_thread_ts')
			checkRecipient(workspace, channel, values)
			checkChunks(workspace, values)
			const { recipient_user_id: recipient = null, task_display_mode: mode = 'timeline' } = values
			const stream = createStream(mode, recipient, workspace.clock.now())
			grow(stream, values)
			const draft = { userId: workspace.bot.id, isFromBot: true, threadTs, stream }
			const message = addMessage(workspace, channel, { ...draft, ...shownByStream(stream) })
			clearThreadStatus(workspace, channel.id, threadTs)
			return { channel: channel.id, ts: message.ts }
		},
	}),
	'chat.appendStream': defineMethod({
		tier: 4,
		scopes,
		schema: appendStreamSchema,
		run: (values, workspace) => {
			const { channel, message, stream } = openStream(workspace, values)
			checkChunks(workspace, values)
			grow(stream, values)
			changeMessage(workspace, channel, message, { shown: shownByStream(stream), editedBy: null })
			return { channel: channel.id, ts: message.ts }
		},
	}),
	'chat.stopStream': defineMethod({
		tier: 2,
		scopes,
		schema: stopStreamSchema,
		run: (values, workspace) => {
			const { channel, message, stream } = openStream(workspace, values)
			checkChunks(workspace, values)
			const { blocks = [], metadata, session_status } = values
			checkBlocks(blocks, workspace)
			grow(stream, values)
			stream.blocks.push(...blocks)
			endStream(stream, 'stopped')
			if (metadata !== undefined) message.metadata = metadata
			changeMessage(workspace, channel, message, { shown: shownByStream(stream), editedBy: null })
			if (session_status !== undefined) {
				setSessionStatus(workspace, { channel, threadTs: message.threadTs ?? message.ts, status: session_status })
			}
			return { channel: channel.id, ts: message.ts, message: messagePayload(workspace, message, true) }
		},
	}),
}

function needStreaming({ options }: Workspace): void {
	if (!options.capabilities.streaming) throw new SlackRefusal('unknown_method')
}

/** In a channel many people watch, so a stream has to say whom it is for. */
function checkRecipient(
	{ users, team }: Workspace,
	channel: SlackChannel,
	{
		recipient_user_id: user,
		recipient_team_id: teamId,
	}: { readonly recipient_user_id?: string | undefined; readonly recipient_team_id?: string | undefined },
): void {
	if (isDirect(channel)) return
	if (teamId === undefined) throw new SlackRefusal('missing_recipient_team_id')
	if (user === undefined) throw new SlackRefusal('missing_recipient_user_id')
	if (teamId !== team.id) throw new SlackRefusal('team_not_found')
	if (!users.has(user)) throw new SlackRefusal('user_not_found')
}

function checkChunks(workspace: Workspace, { chunks = [] }: StreamContent): void {
	for (const chunk of chunks) if (chunk.type === 'blocks') checkBlocks(chunk.blocks, workspace)
}

/** Adds to a stream what it can still take. */
function grow(stream: SlackStream, content: StreamContent): void {
	const next = { ...stream, tasks: new Map(stream.tasks), blocks: [...stream.blocks] }
	addToStream(next, content)
	if (isTooLarge(next)) throw new SlackRefusal('msg_too_long')
	addToStream(stream, content)
}

function openStream(
	workspace: Workspace,
	{ channel: id, ts }: { readonly channel: string; readonly ts: string },
): { readonly channel: SlackChannel; readonly message: SlackMessage; readonly stream: SlackStream } {
	needStreaming(workspace)
	const channel = joinedChannel(workspace, id)
	const message = existingMessage(workspace, channel, ts)
	if (message.userId !== workspace.bot.id) throw new SlackRefusal('message_not_owned_by_app')
	const { stream } = message
	if (stream === null || stateAt(stream, workspace.clock.now()) !== 'streaming') {
		throw new SlackRefusal('message_not_in_streaming_state')
	}
	return { channel, message, stream }
}

function shownByStream(stream: SlackStream) {
	return { text: stream.markdown, blocks: blocksOfStream(stream), findsNames: false }
}
