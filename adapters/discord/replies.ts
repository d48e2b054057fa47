import type { Reply } from '../../src/core/chat-platform.ts'
import type { Conversation } from '../../src/core/conversation.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import { type ReplyView, rests } from '../../src/core/reply-view.ts'
import { type Answer, type Answers, isChangeable } from './answers.ts'
import type { DiscordClient } from './client.ts'
import { type Draft, draft, textDisplay } from './components.ts'
import type { DiscordOptions } from './config.ts'
import type { Guilds } from './connection.ts'
import type { Destination, Destinations } from './destinations.ts'
import { createElsewhere, type Elsewhere } from './elsewhere.ts'
import { findFurther, findMarked } from './find-marked.ts'
import { parseHandle, printHandle } from './handles.ts'
import { isInteractionOnly } from './receive.ts'
import { isRefusal, namingMissing } from './refusals.ts'
import { createTokenWatch } from './token-watch.ts'
import { createShowUnblocked } from './unblocked.ts'

export type ReplyParts = Pick<DiscordOptions, 'runs' | 'conversations' | 'runUrl' | 'onTrouble'> & {
	readonly client: DiscordClient
	readonly destinations: Destinations
	readonly answers: Answers
	readonly guilds: Pick<Guilds, 'missing'>
}

export type Replies = {
	show(reply: Reply, view: ReplyView): Promise<Reply>
	find(runId: string, conversation: Conversation): Promise<Reply | null>
}

/** What is shown now, and in which messages so far. */
type Showing = {
	readonly reply: Reply
	readonly view: ReplyView
	readonly drafts: readonly Draft[]
	readonly handles: string[]
}

/** For a message that an answer doesn't take any more: Discord has no empty ones. */
const surplusDraft: Draft = draft([textDisplay('—')])

/** The answer to an interaction, and what it is kept under. */
type Answering = { readonly key: string; readonly answer: Answer }

