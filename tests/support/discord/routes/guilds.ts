import type { DiscordGuild } from '../guilds.ts'
import { channelPayload, guildPayload, memberPayload, rolePayload, userPayload } from '../payloads/guilds.ts'
import { permissionsIn } from '../places.ts'
import { DiscordRefusal } from '../refusal.ts'
import { defineRoute, found, type ReadRequest, type Route } from './route.ts'

function joinedGuild({ world, bot, parameter }: ReadRequest<unknown, unknown>): DiscordGuild {
	const guild = world.guilds.get(parameter('guild_id'))
	if (guild === undefined) throw new DiscordRefusal('unknownGuild')
	if (!guild.members.has(bot.user.id)) throw new DiscordRefusal('missingAccess')
	return guild
}

const getGuild = defineRoute({
	name: 'GET /guilds/{guild_id}',
	run: (request) => found(guildPayload(joinedGuild(request))),
})

const getRoles = defineRoute({
	name: 'GET /guilds/{guild_id}/roles',
	run: (request) => found(joinedGuild(request).roles.map(rolePayload)),
})

const getChannels = defineRoute({
	name: 'GET /guilds/{guild_id}/channels',
	run: (request) => {
		const { id } = joinedGuild(request)
		const channels = [...request.world.channels.values()]
		const shown = channels.filter(({ guildId, thread, isDeleted }) => guildId === id && thread === null && !isDeleted)
		return found(shown.map((each) => channelPayload(request.world, each)))
	},
})

const getActiveThreads = defineRoute({
	name: 'GET /guilds/{guild_id}/threads/active',
	run: (request) => {
		const { world, bot } = request
		const { id } = joinedGuild(request)
		const threads = [...world.channels.values()].filter(
			(each) =>
				each.guildId === id && each.thread?.isArchived === false && permissionsIn(world, bot.user.id, each) !== 0n,
		)
		return found({ threads: threads.map((each) => channelPayload(world, each)), members: [], has_more: false })
	},
})

const getMember = defineRoute({
	name: 'GET /guilds/{guild_id}/members/{user_id}',
	run: (request) => {
		const userId = request.parameter('user_id')
		const member = joinedGuild(request).members.get(userId)
		const user = request.world.users.get(userId)
		if (user === undefined) throw new DiscordRefusal('unknownUser')
		if (member === undefined) throw new DiscordRefusal('unknownMember')
		return found({ ...memberPayload(member), user: userPayload(user) })
	},
})

export const guildRoutes: readonly Route[] = [getGuild, getRoles, getChannels, getActiveThreads, getMember]
