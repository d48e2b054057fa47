import { textContent } from '../../src/core/content.ts'
import type { IncomingMessage } from '../../src/core/conversation.ts'
import type { RunPreferences } from '../../src/core/run-preferences.ts'

/** A question typed at a terminal. */
export type TypedQuestion = {
	readonly id: string
	readonly text: string
	readonly userName: string
	readonly preferences: RunPreferences
	readonly sentAt: Date
}

/** Every question at a terminal is a conversation of its own. */
export function toIncomingMessage(typed: TypedQuestion): IncomingMessage {
	const { locale, timeZone } = new Intl.DateTimeFormat().resolvedOptions()
	return {
		id: typed.id,
		conversation: { platform: 'terminal', workspaceId: '', channelId: typed.userName, threadId: typed.id },
		author: { id: typed.userName, name: typed.userName, locale, timeZone },
		content: [...textContent(typed.text)],
		preferences: typed.preferences,
		sentAt: typed.sentAt.toISOString(),
	}
}
