import { assistantMethods } from './assistant.ts'
import { authMethods } from './auth.ts'
import { chatMethods } from './chat.ts'
import { conversationMethods } from './conversations.ts'
import { fileMethods } from './files.ts'
import type { Method } from './method.ts'
import { streamMethods } from './streams.ts'
import { viewMethods } from './views.ts'

/** Every method that this Slack has, by its name. */
export const slackMethods: ReadonlyMap<string, Method> = new Map(
	Object.entries({
		...authMethods,
		...chatMethods,
		...streamMethods,
		...conversationMethods,
		...viewMethods,
		...assistantMethods,
		...fileMethods,
	}),
)
