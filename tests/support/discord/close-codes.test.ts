import { once } from 'node:events'
import { GatewayCloseCodes, GatewayIntentBits, GatewayOpcodes } from 'discord.js'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { openDiscord } from './bots-at-work.ts'
import type { LocalDiscord } from './local-discord.ts'

const properties = { os: 'linux', browser: 'test', device: 'test' }
const intents = GatewayIntentBits.Guilds
const identify = (token: string, more: object = {}) => ({
	op: GatewayOpcodes.Identify,
	d: { token, intents, properties, ...more },
})
const resume = (token: string, id: string, seq: number) => ({
	op: GatewayOpcodes.Resume,
	d: { token, session_id: id, seq },
})

/** A bot that speaks to the gateway without discord.js. */
async function connect(discord: LocalDiscord, query = 'v=10&encoding=json') {
	const connection = new WebSocket(`${new URL(discord.apiUrl).origin.replace('http', 'ws')}/?${query}`)
	onTestFinished(() => connection.terminate())
	const closed = new Promise<number>((resolve) => connection.once('close', resolve))
	const messages: { readonly op: number }[] = []
	connection.on('message', (data) => messages.push(JSON.parse(String(data))))
	await once(connection, 'open')
	const say = (...messages: readonly unknown[]) => {
		for (const each of messages) connection.send(typeof each === 'string' ? each : JSON.stringify(each))
		return closed
	}
	/** What was said to the bot after the greeting. */
	const told = () => messages.filter(({ op }) => op !== GatewayOpcodes.Hello)
	return { closed, say, told }
}

const {
	UnknownOpcode,
	DecodeError,
	NotAuthenticated,
	AuthenticationFailed,
	AlreadyAuthenticated,
	InvalidSeq,
	RateLimited,
	InvalidShard,
	InvalidAPIVersion,
	InvalidIntents,
	DisallowedIntents,
} = GatewayCloseCodes

test.for([
	['a message that is no JSON', DecodeError, () => ['hello']],
	['a message of more than 4,096 bytes', DecodeError, () => [{ op: 1, d: 'x'.repeat(4_096) }]],
	['an opcode that is unknown', UnknownOpcode, () => [{ op: 99 }]],
	['anything but a greeting first', NotAuthenticated, () => [{ op: GatewayOpcodes.PresenceUpdate, d: {} }]],
	['a greeting without what it needs', DecodeError, (token: string) => [{ op: GatewayOpcodes.Identify, d: { token } }]],
	['a wrong token', AuthenticationFailed, () => [identify('wrong')]],
	['a wrong token for a session', AuthenticationFailed, () => [resume('wrong', 'session', 1)]],
	['a second greeting', AlreadyAuthenticated, (token: string) => [identify(token), identify(token)]],
	['a shard that is not there', InvalidShard, (token: string) => [identify(token, { shard: [2, 2] })]],
	['intents that are unknown', InvalidIntents, (token: string) => [identify(token, { intents: 1 << 30 })]],
	[
		'intents that are not granted',
		DisallowedIntents,
		(token: string) => [identify(token, { intents: GatewayIntentBits.GuildMembers })],
	],
	[
		'too many messages',
		RateLimited,
		() => Array.from({ length: 121 }, () => ({ op: GatewayOpcodes.Heartbeat, d: null })),
	],
] as const)('%s closes the connection with %i', async ([, code, messages]) => {
	const { discord } = await openDiscord()
	const { say } = await connect(discord)
	expect(await say(...messages(discord.botToken))).toBe(code)
})

test('another version of the gateway is not spoken', async () => {
	const { discord } = await openDiscord()
	const { closed } = await connect(discord, 'v=9&encoding=json')
	expect(await closed).toBe(InvalidAPIVersion)
})

test('a session is not resumed from what was never told', async () => {
	const { discord } = await openDiscord()
	const first = await connect(discord)
	void first.say(identify(discord.botToken))
	await expect.poll(() => discord.gateway.connectionCount()).toBe(1)
	discord.gateway.drop()
	await first.closed
	const second = await connect(discord)
	const [session] = discord.gateway.sessions
	expect(await second.say(resume(discord.botToken, session?.id ?? '', 1_000))).toBe(InvalidSeq)
})

test('a session that is begun within five seconds of the one before is invalid, unless its shard has a turn of its own', async () => {
	const { discord } = await openDiscord({ maxConcurrency: 2 })
	const shard = async (number: number) => {
		const { say, told } = await connect(discord)
		void say(identify(discord.botToken, { shard: [number, 4] }))
		await expect.poll(told).not.toEqual([])
		return told()[0]
	}
	expect([await shard(0), await shard(1), await shard(2)]).toMatchObject([
		{ op: GatewayOpcodes.Dispatch, t: 'READY' },
		{ op: GatewayOpcodes.Dispatch, t: 'READY' },
		{ op: GatewayOpcodes.InvalidSession, d: false },
	])
	discord.clock.advance(5_000)
	expect(await shard(2)).toMatchObject({ t: 'READY' })
})
