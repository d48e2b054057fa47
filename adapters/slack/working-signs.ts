import { setTimeout as sleep } from 'node:timers/promises'
import { ThreadwiseError } from '../../src/core/errors.ts'
import type { SlackClient } from './client.ts'
import type { Thread } from './thread.ts'

/** The older sign goes out after two minutes. */
const renewedEveryMs = 90_000

export type WorkingSigns = {
	/** Has Slack show that a run is being worked on, or that it no longer is. */
	show(thread: Thread, runId: string, isWorking: boolean): void
}

type Sign = { readonly runs: Set<string>; last: Promise<void>; shown: boolean; shownAt: number }

/**
 * Slack's own signs that the bot works, one a thread. They come one after the other: one that came late would have a thread look busy
 * for ever. Nothing waits for them, and a thread whose sign couldn't be shown is answered like any other.
 */
export function createWorkingSigns(
	client: Pick<SlackClient, 'setWorking'>,
	onTrouble: (error: unknown) => void,
): WorkingSigns {
	const signs = new Map<string, Sign>()
	return {
		show: (thread, runId, isWorking) => {
			const key = `${thread.channelId} ${thread.threadId}`
			const sign = signs.get(key) ?? { runs: new Set<string>(), last: Promise.resolve(), shown: false, shownAt: 0 }
			signs.set(key, sign)
			if (isWorking) sign.runs.add(runId)
			else sign.runs.delete(runId)
			const wanted = sign.runs.size > 0
			const isFresh = performance.now() - sign.shownAt < renewedEveryMs
			if (wanted && sign.shown && isFresh) return
			Object.assign(sign, { shown: wanted, shownAt: performance.now() })
			const last = sign.last.then(() => setWhenAllowed(() => client.setWorking(thread, wanted))).catch(onTrouble)
			sign.last = last
			void last.then(() => {
				if (sign.last === last && !sign.shown) signs.delete(key)
			})
		},
	}
}

/** What Slack refuses for the rate is asked again when it allows: a sign that didn't go out would stay for ever. */
async function setWhenAllowed(set: () => Promise<void>): Promise<void> {
	for (;;) {
		const refused = await set().then(
			() => null,
			(error: unknown) => ({ error }),
		)
		if (refused === null) return
		const { error } = refused
		const retry = error instanceof ThreadwiseError ? error.retry : 'never'
		if (retry === 'never' || retry.afterMs === null) throw error
		await sleep(retry.afterMs, undefined, { ref: false })
	}
}
