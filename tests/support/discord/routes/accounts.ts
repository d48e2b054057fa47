import type { DiscordBot, DiscordCommand } from '../bots.ts'
import { applicationFlags } from '../gateway/handshake.ts'
import type { DiscordGuild } from '../guilds.ts'
import { channelPayload, guildPayload, memberPayload, rolePayload, userPayload } from '../payloads/guilds.ts'
import { permissionsIn } from '../places.ts'
import { DiscordRefusal } from '../refusal.ts'
import type { World } from '../world.ts'
import { type Answer, defineRoute, found, type ReadRequest, type Route } from './route.ts'

const sessionStartsADay = 1_000

const getGateway = defineRoute({
	name: 'GET /gateway/bot',
	run: ({ world, bot }) =>
		found({
			url: world.origin.replace('http', 'ws'),
			shards: world.options.shards,
			session_start_limit: {
				total: sessionStartsADay,
				remaining: Math.max(0, sessionStartsADay - bot.sessionStarts),
				reset_after: 86_400_000,
				max_concurrency: 1,
			},
		}),
})

const getSelf = defineRoute({
	name: 'GET /users/@me',
	run: ({ bot }) => found({ ...userPayload(bot.user), mfa_enabled: true, verified: true, locale: 'en-US' }),
})

const getUser = defineRoute({
	name: 'GET /users/{user_id}',
	run: ({ world, parameter }) => {
		const user = world.users.get(parameter('user_id'))
		if (user === undefined) throw new DiscordRefusal('unknownUser')
		return found(userPayload(user))
	},
})

const getOwnGuilds = defineRoute({
	name: 'GET /users/@me/guilds',
	run: ({ world, bot }) =>
		found(
			[...world.guilds.values()]
				.filter(({ members }) => members.has(bot.user.id))
				.map(({ id, name, roles: [everybody] }) => ({
					id,
					name,
					icon: null,
					banner: null,
					owner: false,
					permissions: String(everybody?.permissions ?? 0n),
					features: [],
				})),
		),
})

function applicationPayload({ world, bot }: Pick<ReadRequest<unknown, unknown>, 'world' | 'bot'>) {
	return {
		id: bot.applicationId,
		name: bot.user.name,
		icon: null,
		description: '',
		summary: '',
		type: null,
		bot: userPayload(bot.user),
		bot_public: true,
		bot_require_code_grant: false,
		verify_key: '0'.repeat(64),
		flags: applicationFlags(bot),
		owner: userPayload(bot.user),
		team: null,
		integration_types_config: { 0: {}, 1: {} },
		approximate_guild_count: [...world.guilds.values()].filter(({ members }) => members.has(bot.user.id)).length,
		approximate_user_install_count: bot.installedFor.size,
		redirect_uris: [],
		interactions_endpoint_url: null,
		role_connections_verification_url: null,
	}
}

const getApplication = defineRoute({
	name: 'GET /applications/@me',
	run: (request) => found(applicationPayload(request)),
})

const getAuthorization = defineRoute({
	name: 'GET /oauth2/applications/@me',
	run: (request) => found(applicationPayload(request)),
})

type CommandBody = Readonly<Record<string, unknown>> & {
	readonly name: string
	readonly type?: number | null
	readonly description?: string | null
	readonly contexts?: readonly number[] | null
	readonly integration_types?: readonly number[] | null
}

function own({ bot, parameter }: ReadRequest<unknown, unknown>): DiscordBot {
	if (parameter('application_id') !== bot.applicationId) throw new DiscordRefusal('missingAccess')
	return bot
}

function listCommands(request: ReadRequest<unknown, unknown>): Answer {
	const guildId = request.parameter('guild_id') || null
	const commands = own(request).commands.filter((each) => each.guildId === guildId)
	return found(commands.map((each) => commandPayload(each, request.bot)))
}

/** Registering replaces all; a command of the same kind and name keeps its id, and its version if nothing has changed. */
function registerCommands(request: ReadRequest<readonly CommandBody[] | null, unknown>): Answer {
	const bot = own(request)
	const guildId = request.parameter('guild_id') || null
	const others = bot.commands.filter((each) => each.guildId !== guildId)
	const mine = bot.commands.filter((each) => each.guildId === guildId)
	const registered = (request.body ?? []).map((body) => commandOf(request.world, body, guildId, mine))
	bot.commands = [...others, ...registered]
	return found(registered.map((each) => commandPayload(each, bot)))
}

function commandOf(
	{ identifiers }: World,
	sent: CommandBody,
	guildId: string | null,
	before: readonly DiscordCommand[],
): DiscordCommand {
	const type = sent.type ?? 1
	const same = before.find((each) => each.name === sent.name && each.type === type)
	const isUnchanged = same !== undefined && JSON.stringify(same.sent) === JSON.stringify(sent)
	return {
		id: same?.id ?? identifiers.snowflake(),
		name: sent.name,
		type,
		version: isUnchanged ? same.version : identifiers.snowflake(),
		guildId,
		contexts: sent.contexts ?? null,
		integrationTypes: sent.integration_types ?? [0],
		sent,
	}
}

function commandPayload(
	{ id, type, version, guildId, contexts, integrationTypes, sent }: DiscordCommand,
	bot: DiscordBot,
) {
	return {
		description: '',
		default_member_permissions: null,
		dm_permission: true,
		nsfw: false,
		...sent,
		id,
		type,
		version,
		application_id: bot.applicationId,
		contexts,
		integration_types: integrationTypes,
		...(guildId !== null && { guild_id: guildId }),
	}
}

const getCommands = defineRoute({ name: 'GET /applications/{application_id}/commands', run: listCommands })
const getGuildCommands = defineRoute({
	name: 'GET /applications/{application_id}/guilds/{guild_id}/commands',
	run: listCommands,
})
const putCommands = defineRoute<readonly CommandBody[] | null>({
	name: 'PUT /applications/{application_id}/commands',
	run: registerCommands,
})
const putGuildCommands = defineRoute<readonly CommandBody[] | null>({
	name: 'PUT /applications/{application_id}/guilds/{guild_id}/commands',
	run: registerCommands,
})

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
		return found({ threads: threads.map((each) => channelPayload(world, each)), members: [] })
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

export const accountRoutes: readonly Route[] = [
	getGateway,
	getSelf,
	getUser,
	getOwnGuilds,
	getApplication,
	getAuthorization,
]
export const commandRoutes: readonly Route[] = [getCommands, getGuildCommands, putCommands, putGuildCommands]
export const guildRoutes: readonly Route[] = [getGuild, getRoles, getChannels, getActiveThreads, getMember]
