import type { ChatPlatform } from '../../src/core/chat-platform.ts'
import { createAnswers } from './answers.ts'
import { createClient, type DiscordClient } from './client.ts'
import { differingCommands, discordCommands } from './commands.ts'
import type { DiscordConnection, DiscordOptions } from './config.ts'
import { createConnection } from './connection.ts'
import { createDestinations } from './destinations.ts'
import { createEarlier, type Earlier } from './earlier.ts'
import { createInbox } from './inbox.ts'
import { platformName } from './receive.ts'
import { createReplies } from './replies.ts'
import { createRequest } from './requests.ts'
import { createSeen } from './seen.ts'

const usualTimeoutMs = 10_000

export type DiscordPlatform = ChatPlatform & {
	/** Whether what is said in Discord is heard, but for short gaps; not before it has started, nor once Discord wants nothing of the bot any more. */
	hears(): boolean
}

/**
 * Discord, over its gateway. What is asked in a channel is answered in a thread, what is asked with a command as the answer to that. What
 * interactions need for their answers, and what was read, is kept in notes; nothing else is kept here.
 */
export function createDiscordPlatform(options: DiscordOptions): DiscordPlatform {
	const { timeoutMs = usualTimeoutMs, onTrouble, notes } = options
	const client = createClient(createRequest({ ...options, timeoutMs }))
	const connection = createConnection(options)
	const { guilds } = connection
	const answers = createAnswers(notes)
	const destinations = createDestinations({ ...options, client, guilds })
	const replies = createReplies({ ...options, client, destinations, answers, guilds })
	/** Once it is known who the bot is. */
	let earlier: Earlier | null = null
	return {
		name: platformName,
		// A channel takes about one message or edit a second.
		capabilities: { collapse: 'private-reply', maxLength: 4_000, minEditMs: 1_500, joinsLate: true },
		start: async (events, signal) => {
			const seen = createSeen(notes, onTrouble)
			const self = await client.application()
			await registerCommands(client, self.applicationId).catch(onTrouble)
			earlier = createEarlier({ client, self })
			const seenBefore = await seen.before()
			const parts = { ...options, client, guilds, answers, earlier, seen, seenBefore, events, self, signal }
			await connection.start(createInbox(parts), self.readsMessages)
			const stop = () => {
				void connection.stop().catch(onTrouble)
				void Promise.resolve(seen[Symbol.asyncDispose]()).catch(onTrouble)
			}
			if (signal.aborted) stop()
			else signal.addEventListener('abort', stop, { once: true })
		},
		hears: connection.hears,
		post: (runId, conversation, view) => replies.show({ runId, conversation, messageIds: [] }, view),
		update: replies.show,
		find: replies.find,
		readEarlier: async (message) => (earlier === null ? [] : earlier.read(message)),
	}
}

/** Tells Discord of the commands where it knows others, and returns the names of those. */
async function registerCommands(client: DiscordClient, applicationId: string): Promise<readonly string[]> {
	const differing = differingCommands(await client.commands(applicationId))
	if (differing.length > 0) await client.setCommands(applicationId, discordCommands())
	return differing
}

/** What Discord says of the bot with this token, and what can be done about it. */
export async function openDiscordApplication(connection: Pick<DiscordConnection, 'botToken' | 'apiUrl'>) {
	const client = createClient(createRequest({ ...connection, timeoutMs: usualTimeoutMs, onTrouble: () => {} }))
	const { applicationId, name } = await client.application()
	return { applicationId, name, registerCommands: () => registerCommands(client, applicationId) }
}

export { discordChecks } from './checks.ts'
export type { DiscordOptions } from './config.ts'
export { inviteLink, personalInviteLink } from './invite.ts'
export { platformName as discordPlatformName } from './receive.ts'
