import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { ChatPlatform, Reply } from '../../src/core/chat-platform.ts'
import type { Conversation } from '../../src/core/conversation.ts'
import type { ReplyView } from '../../src/core/reply-view.ts'
import { createBots, perBot } from './bots.ts'
import { createClient, type SlackClient } from './client.ts'
import type { SlackOptions } from './config.ts'
import { createReceiving, type Listeners } from './connection.ts'
import { readEarlier } from './earlier.ts'
import { createInbox } from './inbox.ts'
import { createInstaller, type Installer } from './install.ts'
import { eventsPath, installPath, redirectPath } from './paths.ts'
import { platformName, type Self } from './receive.ts'
import { createRemovals } from './removals.ts'
import { createReplies, type Replies } from './replies.ts'

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
	const workspaceOf = perBot(bots, ({ token: botToken, self }): Workspace => {
		const client = createClient({ ...options, botToken, timeoutMs })
		const replies = createReplies({ ...options, client })
		leaving.signal.addEventListener('abort', replies.leave, { once: true })
		return { self, client, replies }
	})
	const receiving = createReceiving({ ...options, bots, timeoutMs })
	const installer = createInstaller({ ...options, timeoutMs })
	/** What can't be done as the app was taken off is heard of here as well. */
	const inWorkspaceOf = async <Result>(
		{ workspaceId }: Conversation,
		act: (workspace: Workspace) => Promise<Result>,
	) => {
		const since = new Date().toISOString()
		return act(await workspaceOf(workspaceId)).catch(async (error: unknown) => {
			await bots.failed(workspaceId, error, since)
			throw error
		})
	}
	const show = (reply: Reply, view: ReplyView) =>
		inWorkspaceOf(reply.conversation, ({ replies }) => replies.show(reply, view))
	return {
		name: platformName,
		routes: routesOf(options, receiving, installer),
		// Slack takes 50 edits a minute of a whole workspace.
		capabilities: { collapse: 'native', maxLength: 12_000, minEditMs: 1_500, joinsLate: true },
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
		find: (runId, conversation) =>
			inWorkspaceOf(conversation, async ({ client }) => {
				const messageIds = await client.find(conversation, runId)
				return messageIds.length === 0 ? null : { runId, conversation, messageIds }
			}),
		readEarlier: (message) => inWorkspaceOf(message.conversation, (workspace) => readEarlier(message, workspace)),
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

type Workspace = { readonly self: Self; readonly client: SlackClient; readonly replies: Replies }

type RouteContext = { readonly env: HttpBindings }

export { slackChecks } from './checks.ts'
export type { SlackOptions } from './config.ts'
export { type ManifestReceives, manifestLink, slackManifest } from './manifest.ts'
