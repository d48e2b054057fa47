import type { ChannelKind } from './channels.ts'
import type { Acknowledgement } from './delivery/delivery.ts'
import type { Dispatcher } from './delivery/dispatcher.ts'
import { revokeToken, uninstall } from './installing.ts'
import type { Ephemeral, SlackMessage } from './messages.ts'
import { findSession } from './methods/sessions.ts'
import { shownStatus } from './methods/thread-status.ts'
import { createPerson, type SlackPerson } from './person.ts'
import { stateAt } from './streams.ts'
import type { SlackView } from './views.ts'
import type { AgentSession, SuggestedPrompts, ThreadStatus, Workspace } from './workspace.ts'
import { removeMessage } from './writing.ts'

/** One workspace of a Slack, as tests see it. */
export type SlackTeam = {
	readonly botToken: string
	readonly teamId: string
	readonly botUserId: string
	readonly botId: string
	/** The public channel that everybody and the bot are in. */
	readonly general: string
	/** Adds a channel and returns its id. The bot is a member unless told otherwise; so is everybody named. */
	addChannel(channel: NewChannel): string
	/** The bot joins or leaves a channel. */
	setMembership(channel: string, isMember: boolean): void
	/** A person of that name; the same one whenever asked. They are in `general`. */
	person(name: string, choices?: { readonly isAdmin?: boolean }): SlackPerson
	/** A channel's own messages, or a thread with its root, as they are shown now; oldest first. */
	messages(channel: string, threadTs?: string): readonly SlackMessage[]
	/** What only single people see. */
	ephemerals(): readonly Ephemeral[]
	/** Modals that are open, and home tabs. */
	views(): readonly SlackView[]
	/** What became of everything that the app was told of. */
	readonly acknowledgements: readonly Acknowledgement[]
	session(channel: string, threadTs: string): AgentSession | null
	/** What a thread says is going on; null when nothing is shown. */
	status(channel: string, threadTs: string): ThreadStatus | null
	readonly suggestedPrompts: readonly SuggestedPrompts[]
	readonly titles: readonly { readonly channel: string; readonly threadTs: string; readonly title: string }[]
	/** Somebody who looks after the workspace deletes a message, whoever wrote it. */
	removeMessage(channel: string, ts: string): void
	/** What was uploaded, by a file's id; null if nothing was. */
	fileContent(id: string): Buffer | null
	/** Has the next event delivered twice. */
	deliverTwice(): void
	/** Delivers the newest event once more. */
	deliverAgain(): Promise<Acknowledgement>
	/** Has the next event delivered after the one that follows it. */
	reorder(): void
	/** A code with which an installation is completed. */
	authorizationCode(): string
	/** Somebody takes the app off the workspace. */
	uninstall(): void
	/** Whoever looks after the workspace doesn't allow the app to be installed, or does from now on. */
	declineInstalling(declines?: boolean): void
	/** Somebody revokes the bot's token. */
	revokeToken(): void
}

type NewChannel = {
	readonly name: string
	readonly kind: Exclude<ChannelKind, 'im'>
	readonly hasBot?: boolean
	readonly members?: readonly string[]
	readonly isArchived?: boolean
}

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
		removeMessage: (id, ts) => {
			const channel = workspace.channels.find(id)
			const message = workspace.messages.find(id, ts)
			if (channel === null || message === null) throw new Error('there is no such message')
			removeMessage(workspace, channel, message)
		},
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
