import { once } from 'node:events'
import type { SlackCall } from './calls.ts'
import type { ChannelKind } from './channels.ts'
import type { SlackClock } from './clock.ts'
import type { Acknowledgement } from './delivery/delivery.ts'
import { createDispatcher } from './delivery/dispatcher.ts'
import { createRequestUrl } from './delivery/request-url.ts'
import { createSocketMode, type DisconnectReason } from './delivery/socket-mode.ts'
import { createFaults, type Faults } from './faults.ts'
import type { Ephemeral, SlackMessage } from './messages.ts'
import { findSession } from './methods/sessions.ts'
import { shownStatus } from './methods/thread-status.ts'
import { completeOptions, type LocalSlackChoices } from './options.ts'
import { createPerson, type SlackPerson } from './person.ts'
import { startServer } from './server.ts'
import { stateAt } from './streams.ts'
import type { SlackView } from './views.ts'
import { type AgentSession, createWorkspace, type SuggestedPrompts, type ThreadStatus } from './workspace.ts'
import { removeMessage } from './writing.ts'

const signingSecret = 'local-signing-secret'

/** A Slack on loopback with one workspace and one app, as tests see it. */
export type LocalSlack = AsyncDisposable & {
	/** For `SLACK_API_URL` and the client's `slackApiUrl`; ends in a slash. */
	readonly apiUrl: string
	readonly botToken: string
	readonly appToken: string
	readonly signingSecret: string
	readonly teamId: string
	readonly appId: string
	readonly botUserId: string
	readonly botId: string
	readonly clientId: string
	readonly clientSecret: string
	readonly clock: SlackClock
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
	/** Every call of the app so far. */
	readonly calls: readonly SlackCall[]
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
	readonly faults: Faults
	/** Has the method's next call done, but drops the connection instead of an answer. */
	loseNextAnswer(method: string): void
	/** Drops the connection of the method's next call before anything is done. */
	dropNext(method: string): void
	/** Refuses the method's next calls with Slack's code; `retryAfter` seconds make it an HTTP 429. */
	refuse(method: string, error: string, times?: number, retryAfter?: number): void
	/** Has the next event delivered twice. */
	deliverTwice(): void
	/** Delivers the newest event once more. */
	deliverAgain(): Promise<Acknowledgement>
	/** Has the next event delivered after the one that follows it. */
	reorder(): void
	connectionCount(): number
	/** Asks Socket Mode's connections to come back, or cuts them without a word where the reason is null. */
	disconnectSockets(reason?: DisconnectReason | null): void
	/** From now on events are posted to this address. Resolves to whether the address has proven that it is the app's. */
	receiveEventsAt(url: string): Promise<boolean>
	/** A code with which an installation is completed. */
	authorizationCode(): string
	/** Somebody takes the app off the workspace. */
	uninstall(): void
	/** Somebody revokes the bot's token. */
	revokeToken(): void
	/** Resolves when everything that was sent so far has been acknowledged or given up. */
	settled(): Promise<void>
}

export type NewChannel = {
	readonly name: string
	readonly kind: Exclude<ChannelKind, 'im'>
	readonly hasBot?: boolean
	readonly members?: readonly string[]
	readonly isArchived?: boolean
}

/** Starts it on a free port. It is strict: what Slack's documentation forbids is refused with Slack's code. */
export async function startLocalSlack(choices: LocalSlackChoices = {}): Promise<LocalSlack> {
	const options = completeOptions(choices)
	const workspace = createWorkspace(options)
	const faults = createFaults()
	const calls: SlackCall[] = []
	const socketMode = createSocketMode(workspace)
	let requestAddress = options.requestUrl
	const requestUrl = createRequestUrl(() => requestAddress ?? '', { ...options, signingSecret })
	const dispatcher = createDispatcher(workspace, () => (requestAddress === null ? socketMode : requestUrl))
	workspace.publish = dispatcher.publish
	const server = await startServer({ workspace, faults, socketMode, calls })
	const general = workspace.channels.add('general', 'public', [workspace.bot.id])
	const people = new Map<string, SlackPerson>()
	const revoke = (refusal: string, events: readonly Parameters<typeof dispatcher.publish>[0][]) => {
		workspace.tokenRefusal = refusal
		for (const event of events) dispatcher.publish(event)
	}
	const revoked = { type: 'tokens_revoked', tokens: { oauth: [], bot: [workspace.bot.id] } }
	return {
		apiUrl: `${workspace.origin}/api/`,
		botToken: workspace.tokens.bot,
		appToken: workspace.tokens.app,
		signingSecret,
		teamId: workspace.team.id,
		appId: workspace.app.id,
		botUserId: workspace.bot.id,
		botId: workspace.app.botId,
		clientId: workspace.app.clientId,
		clientSecret: workspace.app.clientSecret,
		clock: workspace.clock,
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
		calls,
		acknowledgements: dispatcher.acknowledgements,
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
		faults,
		loseNextAnswer: (method) => faults.add(method, { kind: 'drop-after' }),
		dropNext: (method) => faults.add(method, { kind: 'drop-before' }),
		refuse: (method, error, times = 1, retryAfter) =>
			faults.add(method, { kind: 'refuse', error, retryAfter: retryAfter ?? null }, times),
		deliverTwice: dispatcher.deliverTwice,
		deliverAgain: dispatcher.deliverAgain,
		reorder: dispatcher.reorder,
		connectionCount: socketMode.connectionCount,
		disconnectSockets: (reason = null) => socketMode.disconnect(reason),
		receiveEventsAt: (url) => {
			requestAddress = url
			return requestUrl.verify()
		},
		authorizationCode: () => {
			const code = workspace.identifiers.next('code-')
			workspace.authorizationCodes.add(code)
			return code
		},
		uninstall: () => revoke('account_inactive', [revoked, { type: 'app_uninstalled' }]),
		revokeToken: () => revoke('token_revoked', [revoked]),
		settled: async () => {
			await Promise.all(dispatcher.sent)
		},
		[Symbol.asyncDispose]: async () => {
			dispatcher.close()
			socketMode.close()
			server.close()
			server.closeAllConnections()
			await once(server, 'close')
		},
	}
}
