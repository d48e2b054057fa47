import { inviteLink, openDiscordApplication, personalInviteLink } from '../../../adapters/discord/index.ts'
import { counted } from '../../core/counted.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import { readSettings } from '../settings.ts'

/**
 * The link that brings the bot into a server on standard output; what else there is, on standard error. The id may be given; without
 * it, Discord is asked whose the token is.
 * @throws ThreadwiseError `config` where there is neither; `platform-refused` if Discord doesn't know the token.
 */
export async function printDiscordInvite(applicationId: string | null): Promise<void> {
	if (applicationId !== null && !/^\d{17,20}$/.test(applicationId)) throw unusableId()
	const id = applicationId ?? (await openApplication()).applicationId
	process.stdout.write(`${inviteLink(id)}\n`)
	process.stderr.write(`\n${nextSteps(id)}\n`)
}

/**
 * Tells Discord of the commands, where it knows others.
 * @throws ThreadwiseError `config` where there is no token; `platform-refused` if Discord doesn't know it.
 */
export async function registerDiscordCommands(): Promise<void> {
	const { name, registerCommands } = await openApplication()
	const changed = await registerCommands()
	const told =
		changed.length === 0
			? 'Discord knows them all as they are'
			: `${counted(changed.length, 'command')} told to Discord: ${changed.join(', ')}`
	process.stdout.write(`${name}: ${told}.\n`)
}

function openApplication() {
	const { discord } = readSettings()
	if (discord === null) throw noToken()
	return openDiscordApplication(discord)
}

function nextSteps(applicationId: string): string {
	return [
		'What to do next',
		'  1. Open the link, choose your server and leave all permissions on.',
		'  2. Mention the bot in a channel, or use /ask.',
		'For yourself alone, wherever you are on Discord, open this instead:',
		`  ${personalInviteLink(applicationId)}`,
		'docs/discord.md is the guide.',
	].join('\n')
}

function noToken(): ThreadwiseError {
	return new ThreadwiseError('config', 'DISCORD_BOT_TOKEN is not set.', {
		fix: 'Set it (docs/discord.md says where it is), or give the id of your application: --application-id 123….',
	})
}

function unusableId(): ThreadwiseError {
	return new ThreadwiseError('usage', 'The id of an application has 17 to 20 digits.', {
		fix: 'Copy it again (https://discord.com/developers/applications, General Information).',
	})
}
