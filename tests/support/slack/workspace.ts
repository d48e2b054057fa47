import { type Channels, createChannels, type SlackChannel } from './channels.ts'
import { createSlackClock, type SlackClock } from './clock.ts'
import { createIdentifiers, type Identifiers } from './identifiers.ts'
import { createMessages, type Ephemeral, type Messages, type SlackFile } from './messages.ts'
import type { LocalSlackOptions } from './options.ts'
import { createResponseAddresses, type ResponseAddresses } from './response-addresses.ts'
import type { SessionStatus } from './schemas/assistant.ts'
import type { SlackBlock } from './schemas/blocks.ts'
import { createTriggers, type Triggers } from './triggers.ts'
import { createViews, type Views } from './views.ts'

export type SlackUser = { readonly id: string; readonly name: string; readonly isBot: boolean; isAdmin: boolean }

export type AgentSession = {
	readonly channel: string
	readonly threadTs: string
	status: SessionStatus
	title: string | null
	/** Every status that it has had, oldest first. */
	readonly statuses: SessionStatus[]
}

export type ThreadStatus = {
	readonly channel: string
	readonly threadTs: string
	readonly status: string
	readonly loadingMessages: readonly string[]
	readonly at: number
}

export type SuggestedPrompts = {
	readonly channel: string
	readonly threadTs: string | null
	readonly title: string | null
	readonly prompts: readonly { readonly title: string; readonly message: string }[]
}

/** What Slack tells the app of: one event, with the channel that it happened in. */
export type SlackEvent = Readonly<Record<string, unknown>> & { readonly type: string }

/** Everything that this Slack knows: people, channels, messages, views. */
export type Workspace = {
	readonly options: LocalSlackOptions
	readonly clock: SlackClock
	readonly identifiers: Identifiers
	readonly team: { readonly id: string; readonly name: string; readonly domain: string }
	readonly app: {
		readonly id: string
		readonly botId: string
		readonly clientId: string
		readonly clientSecret: string
	}
	readonly tokens: { bot: string; readonly app: string; readonly verification: string }
	/** Why the bot's token is refused by now; null while it is good. */
	tokenRefusal: string | null
	/** Tokens that were good before the app was installed again, and why they no longer are. */
	readonly spentTokens: Map<string, string>
	/** Whether the app is told of what happens here. */
	isInstalled: boolean
	/** Whether whoever looks after it doesn't allow the app to be installed. */
	declinesInstalling: boolean
	readonly bot: SlackUser
	readonly users: Map<string, SlackUser>
	readonly channels: Channels
	readonly messages: Messages
	readonly ephemerals: Ephemeral[]
	readonly views: Views
	readonly triggers: Triggers
	readonly responseAddresses: ResponseAddresses
	readonly sessions: AgentSession[]
	readonly statuses: ThreadStatus[]
	readonly suggestedPrompts: SuggestedPrompts[]
	readonly titles: { readonly channel: string; readonly threadTs: string; readonly title: string }[]
	readonly files: Map<string, SlackFile>
	/** With the address that each was sent to; null where nobody was sent anywhere. */
	readonly authorizationCodes: Map<string, string | null>
	/** The server's own address. */
	origin: string
	/** Tells the app of an event, if it has subscribed to it. */
	publish: (event: SlackEvent) => void
}

/** The first workspace of a Slack. */
export function createWorkspace(options: LocalSlackOptions): Workspace {
	const identifiers = createIdentifiers()
	const clock = createSlackClock(options.clockSpeed)
	const appId = identifiers.next('A')
	return workspaceIn({ options, identifiers, clock, appId, origin: '' }, 'Local team', 'xoxb-local-bot')
}

/** A further workspace of the same Slack, in which the app is not installed. */
export function createNeighbour(workspace: Workspace, name: string): Workspace {
	const options = { ...workspace.options, isInstalled: false }
	const token = workspace.identifiers.next('xoxb-local-')
	return workspaceIn({ ...workspace, options, appId: workspace.app.id }, name, token)
}

type Surroundings = Pick<Workspace, 'options' | 'identifiers' | 'clock' | 'origin'> & { readonly appId: string }

function workspaceIn(
	{ options, identifiers, clock, appId, origin }: Surroundings,
	name: string,
	botToken: string,
): Workspace {
	const bot: SlackUser = { id: identifiers.next('U'), name: 'threadwise', isBot: true, isAdmin: false }
	return {
		options,
		clock,
		identifiers,
		team: { id: identifiers.next('T'), name, domain: name.toLowerCase().replaceAll(' ', '-') },
		app: {
			id: appId,
			botId: identifiers.next('B'),
			clientId: '100.200',
			clientSecret: 'local-client-secret',
		},
		tokens: { bot: botToken, app: 'xapp-local-app', verification: 'local-verification' },
		tokenRefusal: null,
		spentTokens: new Map(),
		isInstalled: options.isInstalled,
		declinesInstalling: false,
		bot,
		users: new Map([[bot.id, bot]]),
		channels: createChannels(identifiers),
		messages: createMessages(),
		ephemerals: [],
		views: createViews(identifiers),
		triggers: createTriggers(identifiers, clock),
		responseAddresses: createResponseAddresses(identifiers, clock),
		sessions: [],
		statuses: [],
		suggestedPrompts: [],
		titles: [],
		files: new Map(),
		authorizationCodes: new Map(),
		origin,
		publish: () => {},
	}
}

/** Gives every block that has no identifier one, as Slack does. */
export function withBlockIds(blocks: readonly SlackBlock[], identifiers: Identifiers): readonly SlackBlock[] {
	return blocks.map((block) => {
		const block_id = block.block_id ?? identifiers.next('b')
		if (block.type !== 'container') return { ...block, block_id }
		const child_blocks = block.child_blocks.map((child) => ({
			...child,
			block_id: child.block_id ?? identifiers.next('b'),
		}))
		return { ...block, block_id, child_blocks }
	})
}

export function isDirect(channel: SlackChannel): boolean {
	return channel.kind === 'im'
}
