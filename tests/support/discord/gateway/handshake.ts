import { ApplicationFlags, GatewayCloseCodes, GatewayIntentBits } from 'discord.js'
import { z } from 'zod'
import type { DiscordBot } from '../bots.ts'
import { guildCreatePayload, userPayload } from '../payloads/guilds.ts'
import type { World } from '../world.ts'
import { dispatch, type Session } from './session.ts'

export const identifySchema = z.object({
	token: z.string(),
	intents: z.int(),
	properties: z.object({ os: z.string(), browser: z.string(), device: z.string() }),
	shard: z.tuple([z.int(), z.int()]).optional(),
	compress: z.boolean().optional(),
})

export const resumeSchema = z.object({ token: z.string(), session_id: z.string(), seq: z.int() })

const known = Object.values(GatewayIntentBits).reduce<number>(
	(bits, each) => (typeof each === 'number' ? bits | each : bits),
	0,
)
const privileged = GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences

/** The bot that a token belongs to, as the gateway and requests name it. */
export function botOf({ bots }: World, token: string | null): DiscordBot | null {
	return bots.find((each) => each.token === token?.replace(/^Bot /, '')) ?? null
}

const betweenStartsMs = 5_000

/** Begins a session, or says with which code the connection is closed; null where it comes too soon after the one before. */
export function identify(world: World, given: z.infer<typeof identifySchema>): Session | number | null {
	const { intents, shard = [0, 1] } = given
	const bot = botOf(world, given.token)
	if (bot === null) return GatewayCloseCodes.AuthenticationFailed
	const [number, count] = shard
	if (number < 0 || number >= count) return GatewayCloseCodes.InvalidShard
	if ((intents & ~known) !== 0) return GatewayCloseCodes.InvalidIntents
	const isAsked = (intents & GatewayIntentBits.MessageContent) !== 0
	if ((isAsked && !bot.hasMessageContent) || (intents & privileged) !== 0) return GatewayCloseCodes.DisallowedIntents
	if (comesTooSoon(world, bot, number)) return null
	bot.sessionStarts += 1
	const id = world.identifiers.token('session-')
	return { id, bot, intents, shard, dispatches: [], connection: null, hasEnded: false }
}

/** https://docs.discord.com/developers/events/gateway#sharding-max-concurrency */
function comesTooSoon({ options, clock }: World, bot: DiscordBot, shard: number): boolean {
	const key = shard % options.maxConcurrency
	const now = clock.rateNow()
	const last = bot.lastStarts.get(key) ?? Number.NEGATIVE_INFINITY
	const isTooSoon = options.rates && now - last < betweenStartsMs
	if (isTooSoon) bot.refusedStarts += 1
	else bot.lastStarts.set(key, now)
	return isTooSoon
}

/** Tells a new session who it is and where the bot is. */
export function greet(world: World, session: Session): void {
	const { bot, shard, intents } = session
	const guilds = [...world.guilds.values()].filter(({ members }) => members.has(bot.user.id))
	dispatch(session, 'READY', {
		v: 10,
		user: { ...userPayload(bot.user), verified: true, mfa_enabled: true, email: null },
		guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
		session_id: session.id,
		session_type: 'normal',
		resume_gateway_url: world.origin.replace('http', 'ws'),
		shard,
		application: { id: bot.applicationId, flags: applicationFlags(bot) },
	})
	if ((intents & GatewayIntentBits.Guilds) === 0) return
	for (const guild of guilds) dispatch(session, 'GUILD_CREATE', guildCreatePayload(world, guild, bot.user.id))
}

export function applicationFlags({ hasMessageContent }: DiscordBot): number {
	return hasMessageContent ? ApplicationFlags.GatewayMessageContentLimited : 0
}
