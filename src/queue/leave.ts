import { setTimeout as sleep } from 'node:timers/promises'

const leaveWithinMs = 2_500

/**
 * Waits until a part of BullMQ has closed, but not for a backend that is away: it would keep a process from ending. Returns whether
 * it has closed. What went wrong is only told: whoever leaves can't mend it.
 */
export async function leave(closing: Promise<unknown>, onTrouble: (error: unknown) => void): Promise<boolean> {
	const closed = closing.then(
		() => true,
		(error: unknown) => {
			onTrouble(error)
			return true
		},
	)
	return Promise.race([closed, sleep(leaveWithinMs, false, { ref: false })])
}
