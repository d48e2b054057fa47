/** Where a message of a reply is, in one of the ids that delivery keeps. */
export type Handle = {
	readonly channelId: string
	readonly messageId: string
	/** The interaction that it answers; null for an ordinary message. */
	readonly answerKey: string | null
}

export function printHandle({ channelId, messageId, answerKey }: Handle): string {
	return [channelId, messageId, ...(answerKey === null ? [] : [answerKey])].join('/')
}

export function parseHandle(printed: string): Handle {
	const [channelId = '', messageId = '', answerKey = null] = printed.split('/')
	return { channelId, messageId, answerKey }
}
