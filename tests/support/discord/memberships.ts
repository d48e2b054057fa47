import { GatewayIntentBits } from 'discord.js'
import type { DiscordBot } from './bots.ts'
import type { DiscordGuild } from './guilds.ts'
import { guildCreatePayload } from './payloads/guilds.ts'
import { bitsOf } from './permissions.ts'
import { addChannel, addGuild, addRole, join } from './places.ts'
import type { World } from './world.ts'
import { publishRole } from './writing.ts'

/** A guild with a channel that everybody may write in, with the bot if there is to be one. */
export function furnishGuild(world: World, name: string, ownerId: string, bot: DiscordBot | null) {
	const guild = addGuild(world, name, ownerId)
	const { id: general } = addChannel(world, { name: 'general', kind: 'text', guildId: guild.id })
	if (bot !== null) setMembership(world, guild.id, bot, true)
	return { id: guild.id, general }
}

/** Brings a bot into a guild with the permissions that it asks for, or takes it out, and tells it so. */
export function setMembership(world: World, guildId: string, bot: DiscordBot, isMember: boolean): void {
	const guild = guildOf(world, guildId)
	if (!isMember) {
		guild.members.delete(bot.user.id)
		tellBot(world, bot, 'GUILD_DELETE', guildId, { id: guildId })
		return
	}
	join(world, guild, bot.user.id)
	giveRole(world, guildId, bot.user.id, bot.user.name, bitsOf(world.options.botPermissions))
	tellBot(world, bot, 'GUILD_CREATE', guildId, guildCreatePayload(world, guild, bot.user.id))
}

export function giveRole(world: World, guildId: string, userId: string, name: string, permissions: bigint): void {
	const guild = guildOf(world, guildId)
	const role = addRole(world, guild, name, permissions)
	guild.members.get(userId)?.roles.add(role.id)
	publishRole(world, guild, role)
}

function guildOf({ guilds }: World, id: string): DiscordGuild {
	const guild = guilds.get(id)
	if (guild === undefined) throw new Error(`there is no guild ${id}`)
	return guild
}

function tellBot(
	world: World,
	bot: DiscordBot,
	name: string,
	guildId: string,
	payload: Readonly<Record<string, unknown>>,
): void {
	world.publish({
		name,
		guildId,
		intents: GatewayIntentBits.Guilds,
		payload: (each) => (each === bot ? payload : null),
	})
}
