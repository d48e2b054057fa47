import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { ChatPlatform, Reply } from '../../src/core/chat-platform.ts'
import { type ReplyView, rests } from '../../src/core/reply-view.ts'
import { createClient, type SlackClient } from './client.ts'
import type { SlackOptions } from './config.ts'
import { createReceiving, eventsPath } from './connection.ts'
import { readEarlier } from './earlier.ts'
import { createInbox } from './inbox.ts'
import { platformName } from './receive.ts'
import { slackCodeOf } from './refusals.ts'
import { showMessages } from './reply-messages.ts'
import { attachedFile, type BlockSupport, showReply } from './show.ts'
import { createWorkingSigns } from './working-signs.ts'

/** Slack as a chat platform. Over HTTP, whoever has the server mounts its routes; over a socket there are none. */
export type SlackPlatform = ChatPlatform & { readonly routes: Hono<{ Bindings: HttpBindings }> | null }

const usualTimeoutMs = 10_000

/**
 * Slack, for an app that is declared as an agent (`agent_view`). Answers stand in threads, each message carries its run's id in its
 * metadata, and nothing is kept here of what runs come to.
 */
export function createSlackPlatform(options: SlackOptions): SlackPlatform {
	const { timeoutMs = usualTimeoutMs, onTrouble, receives } = options
	const client = createClient({ ...options, timeoutMs })
	const receiving = createReceiving({ ...options, timeoutMs })
	const replies = createReplies(client, options)
	return {
		name: platformName,
		routes: receives.over === 'http' ? routesOf(receiving.take) : null,
		// Slack takes 50 edits a minute of a whole workspace.
		capabilities: { collapse: 'native', maxLength: 12_000, minEditMs: 1_500, joinsLate: true },
		start: async (events, signal) => {
			const self = await client.identify()
			await receiving.start(self, createInbox({ ...options, client, events, self }))
			const stop = () => void receiving.stop().catch(onTrouble)
			if (signal.aborted) stop()
			else signal.addEventListener('abort', stop, { once: true })
		},
		post: (runId, conversation, view) => replies.show({ runId, conversation, messageIds: [] }, view),
		update: replies.show,
		find: async (runId, conversation) => {
			const messageIds = await client.find(conversation, runId)
			return messageIds.length === 0 ? null : { runId, conversation, messageIds }
		},
		readEarlier: async (message) => readEarlier(message, { client, self: await client.identify() }),
	}
}

function routesOf(take: ReturnType<typeof createReceiving>['take']): Hono<{ Bindings: HttpBindings }> {
	const routes = new Hono<{ Bindings: HttpBindings }>()
	routes.post(eventsPath, ({ env }) => {
		take(env.incoming as Parameters<typeof take>[0], env.outgoing as Parameters<typeof take>[1])
		return RESPONSE_ALREADY_SENT
	})
	return routes
}

/** Shows views in the messages of a reply. */
function createReplies(client: SlackClient, { runUrl, onTrouble }: Pick<SlackOptions, 'runUrl' | 'onTrouble'>) {
	const signs = createWorkingSigns(client, onTrouble)
	/** Of each workspace; what it has refused once isn't tried again until the next start. */
	const supports = new Map<string, BlockSupport>()
	const supportOf = ({ conversation }: Reply): BlockSupport => supports.get(conversation.workspaceId) ?? 'all'
	const refuseFiles = new Set<string>()
	const showIn = async (
		reply: Reply,
		view: ReplyView,
		onChange: (messageIds: readonly string[]) => void,
	): Promise<Reply> => {
		const { runId, conversation } = reply
		const attaches = !refuseFiles.has(conversation.workspaceId)
		const shown = { runId, view, support: supportOf(reply), attaches, recordUrl: runUrl(runId, conversation) }
		const wanted = { drafts: showReply(shown), file: attachedFile(shown), mayAdd: rests(view) }
		const { messageIds, refusesFiles } = await showMessages(client, reply, wanted, onChange)
		if (!refusesFiles) return { ...reply, messageIds }
		refuseFiles.add(conversation.workspaceId)
		return showIn({ ...reply, messageIds }, view, onChange)
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
