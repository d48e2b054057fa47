import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { ChatPlatform } from '../../src/core/chat-platform.ts'
import { createClient } from './client.ts'
import type { SlackOptions } from './config.ts'
import { createReceiving, eventsPath } from './connection.ts'
import { createInbox } from './inbox.ts'
import { platformName } from './receive.ts'
import { createReplies } from './replies.ts'

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
	const replies = createReplies({ ...options, client })
	return {
		name: platformName,
		routes: receives.over === 'http' ? routesOf(receiving.take) : null,
		// Slack takes 50 edits a minute of a whole workspace.
		capabilities: { collapse: 'native', maxLength: 12_000, minEditMs: 1_500 },
		start: async (events, signal) => {
			const self = await client.identify()
			await receiving.start(self, createInbox({ ...options, client, events, self }))
			const stop = () => {
				replies.leave()
				void receiving.stop().catch(onTrouble)
			}
			if (signal.aborted) stop()
			else signal.addEventListener('abort', stop, { once: true })
		},
		post: (runId, conversation, view) => replies.show({ runId, conversation, messageIds: [] }, view),
		update: replies.show,
		find: async (runId, conversation) => {
			const messageIds = await client.find(conversation, runId)
			return messageIds.length === 0 ? null : { runId, conversation, messageIds }
		},
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

export { slackChecks } from './checks.ts'
export type { SlackOptions } from './config.ts'
export { type ManifestReceives, manifestLink, slackManifest } from './manifest.ts'
