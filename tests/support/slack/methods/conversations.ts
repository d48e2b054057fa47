import { wordsOf } from '../channels.ts'
import type { SlackMessage } from '../messages.ts'
import { channelPayload, messagePayload, userPayload } from '../payloads.ts'
import { SlackRefusal } from '../refusal.ts'
import {
	historySchema,
	infoSchema,
	openSchema,
	reactionSchema,
	repliesSchema,
	userInfoSchema,
} from '../schemas/conversations.ts'
import type { Workspace } from '../workspace.ts'
import {
	defineMethod,
	existingMessage,
	joinedChannel,
	type Method,
	needScope,
	readableChannel,
	visibleChannel,
} from './method.ts'
import { type Page, pageOf } from './pages.ts'

/** How many messages an app gets at once that is sold outside of the marketplace. */
const mostSoldElsewhere = 15

function listing(messages: readonly SlackMessage[], page: Page, workspace: Workspace) {
	const most = workspace.options.isSoldElsewhere ? mostSoldElsewhere : page.limit
	if (page.limit !== undefined && page.limit > (most ?? 0)) throw new SlackRefusal('invalid_limit')
	const { items, nextCursor } = pageOf(messages, { ...page, limit: page.limit ?? most })
	const withMetadata = page.include_all_metadata === true
	return {
		messages: items.map((message) => messagePayload(workspace, message, withMetadata)),
		has_more: nextCursor !== '',
		response_metadata: { next_cursor: nextCursor },
	}
}

export const conversationMethods: Readonly<Record<string, Method>> = {
	'conversations.history': defineMethod({
		tier: 'reading',
		schema: historySchema,
		run: (values, workspace) => {
			const channel = readableChannel(workspace, values.channel)
			return listing(workspace.messages.list(channel.id).toReversed(), values, workspace)
		},
	}),
	'conversations.replies': defineMethod({
		tier: 'reading',
		schema: repliesSchema,
		run: (values, workspace) => {
			const channel = readableChannel(workspace, values.channel)
			if (!workspace.messages.hasThread(channel.id, values.ts)) throw new SlackRefusal('thread_not_found')
			return listing(workspace.messages.list(channel.id, values.ts), values, workspace)
		},
	}),
	'conversations.info': defineMethod({
		tier: 3,
		schema: infoSchema,
		run: (values, workspace) => {
			const channel = visibleChannel(workspace, values.channel)
			needScope(workspace, `${wordsOf[channel.kind].scope}:read`)
			const members = { num_members: channel.members.size }
			return { channel: { ...channelPayload(workspace, channel), ...(values.include_num_members === true && members) } }
		},
	}),
	'conversations.open': defineMethod({
		tier: 3,
		scopes: ['im:write', 'mpim:write'],
		schema: openSchema,
		run: ({ channel: id, users = '', return_im }, workspace) => {
			const people = users.split(',').filter((user) => user !== '')
			if (people.some((user) => !workspace.users.has(user))) throw new SlackRefusal('user_not_found')
			if (people.includes(workspace.bot.id)) throw new SlackRefusal('cannot_dm_bot')
			const { channel, wasOpen } =
				id === undefined
					? workspace.channels.direct([workspace.bot.id, ...people])
					: { channel: joinedChannel(workspace, id), wasOpen: true }
			const opened = return_im === true ? channelPayload(workspace, channel) : { id: channel.id }
			return { channel: opened, ...(wasOpen && { no_op: true, already_open: true }) }
		},
	}),
	'users.info': defineMethod({
		tier: 4,
		scopes: ['users:read'],
		schema: userInfoSchema,
		run: ({ user: id }, workspace) => {
			const user = workspace.users.get(id)
			if (user === undefined) throw new SlackRefusal('user_not_found')
			return { user: userPayload(workspace, user) }
		},
	}),
	'reactions.add': defineMethod({
		tier: 3,
		scopes: ['reactions:write'],
		schema: reactionSchema,
		run: (values, workspace) => {
			const { reactions } = existingMessage(workspace, joinedChannel(workspace, values.channel), values.timestamp)
			const users = reactions.get(values.name) ?? new Set()
			if (users.has(workspace.bot.id)) throw new SlackRefusal('already_reacted')
			reactions.set(values.name, users.add(workspace.bot.id))
			return {}
		},
	}),
	'reactions.remove': defineMethod({
		tier: 2,
		scopes: ['reactions:write'],
		schema: reactionSchema,
		run: (values, workspace) => {
			const { reactions } = existingMessage(workspace, joinedChannel(workspace, values.channel), values.timestamp)
			const users = reactions.get(values.name)
			if (users?.delete(workspace.bot.id) !== true) throw new SlackRefusal('no_reaction')
			if (users.size === 0) reactions.delete(values.name)
			return {}
		},
	}),
}
