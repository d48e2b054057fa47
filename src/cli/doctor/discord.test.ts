import { beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openDiscordApplication } from '../../../adapters/discord/index.ts'
import { type LocalDiscord, startLocalDiscord } from '../../../tests/support/discord/local-discord.ts'
import type { LocalDiscordChoices } from '../../../tests/support/discord/options.ts'
import { changedRows, doctorRows, rowNamed, type Variables } from '../../../tests/support/doctor.ts'
import { freePort } from '../../../tests/support/servers.ts'
import type { CheckRow } from '../../core/check.ts'

vi.setConfig({ testTimeout: 60_000 })

const rowNames = [
	...['Discord bot token', 'Discord gateway', 'Discord intents', 'Discord commands', 'Discord permissions'],
]

/** A Discord that knows the commands of the bot. */
async function startDiscord(choices: LocalDiscordChoices = {}): Promise<LocalDiscord> {
	const discord = await startLocalDiscord({ rates: false, ...choices })
	const { registerCommands } = await openDiscordApplication(discord)
	await registerCommands()
	return discord
}

function variablesOf({ apiUrl, botToken }: Pick<LocalDiscord, 'apiUrl' | 'botToken'>): Variables {
	return { DISCORD_API_URL: apiUrl, DISCORD_BOT_TOKEN: botToken }
}

let discord: LocalDiscord
let well: readonly CheckRow[]
beforeAll(async () => {
	await using first = await startDiscord()
	well = await doctorRows(variablesOf(first))
})
beforeEach(async () => {
	discord = await startDiscord()
	return () => discord[Symbol.asyncDispose]()
})

async function visit(variables: Variables) {
	const rows = await doctorRows(variables)
	return { rows, changed: changedRows(well, rows) }
}

test('a bot that was invited with the link, and whose commands are registered, is well', () => {
	const rows = well.filter(({ name }) => name.startsWith('Discord'))
	expect(rows.map(({ name, status }) => [name, status])).toEqual(rowNames.map((name) => [name, 'ok']))
	expect(rowNamed(well, 'Discord bot token').message).toContain('application')
})

test('a token that Discord does not know is told, and in no row', async () => {
	const { changed, rows } = await visit({ ...variablesOf(discord), DISCORD_BOT_TOKEN: 'canary.of.4711' })
	expect(changed).toEqual(['Discord bot token: problem', ...rowNames.slice(1).map((name) => `${name}: not-checked`)])
	expect(rowNamed(rows, 'Discord bot token').fix).toContain('Reset Token')
	expect(JSON.stringify(rows)).not.toContain('canary')
})

test('an address at which nobody answers is told', async () => {
	const apiUrl = `http://127.0.0.1:${await freePort()}/api`
	const { changed, rows } = await visit({ ...variablesOf(discord), DISCORD_API_URL: apiUrl })
	expect(changed).toContain('Discord bot token: problem')
	expect(rowNamed(rows, 'Discord bot token')).toMatchObject({
		message: expect.stringContaining('ECONNREFUSED'),
		fix: expect.stringContaining('DISCORD_API_URL'),
	})
})

test('a bot without the message-content intent is told what that means', async () => {
	await using narrow = await startDiscord({ messageContent: false })
	const { changed, rows } = await visit(variablesOf(narrow))
	expect(changed).toEqual(['Discord intents: warning'])
	expect(rowNamed(rows, 'Discord intents').fix).toContain('Privileged Gateway Intents')
})

test('commands that Discord knows otherwise are named', async () => {
	discord.bot.commands = discord.bot.commands.filter(({ name }) => name !== 'think')
	const { changed, rows } = await visit(variablesOf(discord))
	expect(changed).toEqual(['Discord commands: warning'])
	expect(rowNamed(rows, 'Discord commands')).toMatchObject({
		message: expect.stringContaining('think'),
		fix: expect.stringContaining('register discord'),
	})
})

test.each([
	[{ interactionsEndpointUrl: 'https://bot.test' }, 'commands: problem', 'Empty Interactions Endpoint URL'],
	[{ hasUserInstall: false }, 'commands: warning', 'Turn User Install on'],
	[{ requiresCodeGrant: true }, 'permissions: problem', 'Turn Requires OAuth2 Code Grant off'],
])('what keeps people from the bot is told: %j', async (setting, row, fix) => {
	discord.bot.settings = { ...discord.bot.settings, ...setting }
	const { changed, rows } = await visit(variablesOf(discord))
	expect(changed).toEqual([`Discord ${row}`])
	expect(rows.map((each) => each.fix ?? '').join()).toContain(fix)
})

test('in a voice channel, what has to do with threads is not missed', async () => {
	const voice = discord.addChannel({ name: 'voice', kind: 'voice' })
	discord.setBotPermissions(voice, { deny: ['CreatePublicThreads', 'SendMessagesInThreads', 'SendMessages'] })
	const { rows } = await visit(variablesOf(discord))
	expect(rowNamed(rows, 'Discord permissions').message).toBe('Missing in #voice in Local guild (Send Messages).')
})

test('of many servers, it says how many were looked at', async () => {
	for (let count = 1; count < 30; count += 1) discord.addGuild({ name: `Guild ${count}` })
	const { rows } = await visit(variablesOf(discord))
	expect(rowNamed(rows, 'Discord permissions').message).toBe('all that it needs, in the first 25 of 30 servers')
})

test('a channel in which a permission is missing is named, with the permission and what it is for', async () => {
	const lab = discord.addChannel({ name: 'lab' })
	discord.setBotPermissions(lab, { deny: ['CreatePublicThreads', 'AttachFiles'] })
	const { changed, rows } = await visit(variablesOf(discord))
	expect(changed).toEqual(['Discord permissions: problem'])
	expect(rowNamed(rows, 'Discord permissions')).toMatchObject({
		message: 'Missing in #lab in Local guild (Create Public Threads, Attach Files).',
		fix: expect.stringContaining('Create Public Threads to open a thread for an answer'),
	})
})

test('a channel that the bot is kept out of is nobody\u2019s mistake', async () => {
	const secret = discord.addChannel({ name: 'secret' })
	discord.setBotPermissions(secret, { deny: ['ViewChannel'] })
	expect((await visit(variablesOf(discord))).changed).toEqual([])
})

test('a bot that is in no server gets the link that brings it into one', async () => {
	discord.setMembership(discord.guild, false)
	const { changed, rows } = await visit(variablesOf(discord))
	expect(changed).toEqual(['Discord permissions: warning'])
	expect(rowNamed(rows, 'Discord permissions').fix).toContain(`client_id=${discord.applicationId}`)
})

test.each([
	[1_000, 'problem', "can't connect"],
	[950, 'warning', 'Only 50 of 1000'],
] as const)('a bot that has begun %i sessions within a day is told (%s)', async (sessionStarts, status, message) => {
	discord.bot.sessionStarts = sessionStarts
	const { changed, rows } = await visit(variablesOf(discord))
	expect(changed).toEqual([`Discord gateway: ${status}`])
	expect(rowNamed(rows, 'Discord gateway')).toMatchObject({
		message: expect.stringContaining(message),
		fix: expect.stringContaining('same token'),
	})
})
