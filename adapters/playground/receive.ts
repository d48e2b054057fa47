import { textContent } from '../../src/core/content.ts'
import type { Author, Conversation, IncomingMessage } from '../../src/core/conversation.ts'
import type { RunPreferences } from '../../src/core/run-preferences.ts'

export const platformName = 'playground'

/** All of the playground is one place with one channel, in which each conversation is a thread. */
export const place = { platform: platformName, workspaceId: '', channelId: platformName } as const

export function conversationOf(threadId: string): Conversation {
	return { ...place, threadId }
}

/** Something that a person says, with what the headers of the request tell about them. */
export type Said = {
	readonly threadId: string
	readonly messageId: string
	readonly text: string
	readonly preferences: RunPreferences
	/** The run that it answers, null for none; left out where that isn't said. */
	readonly answers?: string | null | undefined
	readonly person: Pick<Author, 'id' | 'name'>
	readonly timeZone: string | undefined
	readonly acceptLanguage: string | undefined
	readonly at: Date
}

export function toIncomingMessage(said: Said): IncomingMessage {
	const { threadId, messageId, text, preferences, answers, person, timeZone, acceptLanguage, at } = said
	const locale = firstLanguage(acceptLanguage)
	return {
		id: messageId,
		conversation: conversationOf(threadId),
		author: {
			id: person.id,
			name: person.name,
			...(locale === null ? {} : { locale }),
			...(timeZone === undefined ? {} : { timeZone }),
		},
		content: [...textContent(text)],
		preferences,
		...(answers === undefined ? {} : { answers }),
		sentAt: at.toISOString(),
	}
}

/** The language that is preferred, as a BCP 47 tag; null where none is named. */
function firstLanguage(acceptLanguage: string | undefined): string | null {
	const [tag = ''] = (acceptLanguage ?? '').split(/[,;]/)
	return /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(tag.trim()) ? tag.trim() : null
}
