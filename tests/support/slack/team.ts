import type { Dispatcher } from './delivery/dispatcher.ts'
import { revokeToken, uninstall } from './installing.ts'
import type { SlackTeam } from './local-slack.ts'
import { findSession } from './methods/sessions.ts'
import { shownStatus } from './methods/thread-status.ts'
import { createPerson, type SlackPerson } from './person.ts'
import { stateAt } from './streams.ts'
import type { Workspace } from './workspace.ts'

/** One workspace, with a channel that everybody is in, as tests see it. */
export function createTeam(workspace: Workspace, dispatcher: Dispatcher): SlackTeam {
	const general = workspace.channels.add('general', 'public', [workspace.bot.id])
	const people = new Map<string, SlackPerson>()
	return {
		// It is another one after the app was taken off and installed again.
		get botToken() {
			return workspace.tokens.bot
		},
		teamId: workspace.team.id,
		botUserId: workspace.bot.id,
		botId: workspace.app.botId,
		general: general.id,
		addChannel: ({ name, kind, hasBot = true, members = [], isArchived = false }) => {
			const channel = workspace.channels.add(name, kind, [...(hasBot ? [workspace.bot.id] : []), ...members])
			channel.isArchived = isArchived
			return channel.id
		},
		setMembership: (id, isMember) => {
			const members = workspace.channels.find(id)?.members
			if (isMember) members?.add(workspace.bot.id)
			else members?.delete(workspace.bot.id)
		},
		person: (name, { isAdmin = false } = {}) => {
			const existing = people.get(name)
			if (existing !== undefined) return existing
			const person = createPerson({ workspace, dispatcher }, name, isAdmin)
			general.members.add(person.id)
			people.set(name, person)
			return person
		},
		messages: (channel, threadTs) => {
			const messages = workspace.messages.list(channel, threadTs)
			for (const { stream } of messages) if (stream !== null) stateAt(stream, workspace.clock.now())
			return messages
		},
		ephemerals: () => workspace.ephemerals.filter(({ isDeleted }) => !isDeleted),
		views: () => workspace.views.all().filter(({ isOpen }) => isOpen),
		session: (channel, threadTs) => findSession(workspace, channel, threadTs),
		status: (channel, threadTs) => shownStatus(workspace, channel, threadTs),
		suggestedPrompts: workspace.suggestedPrompts,
		titles: workspace.titles,
		fileContent: (id) => workspace.files.get(id)?.content ?? null,
		acknowledgements: dispatcher.acknowledgements,
		deliverTwice: dispatcher.deliverTwice,
		deliverAgain: dispatcher.deliverAgain,
		reorder: dispatcher.reorder,
		authorizationCode: () => {
			const code = workspace.identifiers.next('code-')
			workspace.authorizationCodes.set(code, null)
			return code
		},
		declineInstalling: (declines = true) => {
			workspace.declinesInstalling = declines
		},
		uninstall: () => uninstall(workspace),
		revokeToken: () => revokeToken(workspace),
	}
}
