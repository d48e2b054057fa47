import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { Draft, Listing, Metadata } from './protocol.ts'

/** A message as it stood at one time. */
export type MessageVersion = {
	readonly text: string
	readonly metadata: Metadata | null
	/** Who was notified by it. */
	readonly pinged: readonly string[]
	/** Milliseconds since the epoch. */
	readonly at: number
}

/** A message with everything that it ever said. */
export type RecordedMessage = {
	readonly id: string
	readonly conversationId: string
	/** Null for the bot. */
	readonly personId: string | null
	/** Oldest first; the last one is what people see now. */
	readonly versions: readonly [MessageVersion, ...MessageVersion[]]
}

/** Everything that was written, oldest first. */
export type Messages = {
	readonly all: readonly RecordedMessage[]
	in(conversationId: string): readonly RecordedMessage[]
	addFromPerson(conversationId: string, personId: string, text: string): RecordedMessage
	addFromBot(conversationId: string, draft: Draft): RecordedMessage
	/** Writes over a message of a person. */
	rewrite(messageId: string, text: string): RecordedMessage
	/** Writes over a message of the bot. False if the conversation has none with this id. */
	edit(conversationId: string, messageId: string, draft: Draft): boolean
	/** Resolves after the next message or edit. */
	changed(signal: AbortSignal): Promise<void>
}

type Recording = { -readonly [Key in keyof RecordedMessage]: RecordedMessage[Key] }

export function createMessages(): Messages {
	const all: Recording[] = []
	const changes = new EventEmitter()
	const add = (conversationId: string, personId: string | null, version: MessageVersion) => {
		const message: Recording = { id: randomUUID(), conversationId, personId, versions: [version] }
		all.push(message)
		changes.emit('change')
		return message
	}
	return {
		all,
		in: (conversationId) => all.filter((message) => message.conversationId === conversationId),
		addFromPerson: (conversationId, personId, text) =>
			add(conversationId, personId, { text, metadata: null, pinged: [], at: Date.now() }),
		rewrite: (messageId, text) => {
			const message = all.find(({ id }) => id === messageId)
			if (message === undefined || message.personId === null) throw new Error(`No person has written ${messageId}.`)
			message.versions = [...message.versions, { text, metadata: null, pinged: [], at: Date.now() }]
			changes.emit('change')
			return message
		},
		addFromBot: (conversationId, draft) => add(conversationId, null, versionOf(draft)),
		edit: (conversationId, messageId, draft) => {
			const message = all.find(({ id }) => id === messageId)
			if (message?.conversationId !== conversationId || message.personId !== null) return false
			message.versions = [...message.versions, versionOf(draft)]
			changes.emit('change')
			return true
		},
		changed: async (signal) => {
			await once(changes, 'change', { signal })
		},
	}
}

/** What people see of a message now. */
export function currentVersion({ versions }: RecordedMessage): MessageVersion {
	return versions.at(-1) ?? versions[0]
}

/** Messages as the chat lists them for a bot. */
export function toListing(messages: readonly RecordedMessage[]): Listing {
	return {
		messages: messages.map((message) => {
			const { text, metadata } = currentVersion(message)
			return { id: message.id, isFromBot: message.personId === null, text, metadata }
		}),
	}
}

function versionOf({ text, metadata, notifies }: Draft): MessageVersion {
	return { text, metadata, pinged: notifies ? mentionsIn(text) : [], at: Date.now() }
}

/** The ways in which platforms write that somebody shall be notified. */
function mentionsIn(text: string): readonly string[] {
	return text.match(/@everyone|@here|<[@!][^>\s]+>/g) ?? []
}
