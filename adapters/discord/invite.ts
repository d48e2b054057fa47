import { OAuth2Scopes } from 'discord.js'
import { neededBits } from './permissions.ts'

/** The address at which somebody brings the bot into a server, with all that it needs there. */
export function inviteLink(applicationId: string): string {
	const query = new URLSearchParams({
		client_id: applicationId,
		scope: [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands].join(' '),
		permissions: String(neededBits),
	})
	return `https://discord.com/oauth2/authorize?${query}`
}

/** The address at which somebody installs it for themselves, to use its commands wherever they are. */
export function personalInviteLink(applicationId: string): string {
	const query = new URLSearchParams({
		client_id: applicationId,
		scope: OAuth2Scopes.ApplicationsCommands,
		integration_type: '1',
	})
	return `https://discord.com/oauth2/authorize?${query}`
}
