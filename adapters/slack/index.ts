import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { ChatPlatform, Reply } from '../../src/core/chat-platform.ts'
import { type ReplyView, rests } from '../../src/core/reply-view.ts'
import { createBots, perBot } from './bots.ts'
import { createClient, type SlackClient } from './client.ts'
import type { SlackOptions } from './config.ts'
import { createReceiving, type Listeners } from './connection.ts'
import { createInbox } from './inbox.ts'
import { createInstaller, type Installer } from './install.ts'
import { eventsPath, installPath, redirectPath } from './paths.ts'
import { platformName } from './receive.ts'
import { slackCodeOf } from './refusals.ts'
import { createRemovals } from './removals.ts'
import { type BlockSupport, showReply, surplusDraft } from './show.ts'
import { createWorkingSigns } from './working-signs.ts'

/** Slack as a chat platform. Over HTTP, whoever has the server mounts its routes; over a socket there are none. */
export type SlackPlatform = ChatPlatform & { readonly routes: Hono<{ Bindings: HttpBindings }> | null }

const usualTimeoutMs = 10_000

/**
 * Slack, for an app that is declared as an agent (`agent_view`). Answers stand in threads, each message carries its run's id in its
 * metadata, and nothing is kept here of what runs come to.
 */
export function createSlackPlatform(options: SlackOptions): SlackPlatform {
	const { timeoutMs = usualTimeoutMs, onTrouble } = options
	const bots = createBots({ ...options, timeoutMs })
	const workspaceOf = perBot(bots, ({ token: botToken, self }) => {
		const client = createClient({ ...options, botToken, timeoutMs })
		return { self, client, replies: createReplies(client, options) }
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
			const stop = () => void receiving.stop().catch(onTrouble)
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

/** Shows views in the messages of a reply. */
function createReplies(client: SlackClient, { runUrl, onTrouble }: Pick<SlackOptions, 'runUrl' | 'onTrouble'>) {
	const signs = createWorkingSigns(client, onTrouble)
	/** Of each workspace; what it has refused once isn't tried again until the next start. */
	const supports = new Map<string, BlockSupport>()
	const supportOf = ({ conversation }: Reply): BlockSupport => supports.get(conversation.workspaceId) ?? 'all'
	/** Edits what is there, posts what is missing, and tells of each message that has come. */
	const showIn = async (reply: Reply, view: ReplyView, onPost: (messageIds: readonly string[]) => void) => {
		const { runId, conversation } = reply
		const support = supportOf(reply)
		const drafts = showReply({ runId, view, support, recordUrl: runUrl(runId, conversation) })
		const messageIds = [...reply.messageIds]
		for (const [part, ts] of messageIds.entries()) {
			await client.edit(conversation.channelId, ts, drafts[part] ?? surplusDraft, { runId, part })
		}
		// One after the other: Slack shows messages in the order in which they come.
		for (const draft of drafts.slice(messageIds.length)) {
			messageIds.push(await client.post(conversation, draft, { runId, part: messageIds.length }))
			onPost([...messageIds])
		}
		return { ...reply, messageIds }
	}
	return {
		show: async (reply: Reply, view: ReplyView): Promise<Reply> => {
			let posted = reply
			const show = () =>
				showIn(posted, view, (messageIds) => {
					posted = { ...posted, messageIds }
				})
			const shown = await show().catch((error: unknown) => {
				if (slackCodeOf(error) !== 'invalid_blocks' || supportOf(reply) === 'basic') throw error
				supports.set(reply.conversation.workspaceId, 'basic')
				return show()
			})
			signs.show(reply.conversation, reply.runId, !rests(view))
			return shown
		},
	}
}

export { slackChecks } from './checks.ts'
export type { SlackOptions } from './config.ts'
export { type ManifestReceives, manifestLink, slackManifest } from './manifest.ts'
