import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test as plainTest, vi } from 'vitest'
import type { GatewayFault, Step } from '../../tests/support/discord/gateway/gateway-faults.ts'
import { type LocalDiscord, startLocalDiscord } from '../../tests/support/discord/local-discord.ts'
import type { LocalDiscordChoices } from '../../tests/support/discord/options.ts'
import { seededRandom } from '../../tests/support/seeded-random.ts'
import { createConnection } from './connection.ts'

// discord.js begins a new session at most every five seconds, as Discord wants it.
vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 })

const nothing = async () => {}

/** A connection, with what is heard over it. */
async function connect(discord: LocalDiscord) {
	const heard: string[] = []
	const troubles: unknown[] = []
	const connection = createConnection({ ...discord, onTrouble: (error) => troubles.push(error) })
	const listeners = { change: nothing, deletion: nothing, interaction: nothing, guildGone: nothing, connected: nothing }
	await connection.start({ ...listeners, message: async (message) => void heard.push(JSON.stringify(message)) }, true)
	return { discord, connection, heard, troubles, [Symbol.asyncDispose]: connection.stop }
}

async function open(choices: LocalDiscordChoices = {}) {
	const discord = await startLocalDiscord({ clockSpeed: 1_000, ...choices })
	const connected = await connect(discord)
	return {
		...connected,
		[Symbol.asyncDispose]: async () => {
			await connected.connection.stop()
			await discord[Symbol.asyncDispose]()
		},
	}
}

/** Says something again and again until it is heard: what is said while a session is begun anew, nobody tells. */
async function hears({ discord, heard }: { readonly discord: LocalDiscord; readonly heard: readonly string[] }) {
	const before = heard.length
	await vi.waitUntil(
		() => {
			discord.person('Ada').post(discord.general, 'Do you hear me?')
			return heard.length > before + 1
		},
		{ timeout: 45_000, interval: 200 },
	)
}

const test = plainTest.concurrent

type Mishap = readonly [Step, GatewayFault]

describe.concurrent('the bot hears again', () => {
	test.for<[string, (discord: LocalDiscord) => void, ...Mishap[]]>([
		[
			'after a session that is refused, once and again, as the connection closes',
			({ gateway }) => gateway.invalidate(false),
			['identify', { kind: 'refuse' }],
		],
		['after a session that is never resumed', ({ gateway }) => gateway.drop(), ['resume', { kind: 'ignore' }]],
		[
			'after a session that is never begun',
			({ gateway }) => gateway.invalidate(false),
			['identify', { kind: 'ignore' }],
		],
		[
			'after a connection that is lost as it waits for its turn, and another that comes late',
			({ gateway }) => gateway.invalidate(false),
			['open', { kind: 'drop', afterMs: 100 }],
			['connect', { kind: 'late', afterMs: 0 }],
			['connect', { kind: 'late', afterMs: 8_000 }],
		],
	])('%s', async ([, disturb, ...mishaps], { expect }) => {
		await using app = await open()
		await hears(app)
		for (const [step, fault] of mishaps) app.discord.gateway.faults.add(step, fault)
		disturb(app.discord)
		await hears(app)
		expect(app.connection.hears()).toBe(true)
	})

	test('whatever happens to its connections, as soon as nothing happens any more', async ({ expect }) => {
		await using app = await open({ heartbeatMs: 500 })
		const { gateway } = app.discord
		const random = seededRandom(20)
		const oneOf = <Value>(...values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value
		for (let count = 0; count < 100; count += 1) {
			const afterMs = Math.floor(random() * 300)
			const fault: GatewayFault = oneOf(
				{ kind: 'drop', afterMs },
				{ kind: 'reconnect', afterMs },
				{ kind: 'invalidate', afterMs },
				{ kind: 'refuse' },
			)
			gateway.faults.add(oneOf('open', 'identify', 'resume'), fault)
		}
		const until = performance.now() + 20_000
		while (performance.now() < until) {
			oneOf(gateway.drop, gateway.askToReconnect, () => gateway.invalidate(random() < 0.5), gateway.fallSilent)()
			await sleep(random() * 600)
		}
		gateway.faults.clear()
		await hears(app)
		expect(app.connection.hears()).toBe(true)
	})
})

describe.concurrent('Discord lets one shard begin a session every five seconds', () => {
	const patience = { shards: 2, clockSpeed: 1 } as const

	test('and all that it recommends begin one, each in its turn', async ({ expect }) => {
		await using app = await open(patience)
		await hears(app)
		const { gateway, bot } = app.discord
		expect(gateway.sessions.map(({ shard }) => shard)).toEqual([
			[0, 2],
			[1, 2],
		])
		expect(bot.refusedStarts).toBe(0)
	})

	test('and one that is refused, since the process before has just begun one, begins its own later', async ({
		expect,
	}) => {
		await using app = await open({ ...patience, shards: 1 })
		await app.connection.stop()
		await using again = await connect(app.discord)
		expect(app.discord.bot.refusedStarts).toBe(1)
		await hears(again)
		expect(again.troubles).toEqual([])
	})

	test('and all of them come back when Discord has ended their sessions together', async ({ expect }) => {
		await using app = await open(patience)
		const { gateway } = app.discord
		gateway.invalidate(false)
		await vi.waitUntil(() => gateway.connectionCount() === 0, 10_000)
		await vi.waitUntil(() => gateway.connectionCount() === 2, 30_000)
		await hears(app)
		expect(app.connection.hears()).toBe(true)
	})
})

test.for([
	[4_004, "doesn't know the token", 'Reset Token'],
	[4_010, 'for good (4010)', 'opcodes-and-status-codes'],
	[4_011, 'too many servers', 'Start Threadwise again'],
	[4_012, 'for good (4012)', 'opcodes-and-status-codes'],
	[4_013, 'for good (4013)', 'opcodes-and-status-codes'],
	[4_014, 'refuses an intent', 'Message Content Intent'],
] as const)(
	'when Discord closes the connection for good (%i), the bot says why and what to do, once, and stays away',
	async ([code, message, fix], { expect }) => {
		await using app = await open()
		await hears(app)
		const sessions = app.discord.bot.sessionStarts
		app.discord.gateway.closeWith(code)
		await vi.waitUntil(() => !app.connection.hears(), 10_000)
		expect(app.troubles).toMatchObject([
			{ message: expect.stringContaining(message), fix: expect.stringContaining(fix) },
		])
		// Longer than it waits before it connects again, and for its turn.
		await sleep(8_000)
		expect(app.discord.gateway.connectionCount()).toBe(0)
		expect(app.discord.bot.sessionStarts).toBe(sessions)
		expect(app.troubles).toHaveLength(1)
	},
)
