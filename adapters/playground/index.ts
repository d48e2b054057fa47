import type { ChatPlatform, PlatformEvents } from '../../src/core/chat-platform.ts'
import { createAccess } from './access.ts'
import { createClient, type PlaygroundRoutes } from './client.ts'
import type { PlaygroundOptions } from './config.ts'
import { RequestFailure } from './failure.ts'
import { createHub } from './hub.ts'
import { createLimits } from './limits.ts'
import { createPages } from './pages.ts'
import { platformName } from './receive.ts'

/** The playground as a chat platform. Whoever has the server mounts its routes. */
export type PlaygroundPlatform = ChatPlatform & { readonly routes: PlaygroundRoutes }

/**
 * A chat page on this machine, and the API under it. It reads what runs come to from their journals, so it shows them whichever
 * process works on them or delivers them; what is delivered here only reaches the page sooner.
 */
export function createPlaygroundPlatform(options: PlaygroundOptions): PlaygroundPlatform {
	const ending = new AbortController()
	const hub = createHub(options)
	let started: PlatformEvents | null = null
	const routes = createClient({
		...options,
		hub,
		access: createAccess(options.access),
		limits: createLimits(options.limits),
		pages: createPages(options.runUrl),
		events: () => {
			if (started === null) throw notStarted
			return started
		},
		shutdown: ending.signal,
	})
	return {
		name: platformName,
		routes,
		capabilities: { collapse: 'html', maxLength: Number.MAX_SAFE_INTEGER, minEditMs: 200, joinsLate: false },
		start: async (events, signal) => {
			started = events
			const end = () => {
				started = null
				ending.abort()
			}
			if (signal.aborted) end()
			else signal.addEventListener('abort', end, { once: true })
		},
		post: async (runId, conversation, view) => {
			hub.deliver(runId, view)
			// Whoever looks at the conversation sees a run that is new to it.
			void hub.changed(conversation)
			return { runId, conversation, messageIds: [runId] }
		},
		update: async (reply, view) => {
			hub.deliver(reply.runId, view)
			return reply
		},
		// The page shows each run once, by its id, from its journal: to post it again changes nothing, so nothing has to be found.
		find: async () => null,
		readEarlier: async () => [],
	}
}

const notStarted = new RequestFailure(
	503,
	{
		code: 'not-ready',
		message: 'Threadwise is starting, or ending.',
		fix: 'Try again in a few seconds.',
	},
	2_000,
)

export { createAccess, isLoopback } from './access.ts'
export type { AccessSettings, PlaygroundOptions } from './config.ts'
export { linkSecretOf, runPageUrl } from './run-link.ts'
