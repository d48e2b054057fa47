import { once } from 'node:events'
import { createAdaptorServer } from '@hono/node-server'
import {
	createSlackPlatform,
	type SlackOptions,
	type SlackPlatform,
	slackManifest,
} from '../../adapters/slack/index.ts'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import { createSettingsReader } from '../../src/core/resolve-settings.ts'
import { changeSettings } from '../../src/intake/index.ts'
import { createMemoryRuns, type MemoryRuns } from './memory-runs.ts'
import { type LocalSlack, startLocalSlack } from './slack/local-slack.ts'
import type { LocalSlackChoices, LocalSlackOptions } from './slack/options.ts'

/** How Slack tells the app of what happens. */
export type SlackWay = 'socket' | 'http'

/** A local Slack with the adapter connected to it. */
export type SlackApp = AsyncDisposable & {
	readonly slack: LocalSlack
	readonly platform: SlackPlatform
	readonly memory: MemoryRuns
	readonly troubles: readonly unknown[]
	/** Has the adapter take leave, while Slack goes on. */
	leave(): void
}

export type SlackAppChoices = {
	readonly events: PlatformEvents
	readonly way?: SlackWay
	readonly slack?: LocalSlackChoices
	readonly options?: Partial<SlackOptions>
	/** What is to be so with Slack before the adapter connects to it. */
	readonly prepare?: (slack: LocalSlack) => void
}

/** Starts a local Slack, whose clock runs fast unless chosen otherwise, and connects the adapter to it. */
export async function startSlackApp({
	events,
	way = 'socket',
	slack: choices,
	options,
	prepare,
}: SlackAppChoices): Promise<SlackApp> {
	const slack = await startLocalSlack({ clockSpeed: 1_000, ...manifested(), ...choices })
	prepare?.(slack)
	const memory = createMemoryRuns()
	const troubles: unknown[] = []
	const platform = createSlackPlatform({
		access: { by: 'token', botToken: slack.botToken },
		installations: null,
		apiUrl: slack.apiUrl,
		receives:
			way === 'socket'
				? { over: 'socket', appToken: slack.appToken }
				: { over: 'http', signingSecret: slack.signingSecret },
		allowedBots: [],
		runs: memory.runs,
		conversations: memory.conversations,
		settings: settingsOf(memory),
		runUrl: () => null,
		onTrouble: (error) => troubles.push(error),
		...options,
	})
	const left = new AbortController()
	const server = await serve(platform, slack)
	await platform.start(events, left.signal)
	return {
		slack,
		platform,
		memory,
		troubles,
		leave: () => left.abort(),
		[Symbol.asyncDispose]: async () => {
			left.abort()
			await server[Symbol.asyncDispose]()
			await slack[Symbol.asyncDispose]()
		},
	}
}

/** What is set in memory, changed by those who may. */
export function settingsOf({ settings }: MemoryRuns): SlackOptions['settings'] {
	return {
		read: settings.read,
		resolve: createSettingsReader(settings, { effort: 'medium', workflow: 'default' }),
		change: (actor, key, wanted) => changeSettings(settings, actor, key, wanted),
	}
}

/** The app may do what its manifest asks for, and hears of what it names: whatever else it tries is refused. */
function manifested(): Pick<LocalSlackOptions, 'scopes' | 'botEvents'> {
	const { oauth_config, settings } = slackManifest('Threadwise', { over: 'socket' })
	return { scopes: oauth_config.scopes.bot, botEvents: settings.event_subscriptions.bot_events }
}

/** Serves the routes of a platform that has any, and tells Slack where they are. */
async function serve({ routes }: SlackPlatform, slack: LocalSlack): Promise<AsyncDisposable> {
	if (routes === null) return { [Symbol.asyncDispose]: async () => {} }
	const server = createAdaptorServer({ fetch: routes.fetch })
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	const address = server.address()
	if (address === null || typeof address === 'string') throw new Error('the server has no port')
	if (!(await slack.receiveEventsAt(`http://127.0.0.1:${address.port}/slack/events`)))
		throw new Error('Slack refused the address')
	return {
		[Symbol.asyncDispose]: async () => {
			server.close()
			if ('closeAllConnections' in server) server.closeAllConnections()
		},
	}
}

/** All that can be read of blocks, with everything that is folded opened, without marks and escapes. */
export function readableBlocks(value: unknown): string {
	if (Array.isArray(value)) return value.map(readableBlocks).filter(Boolean).join('\n')
	if (typeof value !== 'object' || value === null) return ''
	const { type, text } = value as { type?: unknown; text?: unknown }
	if (typeof text === 'string') return type === 'mrkdwn' ? withoutMarks(text) : text.replaceAll('\u200B', '')
	return Object.entries(value)
		.filter(([name]) => name !== 'block_id')
		.map(([name, part]) => (name === 'title' && typeof part === 'string' ? part : readableBlocks(part)))
		.filter(Boolean)
		.join('\n')
}

function withoutMarks(mrkdwn: string): string {
	return mrkdwn
		.replaceAll(/\*([^*\n]+)\*/g, '$1')
		.replaceAll('&lt;', '<')
		.replaceAll('&gt;', '>')
		.replaceAll('&amp;', '&')
		.replaceAll('\u200B', '')
}
