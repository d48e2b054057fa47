import type { z } from 'zod'
import { type SlackChannel, wordsOf } from '../channels.ts'
import type { SlackMessage } from '../messages.ts'
import type { Tier } from '../rate-limits.ts'
import { SlackRefusal } from '../refusal.ts'
import { parseArguments } from '../schemas/wire.ts'
import type { Workspace } from '../workspace.ts'

export type Answer = Readonly<Record<string, unknown>>

/** One method of Slack's API. */
export type Method = {
	readonly tier: Tier
	/** Which token it wants. */
	readonly token: 'bot' | 'app' | 'none'
	/** The scopes, any of which is enough; none needed if empty. */
	readonly scopes: readonly string[]
	run(values: unknown, workspace: Workspace): Answer
}

type Definition<Schema extends z.ZodType> = Partial<Pick<Method, 'token' | 'scopes'>> & {
	readonly tier: Tier
	readonly schema: Schema
	run(values: z.output<Schema>, workspace: Workspace): Answer
}

export function defineMethod<Schema extends z.ZodType>(definition: Definition<Schema>): Method {
	const { tier, schema, run, token = 'bot', scopes = [] } = definition
	return { tier, token, scopes, run: (values, workspace) => run(parseArguments(schema, values), workspace) }
}

export function needScope({ options }: Workspace, scope: string): void {
	if (options.scopes.includes(scope)) return
	throw new SlackRefusal('missing_scope', { needed: scope, provided: options.scopes.join(',') })
}

/** A channel that the bot can see: private ones only as a member. */
export function visibleChannel({ channels, bot }: Workspace, id: string): SlackChannel {
	const channel = channels.find(id)
	if (channel === null || (channel.kind !== 'public' && !channel.members.has(bot.id))) {
		throw new SlackRefusal('channel_not_found')
	}
	return channel
}

/** A channel that the bot is a member of. */
export function joinedChannel(workspace: Workspace, id: string): SlackChannel {
	const channel = visibleChannel(workspace, id)
	if (!channel.members.has(workspace.bot.id)) throw new SlackRefusal('not_in_channel')
	return channel
}

/** A channel that the bot may write to. A person's id stands for the direct messages with them. */
export function writableChannel(workspace: Workspace, id: string): SlackChannel {
	const { channels, bot, users, options } = workspace
	if (users.has(id) && id !== bot.id) return channels.direct([bot.id, id]).channel
	const channel = visibleChannel(workspace, id)
	if (channel.isArchived) throw new SlackRefusal('is_archived')
	const mayWriteAnywhere = channel.kind === 'public' && options.scopes.includes('chat:write.public')
	return mayWriteAnywhere ? channel : joinedChannel(workspace, id)
}

/** A channel whose messages the bot may read. */
export function readableChannel(workspace: Workspace, id: string): SlackChannel {
	const channel = joinedChannel(workspace, id)
	needScope(workspace, `${wordsOf[channel.kind].scope}:history`)
	return channel
}

export function existingThread(
	{ messages }: Workspace,
	channel: SlackChannel,
	threadTs: string,
	refusal = 'thread_not_found',
): string {
	if (!messages.hasThread(channel.id, threadTs)) throw new SlackRefusal(refusal)
	// A reply's own timestamp stands for its thread.
	return messages.find(channel.id, threadTs)?.threadTs ?? threadTs
}

export function existingMessage({ messages }: Workspace, channel: SlackChannel, ts: string): SlackMessage {
	const message = messages.find(channel.id, ts)
	if (message === null) throw new SlackRefusal('message_not_found')
	return message
}
