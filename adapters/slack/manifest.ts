import { english } from '../../src/rendering/index.ts'
import { eventsPath, redirectPath } from './paths.ts'

/** What the bot's token must be allowed to do, and what for. Nothing is asked for that isn't used. */
export const slackScopes = {
	'app_mentions:read': 'to hear where it is mentioned',
	'assistant:write': 'to suggest questions',
	'channels:history': 'to read threads of public channels',
	'chat:write': 'to answer',
	commands: 'for its commands and its message shortcut',
	'files:write': 'to attach answers that are too long for messages',
	'groups:history': 'to read threads of private channels',
	'im:history': 'to hear direct messages',
	'mpim:history': 'to read threads of group messages',
	'reactions:write': 'to mark what it works on, where a workspace has no other sign for that',
	'users:read': 'to know names, languages and time zones',
} as const

/** What Slack tells the app of. */
export const slackEvents = [
	...(['agent_session_stopped', 'app_context_changed', 'app_home_opened', 'app_mention', 'app_uninstalled'] as const),
	...(['message.channels', 'message.groups', 'message.im', 'message.mpim', 'tokens_revoked'] as const),
] as const

const { commands, thinkShortcut, ...app } = english.app

/** Commands with a slash, and what each does. */
const slackCommands = Object.entries(commands).map(([name, description]) => ({ command: `/${name}`, description }))

/** How what people write arrives; `url` is our address, with or without the path for events. */
export type ManifestReceives = { readonly over: 'socket' } | { readonly over: 'http'; readonly url: string }

export type SlackManifest = ReturnType<typeof slackManifest>

/** The manifest of an app of that name, which is declared as an agent. Slack makes the whole app from it. */
export function slackManifest(name: string, receives: ManifestReceives) {
	const origin = receives.over === 'socket' ? null : originOf(receives.url)
	const requestUrl = origin === null ? null : `${origin}${eventsPath}`
	const requests = requestUrl === null ? {} : { request_url: requestUrl }
	// Needed where workspaces install the app themselves; without that, nobody is sent there.
	const redirects = origin === null ? {} : { redirect_urls: [`${origin}${redirectPath}`] }
	return {
		_metadata: { major_version: 2, minor_version: 1 },
		display_information: {
			name,
			description: app.description,
			long_description: app.longDescription,
			background_color: '#1F2A44',
		},
		features: {
			agent_view: { agent_description: app.agentDescription, suggested_prompts: english.chat.prompts.map(asPrompt) },
			app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
			bot_user: { display_name: userNameOf(name), always_online: true },
			shortcuts: [{ ...thinkShortcut, type: 'message' as const, callback_id: 'think_about_this' }],
			slash_commands: slackCommands.map((command) => ({
				...command,
				usage_hint: app.questionHint,
				should_escape: false,
				...(requestUrl === null ? {} : { url: requestUrl }),
			})),
		},
		oauth_config: { ...redirects, scopes: { bot: Object.keys(slackScopes) as (keyof typeof slackScopes)[] } },
		settings: {
			event_subscriptions: { ...requests, bot_events: [...slackEvents] },
			interactivity: { is_enabled: true, ...requests },
			org_deploy_enabled: false,
			socket_mode_enabled: requestUrl === null,
			token_rotation_enabled: false,
		},
	}
}

/** Opens Slack's page for a new app with the manifest filled in. */
export function manifestLink(manifest: SlackManifest): string {
	// Not URLSearchParams: a plus sign for a space is read as one by some.
	return `https://api.slack.com/apps?new_app=1&manifest_json=${encodeURIComponent(JSON.stringify(manifest))}`
}

function originOf(url: string): string {
	const address = url.replace(/\/+$/, '')
	return address.endsWith(eventsPath) ? address.slice(0, -eventsPath.length) : address
}

/** Only small letters, digits and `-_.` are taken in it. */
function userNameOf(name: string): string {
	const letters = name.toLowerCase().replaceAll(/[^a-z0-9._]+/g, '-')
	return letters.replaceAll(/^-+|-+$/g, '') || 'threadwise'
}

function asPrompt({ title, message }: { readonly title: string; readonly message: string }) {
	return { title, message }
}
