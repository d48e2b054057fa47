import { z } from 'zod'
import type { Reply } from '../../src/core/chat-platform.ts'
import type { Conversation } from '../../src/core/conversation.ts'
import type { Answer } from './answers.ts'
import type { DiscordClient } from './client.ts'
import { markOf } from './components.ts'
import type { Destinations } from './destinations.ts'
import { printHandle } from './handles.ts'
import { isRefusal } from './refusals.ts'

const pageSize = 100
/** A reply is read back within moments, or by whoever takes over from a process that is gone. */
const mostPages = 5
const mostParts = 50

const markedSchema = z.object({
	id: z.string(),
	components: z.array(z.object({ id: z.number().optional() })).min(1),
})

/** Reads back which messages of a run stand where it is answered; null if there is none. */
export async function findMarked(
	{ client, destinations }: { readonly client: DiscordClient; readonly destinations: Destinations },
	runId: string,
	conversation: Conversation,
): Promise<Reply | null> {
	const parts = partsOf(runId)
	for (const { channelId } of destinations.known(conversation)) {
		const found = inTheirOrder(await findIn(client, channelId, parts))
		if (found.length > 0) {
			const messageIds = found.map((messageId) => printHandle({ channelId, messageId, answerKey: null }))
			return { runId, conversation, messageIds }
		}
	}
	return null
}

/** The same for the messages with which the answer to a command goes on, which are newer than that. */
export async function findFurther(
	client: DiscordClient,
	runId: string,
	{ channelId, messageId }: Pick<Answer, 'channelId' | 'messageId'>,
): Promise<readonly string[]> {
	const parts = partsOf(runId)
	const found = new Map<number, string>()
	let after = messageId
	for (let page = 0; page < mostPages; page += 1) {
		const messages = await readPage(client, channelId, { after })
		note(messages, parts, found)
		after = idOf(messages.at(-1)) ?? after
		if (messages.length < pageSize) break
	}
	return inTheirOrder(found)
}

function partsOf(runId: string): ReadonlyMap<number, number> {
	return new Map(Array.from({ length: mostParts }, (_, part) => [markOf(runId, part), part]))
}

async function findIn(
	client: DiscordClient,
	channelId: string,
	parts: ReadonlyMap<number, number>,
): Promise<ReadonlyMap<number, string>> {
	const found = new Map<number, string>()
	let before: string | undefined
	for (let page = 0; page < mostPages; page += 1) {
		const messages = await readPage(client, channelId, before === undefined ? {} : { before })
		note(messages, parts, found)
		before = idOf(messages[0])
		if (messages.length < pageSize || found.has(0)) break
	}
	return found
}

function note(messages: readonly unknown[], parts: ReadonlyMap<number, number>, found: Map<number, string>): void {
	for (const message of messages) {
		const { data } = markedSchema.safeParse(message)
		const part = parts.get(data?.components[0]?.id ?? -1)
		if (data !== undefined && part !== undefined) found.set(part, data.id)
	}
}

function inTheirOrder(found: ReadonlyMap<number, string>): readonly string[] {
	return [...found].toSorted(([left], [right]) => left - right).map(([, id]) => id)
}

function idOf(message: unknown): string | undefined {
	return z.object({ id: z.string() }).safeParse(message).data?.id
}

/** Where nothing can be read, nothing is found. */
async function readPage(
	client: DiscordClient,
	channelId: string,
	where: { readonly before?: string; readonly after?: string },
): Promise<readonly unknown[]> {
	try {
		return await client.messages(channelId, { ...where, limit: pageSize })
	} catch (error) {
		if (isRefusal(error, 'missingAccess', 'missingPermissions', 'unknownChannel')) return []
		throw error
	}
}
