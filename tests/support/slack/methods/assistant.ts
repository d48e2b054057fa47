import { SlackRefusal } from '../refusal.ts'
import {
	renameSessionSchema,
	setSessionStatusSchema,
	setStatusSchema,
	setSuggestedPromptsSchema,
	setTitleSchema,
} from '../schemas/assistant.ts'
import type { Workspace } from '../workspace.ts'
import { defineMethod, existingThread, joinedChannel, type Method } from './method.ts'
import { findSession, setSessionStatus } from './sessions.ts'

function needSessions({ options }: Workspace): void {
	if (!options.capabilities.sessionStatus) throw new SlackRefusal('not_authorized')
}

function threadOf(workspace: Workspace, values: { readonly channel_id: string; readonly thread_ts: string }) {
	const channel = joinedChannel(workspace, values.channel_id)
	return { channel, threadTs: existingThread(workspace, channel, values.thread_ts, 'invalid_thread_ts') }
}

export const assistantMethods: Readonly<Record<string, Method>> = {
	'assistant.threads.setStatus': defineMethod({
		tier: 4,
		scopes: ['chat:write', 'assistant:write'],
		schema: setStatusSchema,
		run: (values, workspace) => {
			const { channel, threadTs } = threadOf(workspace, values)
			const { status, loading_messages: loadingMessages = [] } = values
			workspace.statuses.push({ channel: channel.id, threadTs, status, loadingMessages, at: workspace.clock.now() })
			return {}
		},
	}),
	'assistant.threads.setSuggestedPrompts': defineMethod({
		tier: 4,
		scopes: ['assistant:write'],
		schema: setSuggestedPromptsSchema,
		run: ({ channel_id, thread_ts, title = null, prompts }, workspace) => {
			const channel = joinedChannel(workspace, channel_id)
			const threadTs =
				thread_ts === undefined ? null : existingThread(workspace, channel, thread_ts, 'invalid_thread_ts')
			workspace.suggestedPrompts.push({ channel: channel.id, threadTs, title, prompts })
			return {}
		},
	}),
	'assistant.threads.setTitle': defineMethod({
		tier: 4,
		scopes: ['assistant:write'],
		schema: setTitleSchema,
		run: (values, workspace) => {
			const { channel, threadTs } = threadOf(workspace, values)
			workspace.titles.push({ channel: channel.id, threadTs, title: values.title })
			return {}
		},
	}),
	'agents.sessions.setStatus': defineMethod({
		tier: 3,
		scopes: ['chat:write'],
		schema: setSessionStatusSchema,
		run: (values, workspace) => {
			needSessions(workspace)
			const { channel, threadTs } = threadOf(workspace, values)
			const { initiator_user_id: initiator } = values
			if (initiator !== undefined && !channel.members.has(initiator)) throw new SlackRefusal('user_not_found')
			const { status, title } = setSessionStatus(workspace, { ...values, channel, threadTs })
			const canBeStopped = workspace.options.botEvents.includes('agent_session_stopped')
			const warning = { warning: 'missing_agent_session_stopped_event_subscription' }
			return { status, agent_status: status, title, ...(!canBeStopped && warning) }
		},
	}),
	'agents.sessions.rename': defineMethod({
		tier: 3,
		scopes: ['chat:write'],
		schema: renameSessionSchema,
		run: (values, workspace) => {
			needSessions(workspace)
			const { channel, threadTs } = threadOf(workspace, values)
			const session = findSession(workspace, channel.id, threadTs)
			if (session === null) throw new SlackRefusal('session_not_found')
			session.title = values.title
			return { title: values.title }
		},
	}),
}
