import { type ReplyView, rests } from '../../src/core/reply-view.ts'
import { english } from '../../src/rendering/index.ts'
import { type Answer, isChangeable } from './answers.ts'
import type { DiscordClient } from './client.ts'
import { draft, textDisplay } from './components.ts'
import { patiently } from './patience.ts'

export type TokenWatch = {
	/** Notes what is shown of a run in an answer that can't be changed for ever. */
	follow(runId: string, answer: Answer, view: ReplyView): void
	/** Whether the person is told that the answer comes elsewhere: then progress isn't shown any more. */
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
	const watched = new Map<string, { readonly timer: NodeJS.Timeout; readonly outcome: AbortController }>()
	const letGo = new Set<string>()
	const tell = async (runId: string, answer: Answer, outcome: AbortSignal) => {
		// Nothing else uses up the rate, so that it can be told.
		letGo.add(runId)
		const show = async () => {
			if (isChangeable(answer)) await client.editAnswer(answer, draft([textDisplay(english.chat.takesTooLong)]))
		}
		try {
			await patiently(show, outcome)
		} catch (error) {
			if (outcome.aborted) return
			letGo.delete(runId)
			onTrouble(error)
		}
	}
	const end = (runId: string) => {
		const { timer, outcome } = watched.get(runId) ?? {}
		clearTimeout(timer)
		outcome?.abort()
		watched.delete(runId)
		letGo.delete(runId)
	}
	return {
		follow: (runId, answer, view) => {
			if (rests(view)) return end(runId)
			if (answer.isReachable || watched.has(runId)) return
			const left = answer.changeableUntil - Date.now()
			const inMs = Math.max(0, left - Math.min(tellBeforeMs, left / 4))
			const outcome = new AbortController()
			const timer = setTimeout(() => void tell(runId, answer, outcome.signal), inMs).unref()
			watched.set(runId, { timer, outcome })
		},
		isLetGo: (runId) => letGo.has(runId),
	}
}
