import { setTimeout as sleep } from 'node:timers/promises'
import { ThreadwiseError } from '../../src/core/errors.ts'
import type { SlackClient } from './client.ts'
import type { Clock } from './clock.ts'
import { createMinuteRate } from './minute-rate.ts'
import type { Thread } from './thread.ts'

/** The older sign goes out after two minutes. */
const renewedEveryMs = 90_000
/** Slack takes 50 changes a minute of a whole workspace, and each sign that is shown has to go out again. */
const mostShown = 20

export type WorkingSigns = {
	/** Has Slack show that a run is being worked on, or that it no longer is. */
	show(thread: SignedThread, runId: string, isWorking: boolean): void
}

type SignedThread = Thread & { readonly workspaceId: string }

type Sign = {
	readonly runs: Set<string>
	last: Promise<void>
	/** Null where it isn't known: another process may have shown it. */
	isShown: boolean | null
	shownAt: number
}

/**
 * Slack's own signs that the bot works, one a thread. They come one after the other: one that came late would have a thread look busy
 * for ever. Nothing waits for them, and a thread whose sign couldn't be shown, or for which there are too many in this minute, is
 * answered like any other.
 */
export function createWorkingSigns(
	client: Pick<SlackClient, 'setWorking'>,
	clock: Clock,
	onTrouble: (error: unknown) => void,
): WorkingSigns {
	const signs = new Map<string, Sign>()
	const mayShow = createMinuteRate(mostShown, clock)
	const set = (key: string, sign: Sign, thread: Thread, isWorking: boolean) => {
		Object.assign(sign, { isShown: isWorking, shownAt: clock.now() })
		const last = sign.last.then(() => setWhenAllowed(() => client.setWorking(thread, isWorking))).catch(onTrouble)
		sign.last = last
		void last.then(() => {
			if (sign.last === last && sign.isShown === false) signs.delete(key)
		})
	}
	return {
		show: (thread, runId, isWorking) => {
			const key = `${thread.channelId} ${thread.threadId}`
			const sign = signs.get(key) ?? { runs: new Set<string>(), last: Promise.resolve(), isShown: null, shownAt: 0 }
			signs.set(key, sign)
			if (isWorking) sign.runs.add(runId)
			else sign.runs.delete(runId)
			if (sign.runs.size === 0) {
				if (sign.isShown === false) signs.delete(key)
				else set(key, sign, thread, false)
				return
			}
			const isFresh = sign.isShown === true && clock.now() - sign.shownAt < renewedEveryMs
			if (isFresh) return
			if (mayShow(thread.workspaceId)) set(key, sign, thread, true)
			else sign.isShown ??= false
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
