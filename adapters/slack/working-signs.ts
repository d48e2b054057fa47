import { setTimeout as sleep } from 'node:timers/promises'
import type { SlackClient } from './client.ts'
import type { Clock } from './clock.ts'
import { createMinuteRate } from './minute-rate.ts'
import { waitMsOf } from './refusals.ts'
import type { Thread } from './thread.ts'

/** The older sign goes out after two minutes. */
const renewedEveryMs = 90_000
/** Slack takes 50 changes a minute of a whole workspace, and each sign that is shown has to go out again. */
const mostShown = 20

export type WorkingSigns = {
	/**
	 * Has Slack show that a run is being worked on, or that it no longer is. `isNew` where nothing of the run was shown before, so that
	 * no other process can have left a sign.
	 */
	show(thread: SignedThread, runId: string, isWorking: boolean, isNew: boolean): void
	/** Does nothing more by itself. */
	leave(): void
}

type SignedThread = Thread & { readonly workspaceId: string }

type Sign = {
	readonly thread: SignedThread
	readonly runs: Set<string>
	/** Null where it isn't known: another process may have shown it. */
	isShown: boolean | null
	cancelRenewal: () => void
}

/**
 * Slack's own signs that the bot works, one a thread. They are set one after the other, each as it should be by then: one that came
 * late would have a thread look busy for ever. Nothing waits for them, and a thread whose sign couldn't be shown, or for which there
 * are too many in this minute, is answered like any other.
 */
export function createWorkingSigns(
	client: Pick<SlackClient, 'setWorking'>,
	clock: Clock,
	onTrouble: (error: unknown) => void,
): WorkingSigns {
	const signs = new Map<string, Sign>()
	const mayShow = createMinuteRate(mostShown, clock)
	const outdated = new Map<string, Sign>()
	const leaving = new AbortController()
	let isSetting = false

	const set = async (sign: Sign, isWorking: boolean): Promise<void> => {
		sign.cancelRenewal()
		const shownAs = await client.setWorking(sign.thread, isWorking)
		sign.isShown = isWorking
		if (!isWorking || shownAs !== 'status') return
		sign.cancelRenewal = clock.after(renewedEveryMs, () => {
			sign.isShown = false
			update(sign)
		})
	}
	const bringUpToDate = async (sign: Sign): Promise<void> => {
		const isWorking = sign.runs.size > 0
		if (isWorking === sign.isShown) return
		if (isWorking && !mayShow(sign.thread.workspaceId)) {
			sign.isShown ??= false
			return
		}
		try {
			await set(sign, isWorking)
		} catch (error) {
			const waitMs = waitMsOf(error)
			if (waitMs === null) return onTrouble(error)
			await sleep(waitMs, undefined, { ref: false, signal: leaving.signal })
			await bringUpToDate(sign)
		}
	}
	const setAll = async () => {
		isSetting = true
		// What becomes outdated meanwhile comes last.
		for (const [key, sign] of outdated) {
			outdated.delete(key)
			await bringUpToDate(sign)
			if (sign.runs.size === 0 && !outdated.has(key)) signs.delete(key)
		}
		isSetting = false
	}
	const update = (sign: Sign) => {
		if (leaving.signal.aborted) return
		outdated.set(keyOf(sign.thread), sign)
		if (!isSetting) void setAll().catch((error) => leaving.signal.aborted || onTrouble(error))
	}
	return {
		show: (thread, runId, isWorking, isNew) => {
			const known = signs.get(keyOf(thread))
			const sign = known ?? { thread, runs: new Set(), isShown: isNew ? false : null, cancelRenewal: () => {} }
			signs.set(keyOf(thread), sign)
			if (isWorking) sign.runs.add(runId)
			else sign.runs.delete(runId)
			update(sign)
		},
		leave: () => {
			leaving.abort()
			for (const { cancelRenewal } of signs.values()) cancelRenewal()
		},
	}
}

function keyOf({ channelId, threadId }: Thread): string {
	return `${channelId} ${threadId}`
}
