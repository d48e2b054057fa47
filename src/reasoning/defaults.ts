import type { Conversation } from '../core/conversation.ts'
import type { Effort } from '../core/run-preferences.ts'

export type Choice = { readonly effort: Effort; readonly workflow: string }

/** What is used where a question says nothing else. */
export type Defaults = Choice & {
	/** What is different in a channel, by `<platform>/<channel id>`. */
	readonly channels?: Readonly<Record<string, { readonly [Key in keyof Choice]?: Choice[Key] | undefined }>>
}

/** The defaults of the channel in which a question was asked. */
export function defaultsIn(
	{ channels = {}, effort, workflow }: Defaults,
	{ platform, channelId }: Conversation,
): Choice {
	const own = channels[`${platform}/${channelId}`]
	return { effort: own?.effort ?? effort, workflow: own?.workflow ?? workflow }
}
