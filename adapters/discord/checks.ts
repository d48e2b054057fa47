import { ChannelType, Routes } from 'discord.js'
import { z } from 'zod'
import { type Check, type Finding, notChecked, ok, problem, warning } from '../../src/core/check.ts'
import { counted } from '../../src/core/counted.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import { type Application, createClient } from './client.ts'
import { differingCommands } from './commands.ts'
import type { DiscordConnection } from './config.ts'
import { inviteLink } from './invite.ts'
import {
	type Membership,
	missingIn,
	type NeededPermission,
	neededPermissions,
	overwriteSchema,
	roleSchema,
	titleOfPermission,
} from './permissions.ts'
import { createRequest, type Request } from './requests.ts'

const timeoutMs = 10_000
/** More than that take too long to ask for. */
const mostGuilds = 25
const mostChannelsNamed = 5

/** What can be right or wrong between Discord and this installation: who the bot is, what it may read, know and do. */
export function discordChecks(connection: Pick<DiscordConnection, 'botToken' | 'apiUrl'>): readonly Check[] {
	const request = createRequest({ ...connection, timeoutMs, onTrouble: () => {} })
	const client = createClient(request)
	const identified = once(client.application)
	/** Where the bot isn't known, there is nothing to be said. */
	const ifKnown = (find: (application: Application) => Promise<Finding>) => async (): Promise<Finding> => {
		const application = await identified().catch(() => null)
		return application === null ? notChecked('it needs the bot token') : find(application)
	}
	return [
		{ name: 'Discord bot token', run: () => tokenFinding(identified, connection.apiUrl) },
		{ name: 'Discord gateway', run: ifKnown(() => gatewayFinding(request)) },
		{ name: 'Discord intents', run: ifKnown(async ({ readsMessages }) => intentsFinding(readsMessages)) },
		{
			name: 'Discord commands',
			run: ifKnown(async (application) =>
				commandsFinding(application, differingCommands(await client.commands(application.applicationId))),
			),
		},
		{
			name: 'Discord permissions',
			timeoutMs: 30_000,
			run: ifKnown((application) => permissionsFinding(request, application)),
		},
	]
}

/** Asks once, however many want to know. */
function once<Result>(ask: () => Promise<Result>): () => Promise<Result> {
	let asked: Promise<Result> | null = null
	return () => {
		asked ??= ask()
		return asked
	}
}

async function tokenFinding(identified: () => Promise<Application>, apiUrl: string | null): Promise<Finding> {
	try {
		const { name, applicationId } = await identified()
		return ok(`${name} (application ${applicationId})`)
	} catch (error) {
		if (!(error instanceof ThreadwiseError)) throw error
		const isAway = error.code === 'platform-unavailable' && apiUrl !== null
		return problem(
			error.message,
			isAway ? 'Correct DISCORD_API_URL, or leave it out to use Discord itself.' : error.fix,
		)
	}
}

const gatewaySchema = z.object({
	shards: z.number(),
	session_start_limit: z.object({ total: z.number(), remaining: z.number(), reset_after: z.number() }),
})
/** Which part of a day's sessions is left when something begins them again and again. */
const fewSessions = 0.2

async function gatewayFinding(request: Request): Promise<Finding> {
	const { shards, session_start_limit: limit } = gatewaySchema.parse(await request('get', Routes.gatewayBot()))
	const hours = Math.ceil(limit.reset_after / 3_600_000)
	const left = `${limit.remaining} of ${limit.total} beginnings of a session are left for the next ${counted(hours, 'hour')}`
	const fix =
		'Find out what starts the bot or ends its sessions again and again: a second installation with the same token, or a process that is restarted.'
	if (limit.remaining < shards) return problem(`The bot can't connect: ${left}.`, fix)
	if (limit.remaining < limit.total * fewSessions) return warning(`Only ${left}.`, fix)
	return ok(`${counted(shards, 'connection')}; ${left}`)
}

function intentsFinding(readsMessages: boolean): Finding {
	if (readsMessages) return ok('what is written in threads can be read')
	return warning(
		'Message Content Intent is off: in threads, only what mentions the bot or replies to it is answered, and of what others write there nothing is known.',
		'Turn it on (https://discord.com/developers/applications, Bot, Privileged Gateway Intents), and start Threadwise again.',
	)
}