/** Shows views in the messages of a reply: answers to interactions, or messages of a thread, a channel or a direct message. */
export function createReplies(parts: ReplyParts): Replies {
	const { client, answers, runUrl } = parts
	const watch = createTokenWatch(parts)
	const elsewhere = createElsewhere(parts)
	const keyOf = createAnswerKeys(parts)
	const posts = createPosts(parts, elsewhere)
	const showUnblocked = createShowUnblocked()

	/** Where the bot can write, Discord takes one of each part only; a further answer it would take twice. */
	const postPart = async (
		{ reply, handles }: Showing,
		{ key, answer }: Answering,
		draft: Draft,
		again: string,
	): Promise<void> => {
		const { channelId } = answer
		const mark = { runId: reply.runId, part: handles.length, again }
		const posted = answer.isReachable ? await orNullWhereClosed(client.post(channelId, draft, mark)) : null
		if (posted !== null) {
			handles.push(printHandle({ channelId, messageId: posted, answerKey: null }))
			return
		}
		const messageId = await client.followUp(answer, draft, answer)
		handles.push(printHandle({ channelId, messageId, answerKey: key }))
		await answers.keepParts(reply.runId, handles)
	}
	const editPart = async (handle: string, answer: Answer, draft: Draft): Promise<void> => {
		const { channelId, messageId, answerKey } = parseHandle(handle)
		if (answerKey === null) await client.edit(channelId, messageId, draft)
		else await client.editAnswer(answer, draft, messageId === answer.messageId ? undefined : messageId)
	}
	const removePart = async (handle: string, answer: Answer): Promise<void> => {
		const { channelId, messageId, answerKey } = parseHandle(handle)
		if (answerKey === null) await client.remove(channelId, messageId)
		else await client.removeAnswer(answer, messageId)
	}
	/** What somebody has deleted is posted again as a whole, once there is an outcome. */
	const showAnew = async (showing: Showing, answering: Answering): Promise<void> => {
		const { handles, drafts, view } = showing
		if (!rests(view)) return
		const old = handles.splice(0)
		for (const handle of old) await removePart(handle, answering.answer).catch(() => {})
		for (const draft of drafts) await postPart(showing, answering, draft, String(old.at(-1)))
	}
	const showAnswer = async (showing: Showing, answering: Answering): Promise<void> => {
		const { handles, drafts } = showing
		const { key, answer } = answering
		if (handles.length === 0) handles.push(printHandle({ ...answer, answerKey: key }))
		try {
			for (const [part, handle] of handles.entries()) await editPart(handle, answer, drafts[part] ?? surplusDraft)
		} catch (error) {
			if (!isRefusal(error, 'unknownMessage')) throw error
			return showAnew(showing, answering)
		}
		for (const draft of drafts.slice(handles.length)) await postPart(showing, answering, draft, '')
	}
	/** What can't be changed as an answer any more is changed as a message, or the answer comes as a direct message. */
	const showEnded = async (showing: Showing, answer: Answer): Promise<void> => {
		const { handles } = showing
		if (!answer.isReachable) {
			if (rests(showing.view)) await elsewhere.show(showing)
			return
		}
		if (handles.length === 0) handles.push(printHandle({ ...answer, answerKey: null }))
		await posts.show(showing, { channelId: answer.channelId, replyTo: null })
	}
	const showInAnswer = async (showing: Showing, answering: Answering): Promise<void> => {
		const { reply, view } = showing
		const { answer } = answering
		watch.follow(reply.runId, answer, view)
		if (!isChangeable(answer)) return showEnded(showing, answer)
		if (watch.isLetGo(reply.runId) && !rests(view)) return
		await showAnswer(showing, answering).catch((error: unknown) => {
			if (!isRefusal(error, 'tokenEnded', 'unknownWebhook', 'unknownInteraction')) throw error
			return showEnded(showing, answer)
		})
	}
	const answeringOf = async (reply: Reply): Promise<Answering | null> => {
		const key = isMoved(reply) ? null : await keyOf(reply, reply.messageIds)
		const answer = key === null ? null : await answers.find(key)
		return key === null || answer === null ? null : { key, answer }
	}
	const showIn = async (showing: Showing, answering: Answering | null): Promise<void> => {
		const { reply } = showing
		if (answering !== null) return showInAnswer(showing, answering)
		const isPostable = isMoved(reply) || !isInteractionOnly(reply.conversation)
		await (isPostable ? posts.show(showing, null) : elsewhere.show(showing))
	}
	return {
		show: async (reply, view) => {
			const { runId, conversation } = reply
			const handles = [...reply.messageIds]
			const answering = await answeringOf(reply)
			const shown = { runId, view, recordUrl: runUrl(runId, conversation), asked: answering?.answer.asked ?? '' }
			await showUnblocked(shown, (drafts) => showIn({ reply, view, drafts, handles }, answering))
			return { ...reply, messageIds: handles }
		},
		find: async (runId, conversation) => {
			const key = await keyOf({ runId, conversation }, [])
			const answer = key === null ? null : await answers.find(key)
			if (answer === null) return isInteractionOnly(conversation) ? null : findMarked(parts, runId, conversation)
			const kept = await answers.parts(runId)
			if (kept.length > 0) return { runId, conversation, messageIds: kept }
			const further = answer.isReachable ? await findFurther(client, runId, answer) : []
			const { channelId } = answer
			const messageIds = further.map((messageId) => printHandle({ channelId, messageId, answerKey: null }))
			return { runId, conversation, messageIds: [printHandle({ ...answer, answerKey: key }), ...messageIds] }
		},
	}
}

/** Whether it stands in ordinary messages by now. */
function isMoved({ messageIds }: Reply): boolean {
	return messageIds.length > 0 && messageIds.every((handle) => parseHandle(handle).answerKey === null)
}

