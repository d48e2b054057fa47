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
import { completeOptions, type LocalSlackChoices } from './options.ts'
import type { SlackPerson } from './person.ts'
import { startServer } from './server.ts'
import { createTeam } from './team.ts'
import type { SlackView } from './views.ts'
import {
	type AgentSession,
	createNeighbour,
	createWorkspace,
	type SuggestedPrompts,
	type ThreadStatus,
} from './workspace.ts'

const signingSecret = 'local-signing-secret'

/** A Slack on loopback with one app, and one workspace unless more are added, as tests see it. */
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
	/** Adds a workspace, in which the app is not installed. */
	addTeam(name: string): SlackTeam
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
	/** Whoever looks after the workspace doesn't allow the app to be installed, or does from now on. */
	declineInstalling(declines?: boolean): void
	/** Somebody revokes the bot's token. */
	revokeToken(): void
	/** Resolves when everything that was sent so far has been acknowledged or given up. */
	settled(): Promise<void>
}

/** What belongs to one workspace of several; the first one's stands in `LocalSlack` itself. */
export type SlackTeam = Pick<LocalSlack, OfTeam>

type OfTeam =
	| ('botToken' | 'teamId' | 'botUserId' | 'botId' | 'general' | 'addChannel' | 'setMembership' | 'person' | 'messages')
	| ('ephemerals' | 'views' | 'session' | 'status' | 'suggestedPrompts' | 'titles' | 'fileContent' | 'acknowledgements')
	| (
			| 'deliverTwice'
			| 'deliverAgain'
			| 'reorder'
			| 'authorizationCode'
			| 'declineInstalling'
			| 'uninstall'
			| 'revokeToken'
	  )

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
	const workspaces = [workspace]
	const faults = createFaults()
	const calls: SlackCall[] = []
	const socketMode = createSocketMode(workspace)
	let requestAddress = options.requestUrl
	const requestUrl = createRequestUrl(() => requestAddress ?? '', { ...options, signingSecret })
	const transport = () => (requestAddress === null ? socketMode : requestUrl)
	const dispatcher = createDispatcher(workspace, transport)
	workspace.publish = dispatcher.publish
	const server = await startServer({ workspaces, faults, socketMode, calls })
	const dispatchers = [dispatcher]
	const first = createTeam(workspace, dispatcher)
	return Object.assign(first, {
		apiUrl: `${workspace.origin}/api/`,
		appToken: workspace.tokens.app,
		signingSecret,
		appId: workspace.app.id,
		clientId: workspace.app.clientId,
		clientSecret: workspace.app.clientSecret,
		clock: workspace.clock,
		addTeam: (name: string) => {
			const neighbour = createNeighbour(workspace, name)
			const its = createDispatcher(neighbour, transport)
			neighbour.publish = its.publish
			workspaces.push(neighbour)
			dispatchers.push(its)
			return createTeam(neighbour, its)
		},
		calls,
		faults,
		loseNextAnswer: (method) => faults.add(method, { kind: 'drop-after' }),
		dropNext: (method) => faults.add(method, { kind: 'drop-before' }),
		refuse: (method, error, times = 1, retryAfter) =>
			faults.add(method, { kind: 'refuse', error, retryAfter: retryAfter ?? null }, times),
		connectionCount: socketMode.connectionCount,
		disconnectSockets: (reason = null) => socketMode.disconnect(reason),
		receiveEventsAt: (url) => {
			requestAddress = url
			return requestUrl.verify()
		},
		settled: async () => {
			await Promise.all(dispatchers.flatMap(({ sent }) => sent))
		},
		[Symbol.asyncDispose]: async () => {
			for (const each of dispatchers) each.close()
			socketMode.close()
			server.close()
			server.closeAllConnections()
			await once(server, 'close')
		},
	} satisfies Omit<LocalSlack, keyof SlackTeam>)
}
