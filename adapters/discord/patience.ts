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

const hastyPausesMs = [100, 900]

/** Does something for which somebody waits moments only: once or twice more where it isn't known what became of it. */
export async function hastily<Result>(act: () => Promise<Result>): Promise<Result> {
	for (const pauseMs of hastyPausesMs) {
		try {
			return await act()
		} catch (error) {
			if (!isUnavailable(error)) throw error
			await sleep(pauseMs)
		}
	}
	return act()
}

/** Whether Discord may have taken it all the same, or takes it later. */
export function isUnavailable(error: unknown): boolean {
	return error instanceof ThreadwiseError && error.code === 'platform-unavailable'
}
