import type { Acknowledgement } from './delivery/delivery.ts'
import type { Dispatcher } from './delivery/dispatcher.ts'
import type { Ephemeral, SlackMessage } from './messages.ts'
import { messagePayload, viewPayload } from './payloads.ts'
import { type Choice, elementIn } from './pressed-elements.ts'
import { showResponse } from './responses.ts'
import type { ResponsePost } from './schemas/chat.ts'
import { responseSchema } from './schemas/chat.ts'
import { parseArguments } from './schemas/wire.ts'
import { applySubmission, type SubmissionErrors } from './submissions.ts'
import type { SlackView } from './views.ts'
import type { SlackUser, Workspace } from './workspace.ts'

/** Who acts, and where. */
export type Acting = { readonly workspace: Workspace; readonly dispatcher: Dispatcher; readonly user: SlackUser }

/** What came of a command or a press. */
export type Interaction = {
	readonly acknowledgement: Acknowledgement
	/** Where the app may answer; null for views. */
	readonly responseUrl: string | null
	/** What the app has answered there, also later; without what its acknowledgement said. */
	readonly responses: readonly ResponsePost[]
}

export type Pressable = SlackMessage | Ephemeral | SlackView

export type Interactions = {
	/** Writes a slash command. What the acknowledgement says is shown. */
	command(command: string, text: string, channel: string): Promise<Interaction>
	/** Presses a button, or chooses from a menu, that is shown to them. */
	press(target: Pressable, choice: Choice): Promise<Interaction>
	/** Sends a modal off; `values` are the state by block and action. Resolves to what the app finds wrong with them. */
	submitView(view: SlackView, values?: unknown): Promise<Interaction & { readonly errors: SubmissionErrors | null }>
	/** Closes a modal; the app is told where it asked to be. */
	closeView(view: SlackView): Promise<Interaction | null>
	/** Uses a shortcut of the app, on a message or on nothing in particular. */
	messageShortcut(callbackId: string, message: SlackMessage): Promise<Interaction>
	shortcut(callbackId: string): Promise<Interaction>
	/** What only they see in a channel. */
	ephemerals(channel: string): readonly Ephemeral[]
	/** Their open modals, the topmost last. */
	modals(): readonly SlackView[]
	home(): SlackView | null
}

export function createInteractions(acting: Acting): Interactions {
	const { workspace, user } = acting
	return {
		command: (command, text, channel) => runCommand(acting, command, text, channel),
		press: (target, choice) => press(acting, target, choice),
		submitView: async (view, values = {}) => {
			const payload = { ...who(acting), view: viewPayload(workspace, view, values), response_urls: [] }
			const interaction = await interact(acting, 'view_submission', payload, null)
			return { ...interaction, errors: applySubmission(workspace, view, interaction.acknowledgement) }
		},
		closeView: async (view) => {
			workspace.views.close(view, false)
			if (view.content.type !== 'modal' || view.content.notify_on_close !== true) return null
			const payload = { ...who(acting), view: viewPayload(workspace, view), is_cleared: false }
			return interact(acting, 'view_closed', payload, null)
		},
		messageShortcut: (callbackId, message) => {
			const payload = {
				...who(acting),
				callback_id: callbackId,
				message_ts: message.ts,
				channel: channelName(workspace, message.channel),
				message: messagePayload(workspace, message, true),
			}
			return interact(acting, 'message_action', payload, {
				channel: message.channel,
				threadTs: message.threadTs,
				source: null,
			})
		},
		shortcut: (callbackId) => interact(acting, 'shortcut', { ...who(acting), callback_id: callbackId }, null),
		ephemerals: (channel) =>
			workspace.ephemerals.filter((each) => each.userId === user.id && each.channel === channel && !each.isDeleted),
		modals: () => workspace.views.openOf(user.id),
		home: () => workspace.views.homeOf(user.id),
	}
}

type Place = {
	readonly channel: string
	readonly threadTs: string | null
	readonly source: SlackMessage | Ephemeral | null
}

