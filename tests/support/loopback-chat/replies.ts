import { currentVersion, type RecordedMessage } from './messages.ts'

/** What people see of one run. */
export type SeenReply = {
	readonly runId: string
	/** The bot's messages that show the run, in the order in which they were posted. */
	readonly messages: readonly RecordedMessage[]
	/** Whether the whole outcome, or a question back, can be read. */
	readonly isComplete: boolean
	/** Whether some part of the reply stands there more than once. */
	readonly isDoubled: boolean
	/** Whether an edit took away again what rested: right after a question back, wrong after an outcome. */
	readonly wasTakenBack: boolean
	/** All that can be read of it, in order. */
	readonly text: string
}

type Part = {
	readonly message: RecordedMessage
	readonly text: string
	readonly runId: string
	readonly part: number
	readonly of: number | null
}

/** The replies that these messages make up. */
export function repliesIn(messages: readonly RecordedMessage[]): readonly SeenReply[] {
	const parts = messages.flatMap((message): Part[] => {
		const { text, metadata } = currentVersion(message)
		return metadata === null ? [] : [{ message, text, ...metadata }]
	})
	return [...Map.groupBy(parts, ({ runId }) => runId)].map(([runId, own]) => toReply(runId, own))
}

function toReply(runId: string, parts: readonly Part[]): SeenReply {
	const of = parts.find(({ part }) => part === 0)?.of ?? null
	const places = new Set(parts.map(({ message, part }) => `${message.conversationId} ${part}`))
	const whole = new Set(parts.filter((each) => each.of === of).map(({ part }) => part))
	const isSpread = new Set(parts.map(({ message }) => message.conversationId)).size > 1
	return {
		runId,
		messages: parts.map(({ message }) => message),
		isComplete: of !== null && whole.size >= of,
		isDoubled: isSpread || places.size < parts.length,
		wasTakenBack: parts.some(({ message }) => restedBefore(message)),
		text: parts.map(({ text }) => text).join('\n'),
	}
}

function restedBefore({ versions }: RecordedMessage): boolean {
	const rested = versions.map(({ metadata }) => metadata !== null && metadata.of !== null)
	return rested.includes(true) && rested.slice(rested.indexOf(true)).includes(false)
}