function commandsFinding({ tellsAnAddress, isPersonal }: Application, differing: readonly string[]): Finding {
	if (tellsAnAddress) {
		return problem(
			'Discord tells an address of commands and buttons, so the bot hears of none.',
			'Empty Interactions Endpoint URL (https://discord.com/developers/applications, General Information).',
		)
	}
	if (differing.length === 0 && !isPersonal) {
		return warning(
			'Nobody can install the bot for themselves, to use its commands where it is not.',
			'Turn User Install on (https://discord.com/developers/applications, Installation), if that is wanted.',
		)
	}
	if (differing.length === 0) return ok('Discord knows them as they are')
	return warning(
		`Discord doesn't know these as they are: ${differing.join(', ')}.`,
		'Start Threadwise, which tells Discord of them; or: npm run -s threadwise -- register discord.',
	)
}

const guildSchema = z.object({ id: z.string(), name: z.string() })
const channelSchema = z.object({
	name: z.string().nullish(),
	type: z.number(),
	permission_overwrites: z.array(overwriteSchema).default([]),
})
/** Where somebody may mention the bot, each with what it doesn't need there. */
const needless: Readonly<Partial<Record<number, readonly NeededPermission[]>>> = {
	[ChannelType.GuildText]: [],
	[ChannelType.GuildAnnouncement]: [],
	[ChannelType.GuildVoice]: ['CreatePublicThreads', 'SendMessagesInThreads'],
	[ChannelType.GuildStageVoice]: ['CreatePublicThreads', 'SendMessagesInThreads'],
	[ChannelType.GuildForum]: ['SendMessages', 'CreatePublicThreads'],
	[ChannelType.GuildMedia]: ['SendMessages', 'CreatePublicThreads'],
}

async function permissionsFinding(request: Request, application: Application): Promise<Finding> {
	if (application.needsCodeGrant) {
		return problem(
			'The link that invites the bot brings it into no server.',
			'Turn Requires OAuth2 Code Grant off (https://discord.com/developers/applications, Bot).',
		)
	}
	const guilds = z.array(guildSchema).parse(await request('get', Routes.userGuilds()))
	if (guilds.length === 0) {
		return warning(
			'The bot is in no server yet.',
			`Open this, and choose yours: ${inviteLink(application.applicationId)}`,
		)
	}
	const lacking: Lacking[] = []
	for (const guild of guilds.slice(0, mostGuilds)) lacking.push(...(await lackingIn(request, guild, application)))
	return lacking.length === 0 ? ok(`all that it needs, in ${namedGuilds(guilds)}`) : lackingFinding(lacking)
}

type Lacking = { readonly channel: string; readonly missing: readonly NeededPermission[] }

async function lackingIn(
	request: Request,
	{ id: guildId, name }: z.infer<typeof guildSchema>,
	{ userId }: Application,
): Promise<readonly Lacking[]> {
	const member = z
		.object({ roles: z.array(z.string()) })
		.parse(await request('get', Routes.guildMember(guildId, userId)))
	const roles = z.array(roleSchema).parse(await request('get', Routes.guildRoles(guildId)))
	const channels = z.array(channelSchema).parse(await request('get', Routes.guildChannels(guildId)))
	const membership: Membership = { guildId, userId, roleIds: member.roles, roles }
	const all = channels.flatMap((channel) => {
		const unneeded = needless[channel.type]
		if (unneeded === undefined) return []
		const missing = missingIn(membership, channel.permission_overwrites).filter((each) => !unneeded.includes(each))
		return [{ channel: `#${channel.name} in ${name}`, missing }]
	})
	// Channels that the bot is kept out of are nobody's mistake, unless there are no others.
	const seen = all.filter(({ missing }) => !missing.includes('ViewChannel'))
	return (seen.length === 0 ? all : seen).filter(({ missing }) => missing.length > 0)
}

function lackingFinding(lacking: readonly Lacking[]): Finding {
	const named = lacking
		.slice(0, mostChannelsNamed)
		.map(({ channel, missing }) => `${channel} (${missing.map(titleOfPermission).join(', ')})`)
	const more = lacking.length > named.length ? `, and ${lacking.length - named.length} more` : ''
	const purposes = [...new Set(lacking.flatMap(({ missing }) => missing))].map(
		(name) => `${titleOfPermission(name)} ${neededPermissions[name]}`,
	)
	return problem(
		`Missing in ${named.join('; ')}${more}.`,
		`Allow the role of the bot: ${purposes.join('; ')} (Server Settings, Roles; or the channel, Permissions).`,
	)
}

function namedGuilds(guilds: readonly { readonly name: string }[]): string {
	const [first] = guilds
	if (guilds.length === 1 && first !== undefined) return first.name
	return guilds.length > mostGuilds ? `the first ${mostGuilds} of ${guilds.length} servers` : `${guilds.length} servers`
}
