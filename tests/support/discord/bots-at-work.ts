import { once } from 'node:events'
import { Client, type ClientOptions, Events, GatewayIntentBits, Partials, REST } from 'discord.js'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { type LocalDiscord, startLocalDiscord } from './local-discord.ts'
import type { LocalDiscordChoices } from './options.ts'

/** Starts a Discord for a test, and discord.js' own REST client, which doesn't wait or ask again by itself. */
export async function openDiscord(choices: LocalDiscordChoices = {}) {
	const discord = await startLocalDiscord(choices)
	onTestFinished(() => discord[Symbol.asyncDispose]())
	const rest = new REST({ api: discord.apiUrl, retries: 0, rejectOnRateLimit: () => true }).setToken(discord.botToken)
	return { discord, rest, ada: discord.person('ada') }
}

const errorSchema = z.looseObject({ code: z.union([z.number(), z.string()]).optional(), name: z.string().optional() })

/** The code with which Discord refuses a request; `ok` if it doesn't. */
export async function codeOf(call: Promise<unknown>): Promise<string | number> {
	const outcome = await call.then(
		() => 'ok',
		(error: unknown) => error,
	)
	if (outcome === 'ok') return 'ok'
	const { code, name } = errorSchema.parse(outcome)
	return code ?? name ?? 'unknown'
}

/** The intents of a bot that reads along. */
export const readingIntents = [
	GatewayIntentBits.Guilds,
	GatewayIntentBits.GuildMessages,
	GatewayIntentBits.DirectMessages,
	GatewayIntentBits.MessageContent,
]

/** Resolves when something of the client's connection has happened; how long it waits before that is discord.js' affair. */
export function happened(client: Client, event: 'shardResume' | 'shardReady'): Promise<unknown> {
	return once(client, event)
}

/** discord.js' own client, logged in; `prepare` gives it its listeners before that. */
export async function logIn(
	discord: LocalDiscord,
	prepare: (client: Client) => void = () => {},
	options: Partial<ClientOptions> = {},
): Promise<Client<true>> {
	const client = new Client({
		intents: readingIntents,
		partials: [Partials.Channel],
		allowedMentions: { parse: [], repliedUser: false },
		rest: { api: discord.apiUrl },
		...options,
	})
	prepare(client)
	onTestFinished(() => client.destroy())
	const { promise, resolve } = Promise.withResolvers<Client<true>>()
	client.once(Events.ClientReady, resolve)
	await client.login(discord.botToken)
	return promise
}
