import { applicationFlags } from '../gateway/handshake.ts'
import { userPayload } from '../payloads/guilds.ts'
import { DiscordRefusal } from '../refusal.ts'
import { defineRoute, found, type ReadRequest, type Route } from './route.ts'

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
				max_concurrency: world.options.maxConcurrency,
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
	const { interactionsEndpointUrl, hasUserInstall, requiresCodeGrant } = bot.settings
	return {
		id: bot.applicationId,
		name: bot.user.name,
		icon: null,
		description: '',
		summary: '',
		type: null,
		bot: userPayload(bot.user),
		bot_public: true,
		bot_require_code_grant: requiresCodeGrant,
		verify_key: '0'.repeat(64),
		flags: applicationFlags(bot),
		flags_new: String(applicationFlags(bot)),
		explicit_content_filter: 0,
		eligible_oauth2_scopes: [],
		owner: userPayload(bot.user),
		team: null,
		integration_types_config: { 0: {}, ...(hasUserInstall && { 1: {} }) },
		approximate_guild_count: [...world.guilds.values()].filter(({ members }) => members.has(bot.user.id)).length,
		approximate_user_install_count: bot.installedFor.size,
		approximate_user_authorization_count: 0,
		redirect_uris: [],
		interactions_endpoint_url: interactionsEndpointUrl,
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

export const accountRoutes: readonly Route[] = [
	getGateway,
	getSelf,
	getUser,
	getOwnGuilds,
	getApplication,
	getAuthorization,
]