/** Ordinary messages. */
function createPosts({ client, destinations, guilds }: ReplyParts, elsewhere: Elsewhere) {
	const editOne = async (handle: string, draft: Draft): Promise<'edited' | 'gone'> => {
		const { channelId, messageId } = parseHandle(handle)
		const edit = () => client.edit(channelId, messageId, draft)
		try {
			await edit().catch(async (error: unknown) => {
				if (!isRefusal(error, 'threadArchived')) throw error
				await client.reopen(channelId)
				await edit()
			})
			return 'edited'
		} catch (error) {
			if (isRefusal(error, ...goneRefusals) || asksForLong(error)) return 'gone'
			throw error
		}
	}
	/** Posts what is missing, where it can be posted. */
	const postRest = async (showing: Showing, destination: Destination, again: string): Promise<void> => {
		const { reply, drafts, handles } = showing
		try {
			for (const draft of drafts.slice(handles.length)) {
				const part = handles.length
				const mark = { runId: reply.runId, part, again }
				const replyTo = part === 0 ? destination.replyTo : null
				const messageId = await client.post(destination.channelId, draft, mark, replyTo)
				handles.push(printHandle({ channelId: destination.channelId, messageId, answerKey: null }))
			}
		} catch (error) {
			if (!isRefusal(error, ...closedRefusals)) throw error
			const instead = destinations.instead(reply.conversation, destination)
			const lacking = namingMissing(error, guilds.missing(destination.channelId))
			await (instead === null ? elsewhere.show(showing, lacking) : postRest(showing, instead, again))
		}
	}
	/** Edits what is there. Whatever can't be edited any more is posted again as a whole, once there is an outcome. */
	const editAll = async ({ view, drafts, handles }: Showing): Promise<'edited' | 'gone'> => {
		for (const [part, handle] of [...handles].entries()) {
			if ((await editOne(handle, drafts[part] ?? surplusDraft)) === 'edited') continue
			if (!rests(view)) return 'edited'
			const old = handles.splice(0).map(parseHandle)
			for (const { channelId, messageId } of old) await client.remove(channelId, messageId).catch(() => {})
			return 'gone'
		}
		return 'edited'
	}
	const show = async (showing: Showing, given: Destination | null): Promise<void> => {
		const { reply, view, handles } = showing
		if (handles.length === 0 && !rests(view) && elsewhere.isNeeded(reply.runId)) return
		const last = handles.map(parseHandle).at(-1)
		const edited = await editAll(showing)
		if (handles.length >= showing.drafts.length) return
		const there = last === undefined ? null : { channelId: last.channelId, replyTo: null }
		const destination = given ?? there ?? (await destinations.of(reply.conversation, reply.runId))
		await postRest(showing, destination, edited === 'gone' ? String(last?.messageId) : '')
	}
	return { show }
}

/** Nothing can be changed there any more. */
const goneRefusals = [
	...(['unknownMessage', 'unknownChannel', 'missingAccess', 'missingPermissions', 'threadLocked'] as const),
] as const
/** Longer than a channel ever rests for its rate. */
const longestRestMs = 30_000

/** Messages that are older than an hour can be edited a few times an hour (30046), which discord.js tells as a rate like any other. */
function asksForLong(error: unknown): boolean {
	const retry = error instanceof ThreadwiseError ? error.retry : 'never'
	return retry !== 'never' && (retry.afterMs ?? 0) > longestRestMs
}

/** Nothing can be posted there. */
const closedRefusals = [
	...(['missingAccess', 'missingPermissions', 'unknownChannel', 'threadLocked', 'threadArchived'] as const),
] as const

async function orNullWhereClosed(posting: Promise<string>): Promise<string | null> {
	try {
		return await posting
	} catch (error) {
		if (isRefusal(error, ...closedRefusals)) return null
		throw error
	}
}

/** Which interaction a run answers; null where it was asked in a message. */
function createAnswerKeys({ conversations, answers }: ReplyParts) {
	return async (
		{ runId, conversation }: Pick<Reply, 'runId' | 'conversation'>,
		handles: readonly string[],
	): Promise<string | null> => {
		const known = handles.map((handle) => parseHandle(handle).answerKey).find((key) => key !== null)
		if (known !== undefined) return known
		const again = `again:${runId}`
		const entry = (await conversations.runs(conversation)).find((run) => run.runId === runId)
		if (entry === undefined || entry.messageId === conversation.threadId) return null
		if (entry.kind === 'question') return `asked:${entry.messageId}`
		if ((await answers.find(again)) !== null) return again
		if (isInteractionOnly(conversation) && isFresh(entry.askedAt)) throw notYetKnown
		return null
	}
}

const freshForMs = 10_000

function isFresh(askedAt: string): boolean {
	return Date.now() - Date.parse(askedAt) < freshForMs
}

/** Whoever has pressed the button knows the run only once it is recorded, and may be shown here before that is written down. */
const notYetKnown = new ThreadwiseError('platform-unavailable', 'It is not known yet where the answer goes.', {
	fix: 'Nothing: it goes on by itself.',
	retry: { afterMs: 200 },
})
