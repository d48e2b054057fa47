import type { Ephemeral, SlackMessage } from './messages.ts'
import { checkBlocks } from './methods/content.ts'
import { SlackRefusal } from './refusal.ts'
import type { ResponseAddress } from './response-addresses.ts'
import type { ResponsePost } from './schemas/chat.ts'
import { type Workspace, withBlockIds } from './workspace.ts'
import { addMessage, changeMessage, removeMessage } from './writing.ts'

/** Shows what an app has answered to something that a person did. */
export function showResponse(workspace: Workspace, address: ResponseAddress, post: ResponsePost): void {
	checkBlocks(post.blocks ?? [], workspace)
	address.posts.push(post)
	const { source } = address
	if (source !== null && post.delete_original === true) removeSource(workspace, source)
	else if (source !== null && post.replace_original === true) replaceSource(workspace, source, post)
	else if (post.delete_original !== true) add(workspace, address, post)
}

function isMessage(source: SlackMessage | Ephemeral): source is SlackMessage {
	return 'versions' in source
}

function channelOf({ channels }: Workspace, id: string) {
	const channel = channels.find(id)
	if (channel === null) throw new SlackRefusal('channel_not_found')
	return channel
}

function removeSource(workspace: Workspace, source: SlackMessage | Ephemeral): void {
	if (isMessage(source)) removeMessage(workspace, channelOf(workspace, source.channel), source)
	else source.isDeleted = true
}

function replaceSource(workspace: Workspace, source: SlackMessage | Ephemeral, post: ResponsePost): void {
	const { text = '', blocks = [] } = post
	if (isMessage(source)) {
		const shown = { text, blocks, findsNames: false }
		changeMessage(workspace, channelOf(workspace, source.channel), source, { shown, editedBy: workspace.bot.id })
		return
	}
	source.text = text
	source.blocks = withBlockIds(blocks, workspace.identifiers)
}

function add(workspace: Workspace, address: ResponseAddress, post: ResponsePost): void {
	const { text = '', blocks = [], response_type, thread_ts, metadata } = post
	const threadTs = thread_ts ?? address.threadTs
	if (response_type === 'in_channel') {
		const draft = { text, blocks, findsNames: false, userId: workspace.bot.id, isFromBot: true, threadTs, metadata }
		addMessage(workspace, channelOf(workspace, address.channel), draft)
		return
	}
	workspace.ephemerals.push({
		ts: workspace.identifiers.timestamp(),
		channel: address.channel,
		threadTs,
		userId: address.userId,
		text,
		blocks: withBlockIds(blocks, workspace.identifiers),
		isDeleted: false,
	})
}
