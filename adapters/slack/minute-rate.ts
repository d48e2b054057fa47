import type { Clock } from './clock.ts'

/** Whether something may be done once more in a workspace; if so, it is counted. */
export type MinuteRate = (workspaceId: string) => boolean

const minuteMs = 60_000

/** Lets something be done so many times in any minute, in each workspace. */
export function createMinuteRate(most: number, clock: Clock): MinuteRate {
	const done = new Map<string, number[]>()
	return (workspaceId) => {
		const now = clock.now()
		const recent = (done.get(workspaceId) ?? []).filter((at) => at > now - minuteMs)
		const isAllowed = recent.length < most
		done.set(workspaceId, isAllowed ? [...recent, now] : recent)
		return isAllowed
	}
}
