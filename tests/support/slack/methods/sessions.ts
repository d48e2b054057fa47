import type { SlackChannel } from '../channels.ts'
import type { SessionStatus } from '../schemas/assistant.ts'
import type { AgentSession, Workspace } from '../workspace.ts'

type Change = {
	readonly channel: SlackChannel
	readonly threadTs: string
	readonly status: SessionStatus
	readonly title?: string | undefined
}

export function findSession({ sessions }: Workspace, channel: string, threadTs: string): AgentSession | null {
	return sessions.find((each) => each.channel === channel && each.threadTs === threadTs) ?? null
}

/** Sets the status of a thread's session, which it begins where there is none. */
export function setSessionStatus(workspace: Workspace, { channel, threadTs, status, title }: Change): AgentSession {
	const existing = findSession(workspace, channel.id, threadTs)
	if (existing !== null) {
		existing.status = status
		existing.statuses.push(status)
		return existing
	}
	const session: AgentSession = { channel: channel.id, threadTs, status, title: title ?? null, statuses: [status] }
	workspace.sessions.push(session)
	return session
}
