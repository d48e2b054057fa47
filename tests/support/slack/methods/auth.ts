import { z } from 'zod'
import { exchangeCode, revokeToken, uninstall } from '../installing.ts'
import { SlackRefusal } from '../refusal.ts'
import type { Workspace } from '../workspace.ts'
import { defineMethod, type Method } from './method.ts'

const appSchema = z.object({ client_id: z.string().optional(), client_secret: z.string().optional() })
const accessSchema = appSchema.extend({ code: z.string().min(1), redirect_uri: z.string().optional() })

function checkApp({ client_id, client_secret }: z.output<typeof appSchema>, { app }: Workspace): void {
	if (client_id !== app.clientId) throw new SlackRefusal('invalid_client_id')
	if (client_secret !== app.clientSecret) throw new SlackRefusal('bad_client_secret')
}

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
	'auth.revoke': defineMethod({
		tier: 3,
		schema: z.object({}),
		run: (_values, workspace) => {
			revokeToken(workspace)
			return { revoked: true }
		},
	}),
	'apps.uninstall': defineMethod({
		tier: 1,
		schema: appSchema,
		run: (given, workspace) => {
			checkApp(given, workspace)
			uninstall(workspace)
			return {}
		},
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
		run: ({ code, redirect_uri, ...given }, workspace) => {
			const { app, options, team, bot } = workspace
			checkApp(given, workspace)
			return {
				access_token: exchangeCode(workspace, code, redirect_uri),
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
