/** What this Slack has; a workspace or plan without something answers as Slack does there. */
export type SlackCapabilities = {
	/** `chat.startStream` and its sisters. */
	readonly streaming: boolean
	/** `container` blocks. */
	readonly containers: boolean
	/** `agents.sessions.*`: the app is declared as an agent. */
	readonly sessionStatus: boolean
}

export type LocalSlackOptions = {
	readonly capabilities: SlackCapabilities
	/** Whether the app is sold outside of Slack's marketplace, so that it may read messages once a minute, fifteen at a time. */
	readonly isSoldElsewhere: boolean
	/** What the bot's token may do. */
	readonly scopes: readonly string[]
	/** The events that the app has subscribed to, as its manifest names them. */
	readonly botEvents: readonly string[]
	/** Where people may be sent back to who have installed the app; null: anywhere. */
	readonly redirectUrls: readonly string[] | null
	/** Whether the app is installed in the first workspace from the beginning. */
	readonly isInstalled: boolean
	/** Where events go without Socket Mode; null: over Socket Mode. */
	readonly requestUrl: string | null
	/** How many times faster than real Slack's clock runs for rates, retries, streams and response addresses. */
	readonly clockSpeed: number
	/** How long an app may take to acknowledge; always at the tests' own pace. */
	readonly acknowledgementMs: number
	/** Whether Slack's rates are kept to. */
	readonly rates: boolean
}

export type LocalSlackChoices = Partial<Omit<LocalSlackOptions, 'capabilities'>> & {
	readonly capabilities?: Partial<SlackCapabilities>
}

const defaults: LocalSlackOptions = {
	capabilities: { streaming: true, containers: true, sessionStatus: true },
	isSoldElsewhere: false,
	scopes: [
		'app_mentions:read',
		'assistant:write',
		'channels:history',
		'channels:read',
		'chat:write',
		'commands',
		'files:write',
		'groups:history',
		'groups:read',
		'im:history',
		'im:read',
		'im:write',
		'mpim:history',
		'mpim:read',
		'reactions:write',
		'users:read',
	],
	botEvents: [
		'agent_session_stopped',
		'app_context_changed',
		'app_home_opened',
		'app_mention',
		'app_uninstalled',
		'message.channels',
		'message.groups',
		'message.im',
		'message.mpim',
		'tokens_revoked',
	],
	redirectUrls: null,
	isInstalled: true,
	requestUrl: null,
	clockSpeed: 1,
	acknowledgementMs: 3_000,
	rates: true,
}

export function completeOptions(choices: LocalSlackChoices): LocalSlackOptions {
	return { ...defaults, ...choices, capabilities: { ...defaults.capabilities, ...choices.capabilities } }
}
