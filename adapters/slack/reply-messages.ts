import type { Reply } from '../../src/core/chat-platform.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import type { SlackClient } from './client.ts'
import { slackCodeOf } from './refusals.ts'
import { type AttachedFile, type Draft, surplusDraft } from './show.ts'

/** What a reply shall say. */
export type WantedMessages = {
	readonly drafts: readonly Draft[]
	/** What is too long for messages. */
	readonly file: AttachedFile | null
	/** Whether this may add messages: nothing that is about to change does. */
	readonly mayAdd: boolean
}

export type ShownMessages = {
	readonly messageIds: readonly string[]
	/** Whether Slack takes no files from the app here: then everything has to be said in messages. */
	readonly refusesFiles: boolean
}

type Client = Pick<SlackClient, 'post' | 'edit' | 'remove' | 'attach'>

/** A reply knows its messages by their timestamps, and its file by the file's id, since nobody is told in which message it stands. */
const isFile = (id: string) => id.startsWith('F')

/** Edits what is there, adds what is missing, takes away what is too much, and tells of each change. */
export async function showMessages(
	client: Client,
	{ runId, conversation, messageIds }: Reply,
	{ drafts, file, mayAdd }: WantedMessages,
	onChange: (messageIds: readonly string[]) => void,
): Promise<ShownMessages> {
	const { channelId } = conversation
	const shown = messageIds.filter((id) => !isFile(id))
	const files = messageIds.filter(isFile)
	const change = () => onChange([...shown, ...files])
	for (const [part, draft] of drafts.entries()) {
		const ts = shown[part]
		const mark = { runId, part }
		if (ts !== undefined && (await edited(client.edit(channelId, ts, draft, mark)))) continue
		// Somebody has deleted it: what is about to change isn't missed, an outcome is.
		if (ts !== undefined && !mayAdd) continue
		// One after the other: Slack shows messages in the order in which they come.
		shown[part] = await client.post(conversation, draft, mark)
		change()
	}
	for (const [part, ts] of [...shown.entries()].slice(drafts.length).toReversed()) {
		if (!(await removed(client, channelId, ts))) await edited(client.edit(channelId, ts, surplusDraft, { runId, part }))
		else shown.splice(part, 1)
		change()
	}
	if (file !== null && files.length === 0) {
		const id = await attached(client, { conversation }, file)
		if (id === null) return { messageIds: shown, refusesFiles: true }
		files.push(id)
		change()
	}
	return { messageIds: [...shown, ...files], refusesFiles: false }
}

/** False where the message isn't there any more. */
async function edited(edit: Promise<void>): Promise<boolean> {
	return edit.then(
		() => true,
		(error: unknown) => {
			if (slackCodeOf(error) !== 'message_not_found') throw error
			return false
		},
	)
}

/** False where a workspace lets nobody delete what was written. */
async function removed(client: Client, channelId: string, ts: string): Promise<boolean> {
	return client.remove(channelId, ts).then(
		() => true,
		(error: unknown) => {
			if (slackCodeOf(error) === 'message_not_found') return true
			if (isRefused(error)) return false
			throw error
		},
	)
}

async function attached(
	client: Client,
	{ conversation }: Pick<Reply, 'conversation'>,
	file: AttachedFile,
): Promise<string | null> {
	return client.attach(conversation, file).catch((error: unknown) => {
		if (!isRefused(error)) throw error
		return null
	})
}

function isRefused(error: unknown): boolean {
	return error instanceof ThreadwiseError && error.code === 'platform-refused'
}
