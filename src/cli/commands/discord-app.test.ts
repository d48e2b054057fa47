import { expect, test, vi } from 'vitest'
import { threadwise } from '../../../tests/support/command-line.ts'
import { startLocalDiscord } from '../../../tests/support/discord/local-discord.ts'

vi.setConfig({ testTimeout: 60_000 })

test('the link asks for the bot, its commands and just the permissions that it needs', async () => {
	await using discord = await startLocalDiscord()
	const variables = { DISCORD_BOT_TOKEN: discord.botToken, DISCORD_API_URL: discord.apiUrl }
	const { stdout, stderr, exitCode } = await threadwise(['invite', 'discord'], variables)
	expect(exitCode).toBe(0)
	const link = new URL(String(stdout))
	expect(Object.fromEntries(link.searchParams)).toEqual({
		client_id: discord.applicationId,
		scope: 'bot applications.commands',
		permissions: '309237763072',
	})
	expect(stderr).toContain('integration_type=1')
})

test('with the id of the application, nobody has to be asked', async () => {
	const { stdout, exitCode } = await threadwise(['invite', 'discord', '--application-id', '123456789012345678'], {})
	expect(exitCode).toBe(0)
	expect(stdout).toContain('client_id=123456789012345678')
})

test.each([
	[['invite', 'discord'], 'DISCORD_BOT_TOKEN is not set'],
	[['register', 'discord'], 'DISCORD_BOT_TOKEN is not set'],
	[['invite', 'discord', '--application-id', 'canary'], '17 to 20 digits'],
])('%j without what it needs says what to do', async (args, message) => {
	const { stderr, stdout, exitCode } = await threadwise(args, {})
	expect(exitCode).toBe(1)
	expect(stdout).toBe('')
	expect(stderr).toContain(message)
})

test('commands are registered, and the second time there is nothing to do', async () => {
	await using discord = await startLocalDiscord()
	const variables = { DISCORD_BOT_TOKEN: discord.botToken, DISCORD_API_URL: discord.apiUrl }
	expect((await threadwise(['register', 'discord'], variables)).stdout).toContain(
		'5 commands told to Discord: ask, think',
	)
	expect(discord.bot.commands).toHaveLength(5)
	expect((await threadwise(['register', 'discord'], variables)).stdout).toContain('knows them all')
})
