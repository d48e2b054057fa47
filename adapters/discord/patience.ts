import { setTimeout as sleep } from 'node:timers/promises'
import { ThreadwiseError } from '../../src/core/errors.ts'

const usualPauseMs = 1_000

/** Does something that nobody waits for, again and again for as long as Discord says that it may work later. */
export async function patiently<Result>(act: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
	for (;;) {
		try {
			return await act()
		} catch (error) {
			const retry = error instanceof ThreadwiseError ? error.retry : 'never'
			if (retry === 'never') throw error
			await sleep(retry.afterMs ?? usualPauseMs, undefined, { signal })
		}
	}
}
