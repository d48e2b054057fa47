import { describe, test as plainTest, vi } from 'vitest'
import type { GatewayFault, Step } from '../../tests/support/discord/gateway/gateway-faults.ts'
import { type LocalDiscord, startLocalDiscord } from '../../tests/support/discord/local-discord.ts'
import type { LocalDiscordChoices } from '../../tests/support/discord/options.ts'
import { seededRandom } from '../../tests/support/seeded-random.ts'
import { createConnection } from './connection.ts'

// discord.js begins a new session at most every five seconds, as Discord wants it.
vi.setConfig({ testTimeout: 60_000 })

const nothing = async () => {}

/** The connection alone, with what is heard over it. */
async function open(choices: LocalDiscordChoices) {
	const discord = await startLocalDiscord({ clockSpeed: 1_000, ...choices })
	const heard: string[] = []
	const troubles: unknown[] = []
	const connection = createConnection({ ...discord, onTrouble: (error) => troubles.push(error) })
	const listeners = { change: nothing, deletion: nothing, interaction: nothing, guildGone: nothing, connected: nothing }
	await connection.start({ ...listeners, message: async (message) => void heard.push(JSON.stringify(message)) }, true)
	return {
		discord,
		connection,
		heard,
		troubles,
		[Symbol.asyncDispose]: async () => {
			await connection.stop()
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

describe('the bot hears again', () => {
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
		await using app = await open({})
		await hears(app)
		for (const [step, fault] of mishaps) app.discord.gateway.faults.add(step, fault)
		disturb(app.discord)
		await hears(app)
		expect(app.connection.lostForMs()).toBe(0)
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
			await new Promise((resolve) => setTimeout(resolve, random() * 600))
		}
		gateway.faults.clear()
		await hears(app)
		expect(app.connection.lostForMs()).toBe(0)
	})
})
