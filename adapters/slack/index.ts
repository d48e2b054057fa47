import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { ChatPlatform, Reply } from '../../src/core/chat-platform.ts'
import type { ReplyView } from '../../src/core/reply-view.ts'
import { createBots, perBot } from './bots.ts'
import { createClient } from './client.ts'
import type { SlackOptions } from './config.ts'
import { createReceiving, type Listeners } from './connection.ts'
import { createInbox } from './inbox.ts'
import { createInstaller, type Installer } from './install.ts'
import { eventsPath, installPath, redirectPath } from './paths.ts'
import { platformName } from './receive.ts'
import { createRemovals } from './removals.ts'
import { createReplies } from './replies.ts'

/** Slack as a chat platform. Over HTTP, whoever has the server mounts its routes; over a socket there are none. */
export type SlackPlatform = ChatPlatform & { readonly routes: Hono<{ Bindings: HttpBindings }> | null }

const usualTimeoutMs = 10_000

/**
 * Slack, for an app that is declared as an agent (`agent_view`). Answers stand in threads, each message carries its run's id in its
 * metadata, and nothing is kept here of what runs come to.
 */
export function createSlackPlatform(options: SlackOptions): SlackPlatform {
	const { timeoutMs = usualTimeoutMs, onTrouble } = options
	const leaving = new AbortController()
	const bots = createBots({ ...options, timeoutMs })
	const workspaceOf = perBot(bots, ({ token: botToken, self }) => {
		const client = createClient({ ...options, botToken, timeoutMs })
		const replies = createReplies({ ...options, client })
		leaving.signal.addEventListener('abort', replies.leave, { once: true })
		return { self, client, replies }
	})
	const receiving = createReceiving({ ...options, bots, timeoutMs })
	const installer = createInstaller({ ...options, timeoutMs })
	const show = async (reply: Reply, view: ReplyView) => {
		const { workspaceId } = reply.conversation
		const since = new Date().toISOString()
		const { replies } = await workspaceOf(workspaceId)
		return replies.show(reply, view).catch(async (error: unknown) => {
			await bots.failed(workspaceId, error, since)
			throw error
		})
	}
	return {
		name: platformName,
		routes: routesOf(options, receiving, installer),
		// Slack takes 50 edits a minute of a whole workspace.
		capabilities: { collapse: 'native', maxLength: 12_000, minEditMs: 1_500 },
		start: async (events, signal) => {
			await bots.check()
			const inboxes = new WeakMap<object, Listeners>()
			const listenersOf = async (workspaceId: string) => {
				const workspace = await workspaceOf(workspaceId)
				const inbox = inboxes.get(workspace) ?? createInbox({ ...options, ...workspace, events })
				inboxes.set(workspace, inbox)
				return inbox
			}
			await receiving.start({ listenersOf, removal: createRemovals(options, events) })
			const stop = () => {
				leaving.abort()
				void receiving.stop().catch(onTrouble)
			}
			if (signal.aborted) stop()
			else signal.addEventListener('abort', stop, { once: true })
		},
		post: (runId, conversation, view) => show({ runId, conversation, messageIds: [] }, view),
		update: show,
		find: async (runId, conversation) => {
			const { client } = await workspaceOf(conversation.workspaceId)
			const messageIds = await client.find(conversation, runId)
			return messageIds.length === 0 ? null : { runId, conversation, messageIds }
		},
	}
}

/** Where Slack sends what it tells, and where people install the app; null where there is neither. */
function routesOf(
	{ receives }: Pick<SlackOptions, 'receives'>,
	{ take }: ReturnType<typeof createReceiving>,
	installer: Installer | null,
): SlackPlatform['routes'] {
	if (receives.over === 'socket' && installer === null) return null
	const routes = new Hono<{ Bindings: HttpBindings }>()
	const serve = (handle: (request: IncomingMessage, response: ServerResponse) => void) => (context: RouteContext) => {
		handle(context.env.incoming as IncomingMessage, context.env.outgoing as ServerResponse)
		return RESPONSE_ALREADY_SENT
	}
	if (receives.over === 'http') routes.post(eventsPath, serve(take))
	if (installer !== null) {
		routes.get(installPath, serve(installer.install))
		routes.get(redirectPath, serve(installer.complete))
	}
	return routes
}

type RouteContext = { readonly env: HttpBindings }

export { slackChecks } from './checks.ts'
export type { SlackOptions } from './config.ts'
export { type ManifestReceives, manifestLink, slackManifest } from './manifest.ts'
