import { z } from 'zod'
import { SlackRefusal } from '../refusal.ts'
import { defineMethod, type Method } from './method.ts'

const accessSchema = z.object({
	code: z.string().min(1),
	client_id: z.string().optional(),
	client_secret: z.string().optional(),
	redirect_uri: z.string().optional(),
})

export const authMethods: Readonly<Record<string, Method>> = {
	'auth.test': defineMethod({
		tier: 'none',
		schema: z.object({}),
		run: (_values, { team, bot, app, origin }) => ({
			url: `${origin}/`,
			team: team.name,
			user: bot.name,
			team_id: team.id,
			user_id: bot.id,
			bot_id: app.botId,
			is_enterprise_install: false,
		}),
	}),
	'apps.connections.open': defineMethod({
		tier: 3,
		token: 'app',
		schema: z.object({}),
		run: (_values, { origin, identifiers }) => ({
			url: `${origin.replace(/^http/, 'ws')}/link/?ticket=${identifiers.next('ticket')}`,
		}),
	}),
	'oauth.v2.access': defineMethod({
		tier: 4,
		token: 'none',
		schema: accessSchema,
		run: ({ code, client_id, client_secret }, workspace) => {
			const { app, tokens, options, team, bot, authorizationCodes } = workspace
			if (client_id !== app.clientId) throw new SlackRefusal('invalid_client_id')
			if (client_secret !== app.clientSecret) throw new SlackRefusal('bad_client_secret')
			if (!authorizationCodes.delete(code)) throw new SlackRefusal('invalid_code')
			workspace.tokenRefusal = null
			return {
				access_token: tokens.bot,
				token_type: 'bot',
				scope: options.scopes.join(','),
				bot_user_id: bot.id,
				app_id: app.id,
				team: { id: team.id, name: team.name },
				enterprise: null,
				is_enterprise_install: false,
				authed_user: { id: [...workspace.users.keys()].find((id) => id !== bot.id) ?? bot.id },
			}
		},
	}),
}
