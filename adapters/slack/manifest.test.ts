import { readFileSync } from 'node:fs'
import type { webApi } from '@slack/bolt'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { manifestLink, slackManifest } from './manifest.ts'

const text = (most: number, least = 1) => z.string().min(least).max(most)
const address = z
	.string()
	.regex(/^https:\/\//)
	.max(3_000)

/** Slack's limits, as its reference and its published schema (manifest.schema.2.0.0) have them; what isn't named isn't taken. */
const manifestSchema = z.strictObject({
	_metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.int() }),
	display_information: z.strictObject({
		name: text(35),
		description: text(140),
		long_description: text(4_000, 175),
		background_color: z.string().regex(/^#(?:[\da-f]{3}){1,2}$/i),
	}),
	features: z.strictObject({
		agent_view: z.strictObject({
			agent_description: text(300),
			suggested_prompts: z.array(z.strictObject({ title: text(75), message: text(3_000) })).max(4),
		}),
		app_home: z
			.strictObject({
				home_tab_enabled: z.boolean(),
				messages_tab_enabled: z.boolean(),
				messages_tab_read_only_enabled: z.boolean(),
			})
			.refine((home) => home.messages_tab_enabled && !home.messages_tab_read_only_enabled),
		bot_user: z.strictObject({ display_name: z.string().regex(/^[a-z\d._-]{1,80}$/), always_online: z.boolean() }),
		shortcuts: z
			.array(
				z.strictObject({
					type: z.enum(['message', 'global']),
					name: text(24),
					callback_id: text(255),
					description: text(150),
				}),
			)
			.max(10),
		slash_commands: z
			.array(
				z.strictObject({
					command: z.string().regex(/^\/[a-z\d_-]{1,31}$/),
					description: text(2_000),
					usage_hint: text(1_000),
					should_escape: z.boolean(),
					url: address.optional(),
				}),
			)
			.max(50),
	}),
	oauth_config: z.strictObject({
		redirect_urls: z.array(address).min(1).max(1_000).optional(),
		scopes: z.strictObject({ bot: unique(z.string().regex(/^[a-z_.]+(?::[a-z.]+)?$/)) }),
	}),
	settings: z.strictObject({
		event_subscriptions: z.strictObject({ bot_events: unique(text(50)).max(100), request_url: address.optional() }),
		interactivity: z.strictObject({ is_enabled: z.boolean(), request_url: address.optional() }),
		org_deploy_enabled: z.boolean(),
		socket_mode_enabled: z.boolean(),
		token_rotation_enabled: z.boolean(),
	}),
})

function unique(item: z.ZodString) {
	return z.array(item).refine((items) => new Set(items).size === items.length)
}

const socket = slackManifest('Threadwise', { over: 'socket' })
const http = slackManifest('Threadwise', { over: 'http', url: 'https://bot.example' })

describe('the manifest', () => {
	test.each([
		['over a socket', socket],
		['over HTTP', http],
		[
			'with a long name of many kinds of letters',
			slackManifest('Äußerst kluge Köpfe & ihre Schritte', { over: 'socket' }),
		],
		['with a name that has no letter Slack takes in that of a user', slackManifest('思考', { over: 'socket' })],
	])('%s keeps to the limits of Slack', (_, manifest) => {
		expect(() => manifestSchema.parse(manifest)).not.toThrow()
	})

	test('is one that the types of the Web API take', () => {
		const { oauth_config, settings, ...rest } = socket
		const { bot_events } = settings.event_subscriptions
		// The two that the types don't know yet.
		const bot = oauth_config.scopes.bot.filter((scope) => scope !== 'assistant:write')
		const known = bot_events.filter((event) => event !== 'agent_session_stopped')
		const accepted: webApi.AppsManifestCreateArguments['manifest'] = {
			...rest,
			oauth_config: { scopes: { bot } },
			settings: { ...settings, event_subscriptions: { bot_events: known } },
		}
		expect(accepted.oauth_config?.scopes?.bot).toHaveLength(oauth_config.scopes.bot.length - 1)
		expect(accepted.settings?.event_subscriptions?.bot_events).toHaveLength(bot_events.length - 1)
	})

	test('declares an agent that hears everything it has to, and is allowed to', () => {
		const { features, settings, oauth_config } = socket
		expect(features).toHaveProperty('agent_view')
		expect(features).not.toHaveProperty('assistant_view')
		expect(features.slash_commands.map(({ command }) => command)).toEqual(['/ask', '/think', '/quick'])
		expect(features.shortcuts).toMatchObject([{ type: 'message', callback_id: 'think_about_this' }])
		const { bot_events } = settings.event_subscriptions
		expect(bot_events).toEqual(expect.arrayContaining(['app_mention', 'agent_session_stopped', 'app_context_changed']))
		// Slack refuses an event whose messages the app may not read.
		for (const kind of ['channels', 'groups', 'im', 'mpim']) {
			expect(bot_events).toContain(`message.${kind}`)
			expect(oauth_config.scopes.bot).toContain(`${kind}:history`)
		}
		expect(oauth_config.scopes.bot).toContain('app_mentions:read')
	})

	test('names no address over a socket, and everywhere the same one over HTTP', () => {
		const address = 'https://bot.example/slack/events'
		expect(JSON.stringify(socket)).not.toContain('http')
		expect(socket.settings.socket_mode_enabled).toBe(true)
		expect(http.oauth_config.redirect_urls).toEqual(['https://bot.example/slack/oauth_redirect'])
		expect(http.settings).toMatchObject({
			socket_mode_enabled: false,
			event_subscriptions: { request_url: address },
			interactivity: { is_enabled: true, request_url: address },
		})
		for (const command of http.features.slash_commands) expect(command).toHaveProperty('url', address)
		for (const url of [
			'https://bot.example/',
			'https://bot.example/slack/events',
			'https://bot.example/slack/events/',
		]) {
			expect(slackManifest('Threadwise', { over: 'http', url })).toEqual(http)
		}
		expect(JSON.stringify(slackManifest('Threadwise', { over: 'http', url: 'https://x/bot' }))).toContain(
			'"https://x/bot/slack/events"',
		)
	})

	test('travels whole in a link that servers take', () => {
		const link = manifestLink(http)
		expect(JSON.parse(new URL(link).searchParams.get('manifest_json') ?? '')).toEqual(http)
		expect(link).toMatch(/^https:\/\/api\.slack\.com\/apps\?new_app=1&manifest_json=[^\s"<>+]+$/)
		expect(link.length).toBeLessThan(8_000)
	})
})

test('the guide tells what each permission is for, and of no others', () => {
	const guide = readFileSync(new URL('../../docs/slack.md', import.meta.url), 'utf8')
	const [, section = ''] = /## What it may do\n(.*?)\n## /s.exec(guide) ?? []
	const rows = [...section.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, scopes = '']) => scopes.match(/[\w.:]+/g) ?? [])
	expect(rows.toSorted()).toEqual(socket.oauth_config.scopes.bot.toSorted())
})
