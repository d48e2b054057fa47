import type { DiscordBot, DiscordCommand } from '../bots.ts'
import { DiscordRefusal } from '../refusal.ts'
import { checkCommands } from '../rules/commands.ts'
import type { CommandBody } from '../wire.ts'
import type { World } from '../world.ts'
import { type Answer, defineRoute, found, type ReadRequest, type Route } from './route.ts'

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
	checkCommands(request.body ?? [])
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

export const commandRoutes: readonly Route[] = [getCommands, getGuildCommands, putCommands, putGuildCommands]
