import type { ThreadStatus, Workspace } from '../workspace.ts'

/** A status disappears by itself after this time. */
const statusLifeMs = 2 * 60_000

/** What is said to be going on in a thread; null when nothing is shown. */
export function shownStatus({ statuses, clock }: Workspace, channel: string, threadTs: string): ThreadStatus | null {
	const latest = statuses.findLast((each) => each.channel === channel && each.threadTs === threadTs)
	if (latest === undefined || latest.status === '' || clock.now() - latest.at > statusLifeMs) return null
	return latest
}

/** A message takes the status of its thread away. */
export function clearThreadStatus(workspace: Workspace, channel: string, threadTs: string | null): void {
	if (threadTs === null || shownStatus(workspace, channel, threadTs) === null) return
	const at = workspace.clock.now()
	workspace.statuses.push({ channel, threadTs, status: '', loadingMessages: [], at })
}
