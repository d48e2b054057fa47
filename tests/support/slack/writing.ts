import type { SlackChannel } from './channels.ts'
import { type MessageDraft, type Shown, type SlackMessage, show } from './messages.ts'
import { changedEvent, deletedEvent, mentionEvent, messageEvent, messagePayload } from './payloads.ts'
import { pingsOfText } from './pings.ts'
import { type Workspace, withBlockIds } from './workspace.ts'

/** Adds a message to a channel and tells the app of it. */
export function addMessage(
	workspace: Workspace,
	channel: SlackChannel,
	draft: Omit<MessageDraft, 'channel' | 'ts'>,
): SlackMessage {
	const message = workspace.messages.add({
		...draft,
		blocks: withBlockIds(draft.blocks, workspace.identifiers),
		channel: channel.id,
		ts: workspace.identifiers.timestamp(),
	})
	if (isHeard(workspace, channel)) {
		if (mentionsBot(workspace, message, channel)) workspace.publish(mentionEvent(workspace, message))
		workspace.publish(messageEvent(workspace, message, channel))
	}
	return message
}

/** Has a message show something else, and tells the app of it. */
export function changeMessage(
	workspace: Workspace,
	channel: SlackChannel,
	message: SlackMessage,
	change: { readonly shown: Shown; readonly editedBy: string | null },
): void {
	const previous = messagePayload(workspace, message, true)
	show(message, { ...change.shown, blocks: withBlockIds(change.shown.blocks, workspace.identifiers) })
	if (change.editedBy !== null) message.edited = { user: change.editedBy, ts: workspace.identifiers.timestamp() }
	if (isHeard(workspace, channel)) workspace.publish(changedEvent(workspace, message, channel, previous))
}

export function removeMessage(workspace: Workspace, channel: SlackChannel, message: SlackMessage): void {
	const previous = messagePayload(workspace, message, true)
	message.isDeleted = true
	if (isHeard(workspace, channel)) workspace.publish(deletedEvent(workspace, channel, previous))
}

/** Apps hear of what is written where they are members. */
function isHeard({ bot }: Workspace, { members }: SlackChannel): boolean {
	return members.has(bot.id)
}

/** In a direct message there is nobody else to mention the bot to. */
function mentionsBot({ bot }: Workspace, message: SlackMessage, { kind }: SlackChannel): boolean {
	return kind !== 'im' && !message.isFromBot && pingsOfText(message.text).includes(bot.id)
}
