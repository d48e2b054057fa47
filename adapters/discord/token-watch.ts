import { type ReplyView, rests } from '../../src/core/reply-view.ts'
import { english } from '../../src/rendering/index.ts'
import { type Answer, isChangeable } from './answers.ts'
import type { DiscordClient } from './client.ts'
import { draft, textDisplay } from './components.ts'

export type TokenWatch = {
	/** Notes what is shown of a run in an answer that can't be changed for ever. */
	follow(runId: string, answer: Answer, view: ReplyView): void
	/** Whether the person was told that the answer comes elsewhere: then progress isn't shown any more. */
	isLetGo(runId: string): boolean
}

/** Enough for what is told to be shown, and for the answer if it comes after all. */
const tellBeforeMs = 60_000

/** Tells people before it is too late that their answer will not appear where they wait for it. */
export function createTokenWatch({
	client,
	onTrouble,
}: {
	readonly client: Pick<DiscordClient, 'editAnswer'>
	readonly onTrouble: (error: unknown) => void
}): TokenWatch {
	const timers = new Map<string, NodeJS.Timeout>()
	const told = new Set<string>()
	const tell = async (runId: string, answer: Answer) => {
		told.add(runId)
		if (isChangeable(answer)) await client.editAnswer(answer, draft([textDisplay(english.chat.takesTooLong)]))
	}
	const end = (runId: string) => {
		clearTimeout(timers.get(runId))
		timers.delete(runId)
		told.delete(runId)
	}
	return {
		follow: (runId, answer, view) => {
			if (rests(view)) return end(runId)
			if (answer.isReachable || timers.has(runId)) return
			const left = answer.changeableUntil - Date.now()
			const inMs = Math.max(0, left - Math.min(tellBeforeMs, left / 4))
			timers.set(runId, setTimeout(() => void tell(runId, answer).catch(onTrouble), inMs).unref())
		},
		isLetGo: (runId) => told.has(runId),
	}
}