function who({ workspace, user }: Acting) {
	const { team, app, tokens, triggers, identifiers } = workspace
	return {
		user: { id: user.id, username: user.name, name: user.name, team_id: team.id },
		team: { id: team.id, domain: team.domain },
		api_app_id: app.id,
		token: tokens.verification,
		enterprise: null,
		is_enterprise_install: false,
		trigger_id: triggers.create(user.id),
		action_ts: identifiers.timestamp(),
	}
}

async function interact(
	{ workspace, dispatcher, user }: Acting,
	type: string,
	payload: Readonly<Record<string, unknown>>,
	place: Place | null,
): Promise<Interaction> {
	const address = place === null ? null : workspace.responseAddresses.create({ ...place, userId: user.id })
	const responseUrl = address === null ? null : `${workspace.origin}/response/${address.id}`
	const addressed = responseUrl === null ? {} : { response_url: responseUrl }
	const acknowledgement = await dispatcher.deliver({
		kind: 'interactive',
		name: type,
		payload: { type, ...payload, ...addressed },
	})
	return { acknowledgement, responseUrl, responses: address?.posts ?? [] }
}

async function runCommand(acting: Acting, command: string, text: string, channel: string): Promise<Interaction> {
	const { workspace, dispatcher, user } = acting
	const { team, app, tokens, triggers, responseAddresses, origin } = workspace
	const address = responseAddresses.create({ userId: user.id, channel, threadTs: null, source: null })
	const responseUrl = `${origin}/response/${address.id}`
	const payload = {
		token: tokens.verification,
		team_id: team.id,
		team_domain: team.domain,
		channel_id: channel,
		channel_name: channelName(workspace, channel).name,
		user_id: user.id,
		user_name: user.name,
		command,
		text,
		api_app_id: app.id,
		is_enterprise_install: 'false',
		response_url: responseUrl,
		trigger_id: triggers.create(user.id),
	}
	const acknowledgement = await dispatcher.deliver({ kind: 'slash_commands', name: command, payload })
	const said = acknowledged(acknowledgement.payload)
	// What the acknowledgement says is shown, but isn't one of the address's uses.
	if (said !== null) showResponse(workspace, { ...address, posts: [] }, said)
	return { acknowledgement, responseUrl, responses: address.posts }
}

function acknowledged(payload: unknown): ResponsePost | null {
	if (typeof payload === 'string') return payload === '' ? null : { text: payload }
	if (typeof payload !== 'object' || payload === null || Object.keys(payload).length === 0) return null
	return parseArguments(responseSchema, payload)
}

function press(acting: Acting, target: Pressable, choice: Choice): Promise<Interaction> {
	const { workspace } = acting
	const isView = 'content' in target
	const action = {
		...elementIn(isView ? target.content.blocks : target.blocks, choice),
		action_ts: workspace.identifiers.timestamp(),
	}
	const common = { ...who(acting), actions: [action], state: { values: {} } }
	if (isView) {
		const container = { type: 'view', view_id: target.id }
		return interact(acting, 'block_actions', { ...common, container, view: viewPayload(workspace, target) }, null)
	}
	const isEphemeral = !('versions' in target)
	const container = {
		type: 'message',
		message_ts: target.ts,
		channel_id: target.channel,
		is_ephemeral: isEphemeral,
		...(target.threadTs !== null && { thread_ts: target.threadTs }),
	}
	const shown = isEphemeral ? {} : { message: messagePayload(workspace, target, true) }
	const payload = { ...common, container, channel: channelName(workspace, target.channel), ...shown }
	return interact(acting, 'block_actions', payload, {
		channel: target.channel,
		threadTs: target.threadTs,
		source: target,
	})
}

function channelName({ channels }: Workspace, id: string) {
	const channel = channels.find(id)
	const names = { public: channel?.name, private: 'privategroup', im: 'directmessage', mpim: channel?.name }
	return { id, name: channel === null ? id : (names[channel.kind] ?? id) }
}
