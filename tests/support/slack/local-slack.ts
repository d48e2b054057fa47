import { once } from 'node:events'
import { createPlannedFaults } from '../planned-faults.ts'
import type { SlackCall } from './calls.ts'
import type { SlackClock } from './clock.ts'
import { createDispatcher } from './delivery/dispatcher.ts'
import { createRequestUrl } from './delivery/request-url.ts'
import { createSocketMode, type DisconnectReason } from './delivery/socket-mode.ts'
import type { Fault, Faults } from './faults.ts'
import { completeOptions, type LocalSlackChoices } from './options.ts'
import { startServer } from './server.ts'
import { createTeam, type SlackTeam } from './team.ts'
import { createNeighbour, createWorkspace } from './workspace.ts'

const signingSecret = 'local-signing-secret'

/** A Slack on loopback with one app, and one workspace unless more are added, as tests see it. */
export type LocalSlack = AsyncDisposable &
	SlackTeam & {
		/** For `SLACK_API_URL` and the client's `slackApiUrl`; ends in a slash. */
		readonly apiUrl: string
		readonly appToken: string
		readonly signingSecret: string
		readonly appId: string
		readonly clientId: string
		readonly clientSecret: string
		readonly clock: SlackClock
		/** Adds a workspace, in which the app is not installed. */
		addTeam(name: string): SlackTeam
		/** Every call of the app so far. */
		readonly calls: readonly SlackCall[]
		readonly faults: Faults
		/** Has the method's next call done, but drops the connection instead of an answer. */
		loseNextAnswer(method: string): void
		/** Drops the connection of the method's next call before anything is done. */
		dropNext(method: string): void
		/** Refuses the method's next calls with Slack's code; `retryAfter` seconds make it an HTTP 429. */
		refuse(method: string, error: string, times?: number, retryAfter?: number): void
		connectionCount(): number
		/**
		 * Asks Socket Mode's connections, or so many of them, to come back, or cuts them without a word where the reason is null. Where it
		 * doesn't take part in `closing`, the app has to leave by itself.
		 */
		disconnectSockets(reason?: DisconnectReason | null, count?: number, closing?: boolean): void
		/** From now on events are posted to this address. Resolves to whether the address has proven that it is the app's. */
		receiveEventsAt(url: string): Promise<boolean>
		/** Resolves when everything that was sent so far has been acknowledged or given up. */
		settled(): Promise<void>
	}

/** Starts it on a free port. It is strict: what Slack's documentation forbids is refused with Slack's code. */
export async function startLocalSlack(choices: LocalSlackChoices = {}): Promise<LocalSlack> {
	const options = completeOptions(choices)
	const workspace = createWorkspace(options)
	const workspaces = [workspace]
	const faults = createPlannedFaults<string, Fault>()
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
		disconnectSockets: (reason = null, count, closing) => socketMode.disconnect(reason, count, closing),
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
