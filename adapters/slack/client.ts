import { setTimeout as sleep } from 'node:timers/promises'
import { type types, webApi } from '@slack/bolt'
import { z } from 'zod'
import { english } from '../../src/rendering/index.ts'
import { attachFile } from './attach-file.ts'
import { context, section } from './blocks.ts'
import type { SlackConnection } from './config.ts'
import { createFindMarked } from './find-marked.ts'
import { type Mark, markOf, questionMarkOf } from './mark.ts'
import { escapedPieces, toMrkdwn } from './markdown.ts'
import { quietLogger } from './quiet-logger.ts'
import type { Person, Self } from './receive.ts'
import { fromSlack, slackCodeOf, tooFast } from './refusals.ts'
import type { AttachedFile, Draft } from './show.ts'
import { createStreamCalls, type StreamCalls } from './stream-calls.ts'
import type { Thread } from './thread.ts'

/** Everything that is asked of Slack. Each call is made once: whether it is safe to make it again, the caller knows. */
export type SlackClient = StreamCalls & {
	identify(): Promise<Self>
	/** Returns the message's timestamp, by which it is known in its channel. */
	post(thread: Thread, draft: Draft, mark: Mark): Promise<string>
	edit(channelId: string, ts: string, draft: Draft, mark: Mark): Promise<void>
	/** Takes a message away. */
	remove(channelId: string, ts: string): Promise<void>
	/** Attaches a file to a thread, in a message of its own. Returns the file's id; it stands there whole, or not at all. */
	attach(thread: Thread, file: AttachedFile): Promise<string>
	/** The message that a thread hangs on; null where it is gone. */
	root(thread: Thread): Promise<unknown>
	/** A page of a thread's messages, the oldest first and as many as Slack gives; `next` leads on from there. */
	replies(
		thread: Thread,
		range: RepliesRange,
		cursor: string | null,
	): Promise<{ readonly messages: readonly unknown[]; readonly next: string | null }>
	/** The newest messages of a channel that the bot is a member of. */
	newest(channelId: string): Promise<readonly unknown[]>
	/** The timestamps of a run's messages in a thread, in their order, and the id of its file, if it has one. */
	find(thread: Thread, runId: string): Promise<readonly string[]>
	/** Writes down in a channel what somebody has asked with a command, so that there is a thread to answer in. */
	postQuestion(channelId: string, question: AskedQuestion): Promise<Written>
	/** Says something to one person alone; `text` is Markdown. */
	whisper(thread: Thread, personId: string, text: string): Promise<void>
	openWindow(triggerId: string, view: types.ModalView): Promise<void>
	changeWindow(viewId: string, view: types.ModalView): Promise<void>
	/** What is known of somebody; their id alone where Slack doesn't tell. */
	person(id: string): Promise<Person>
	/** Shows whether the bot works in a thread, in the best way that the workspace has. */
	setWorking(thread: Thread, isWorking: boolean): Promise<WorkingSign>
	suggestPrompts(channelId: string): Promise<void>
	publishHome(personId: string, view: types.HomeView): Promise<void>
	/** The address of a message, for whoever may read it. */
	permalink(channelId: string, ts: string): Promise<string | null>
}

/** The state of an agent's session, the older status, or a reaction. */
type WorkingSign = 'session' | 'status' | 'reaction'

/** Where a message stands. */
export type Written = { readonly channelId: string; readonly ts: string }

type AskedQuestion = {
	/** By which it can be found again. */
	readonly id: string
	/** Of whoever asks. */
	readonly name: string
	readonly text: string
}

/** Between two timestamps, both left out. */
export type RepliesRange = { readonly after: string | null; readonly before: string }

export type ClientOptions = Pick<SlackConnection, 'apiUrl'> & {
	readonly botToken: string
	readonly timeoutMs: number
}

const personForMs = 3_600_000
const unknownForMs = 60_000
/** Slack waits three seconds until what somebody has asked is acknowledged. */
const longestPersonWaitMs = 1_000
const mostPeople = 5_000
/** All that an app gets at once which is sold outside of Slack's marketplace. */
export const smallPage = 15
/** Commands are shorter than this. */
const mostQuestionSections = 4

/** Neither follows links nor looks for names in what a model wrote. */
const quietly = { unfurl_links: false, unfurl_media: false, parse: 'none', link_names: false } as const

/** Only part of what Slack tells; names may be empty. */
const userSchema = z.object({
	real_name: z.string().optional(),
	name: z.string().optional(),
	locale: z.string().optional(),
	tz: z.string().nullish(),
	is_admin: z.boolean().optional(),
	is_owner: z.boolean().optional(),
	profile: z.object({ display_name: z.string().optional() }).optional(),
})

export function createClient({ botToken, apiUrl, timeoutMs }: ClientOptions): SlackClient {
	const web = new webApi.WebClient(botToken, {
		...webOptions(apiUrl, timeoutMs),
		logger: quietLogger(() => {}),
	})
	const pauses = createPauses()
	const findMarked = createFindMarked(web)
	/** What can't be done now in a channel says nothing of what else can: Slack has a rate for each. */
	const call = async <Result>(what: string, request: () => Promise<Result>): Promise<Result> => {
		pauses.check(what)
		try {
			return await request()
		} catch (error) {
			if (error instanceof webApi.WebAPIRateLimitedError) pauses.pause(what, error.retryAfter * 1_000)
			throw fromSlack(error)
		}
	}
	return {
		identify: () => identify(web),
		post: ({ channelId, threadId }, draft, mark) =>
			call(`${channelId} post`, async () => {
				const { ts = '' } = await web.chat.postMessage({
					channel: channelId,
					thread_ts: threadId,
					...contentOf(draft, mark),
					...quietly,
				})
				return ts
			}),
		edit: (channelId, ts, draft, mark) =>
			call(`${channelId} edit`, async () => {
				await web.chat.update({ channel: channelId, ts, ...contentOf(draft, mark), parse: 'none', link_names: false })
			}),
		remove: (channelId, ts) =>
			call(`${channelId} remove`, async () => {
				await web.chat.delete({ channel: channelId, ts })
			}),
		...createStreamCalls(web, call),
		attach: (thread, file) => call(`${thread.channelId} files`, () => attachFile(web, thread, file, timeoutMs)),
		root: ({ channelId, threadId }) =>
			call('roots', async () => {
				const range = { oldest: threadId, latest: threadId, inclusive: true, limit: 1 }
				const { messages = [] } = await web.conversations.history({
					channel: channelId,
					...range,
					include_all_metadata: true,
				})
				return messages.find(({ ts }) => ts === threadId) ?? null
			}),
		// The rate is that of the method, wherever it is used.
		replies: ({ channelId, threadId }, { after, before }, cursor) =>
			call('earlier messages', async () => {
				// Without a limit, each app gets as many as it may have.
				const page = await web.conversations.replies({
					channel: channelId,
					ts: threadId,
					latest: before,
					include_all_metadata: true,
					...(after === null ? {} : { oldest: after }),
					...(cursor === null ? {} : { cursor }),
				})
				return { messages: page.messages ?? [], next: page.response_metadata?.next_cursor || null }
			}),
		newest: (channel) =>
			call('newest messages', async () => {
				const page = await web.conversations.history({ channel, include_all_metadata: true, limit: smallPage })
				return page.messages ?? []
			}),
		find: (thread, runId) => call(`${thread.channelId} read`, () => findMarked(thread, runId)),
		postQuestion: (channelId, { id, name, text: question }) =>
			call(`${channelId} post`, async () => {
				const asks = english.chat.asks(name)
				const pieces = escapedPieces(question, 3_000).slice(0, mostQuestionSections)
				const blocks = [context(toMrkdwn(asks)), ...pieces.map(section)]
				const text = escapedPieces(`${asks} ${question}`, 3_000)[0] ?? asks
				const metadata = questionMarkOf(id)
				const posted = await web.chat.postMessage({ channel: channelId, text, blocks, metadata, ...quietly })
				return { channelId: posted.channel ?? channelId, ts: posted.ts ?? '' }
			}),
		whisper: ({ channelId, threadId }, user, text) =>
			call(`${channelId} ephemeral`, async () => {
				const mrkdwn = toMrkdwn(text)
				await web.chat.postEphemeral({ channel: channelId, user, thread_ts: threadId, text: mrkdwn, parse: 'none' })
			}),
		openWindow: async (trigger_id, view) => {
			await web.views.open({ trigger_id, view }).catch(rethrow)
		},
		changeWindow: async (view_id, view) => {
			await web.views.update({ view_id, view }).catch(rethrow)
		},
		person: remembering((id) => readPerson(web, id)),
		setWorking: createSigns(web),
		suggestPrompts: async (channel_id) => {
			const { prompts, promptsTitle: title } = english.chat
			await web.assistant.threads
				.setSuggestedPrompts({ channel_id, title, prompts: [{ ...first(prompts) }, ...prompts.slice(1)] })
				.catch(rethrow)
		},
		publishHome: async (user_id, view) => {
			await web.views.publish({ user_id, view }).catch(rethrow)
		},
		permalink: async (channel, message_ts) =>
			(await web.chat.getPermalink({ channel, message_ts }).catch(rethrow)).permalink ?? null,
	}
}

/** Explicit in everything that matters: by default a call has no end, is made ten times, and one refusal holds up all others. */
export function webOptions(apiUrl: string | null, timeoutMs: number): webApi.WebClientOptions {
	return {
		...(apiUrl === null ? {} : { slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/` }),
		retryConfig: { retries: 0 },
		rejectRateLimitedCalls: true,
		timeout: timeoutMs,
	}
}

function rethrow(error: unknown): never {
	throw fromSlack(error)
}

function first<Item>([item]: readonly Item[]): Item {
	if (item === undefined) throw new RangeError('There is none.')
	return item
}

async function identify(web: webApi.WebClient): Promise<Self> {
	const { team_id: teamId = '', user_id: userId = '', bot_id: botId = '' } = await web.auth.test().catch(rethrow)
	return { teamId, userId, botId }
}

function contentOf({ text, blocks }: Draft, mark: Mark) {
	return { text, blocks: [...blocks], metadata: markOf(mark) }
}

async function readPerson(web: webApi.WebClient, id: string): Promise<Person> {
	const { user } = await web.users.info({ user: id, include_locale: true })
	const { real_name, name, locale, tz, is_admin, is_owner, profile } = userSchema.parse(user)
	return {
		id,
		name: profile?.display_name || real_name || name || id,
		...(locale ? { locale } : {}),
		...(tz ? { timeZone: tz } : {}),
		isAdmin: is_admin === true || is_owner === true,
	}
}

/** People change their names now and then, not with every message. Nobody waits long for what Slack doesn't tell. */
function remembering(read: (id: string) => Promise<Person>): (id: string) => Promise<Person> {
	const known = new Map<string, { readonly person: Person; readonly until: number }>()
	const asked = new Map<string, Promise<Person>>()
	const lastKnown = (id: string): Person => known.get(id)?.person ?? { id, name: id, isAdmin: false }
	const keep = (person: Person, forMs: number) => {
		if (known.size >= mostPeople) known.clear()
		known.set(person.id, { person, until: performance.now() + forMs })
		return person
	}
	const ask = (id: string) => {
		const asking = read(id)
			.then(
				(person) => keep(person, personForMs),
				() => keep(lastKnown(id), unknownForMs),
			)
			.finally(() => asked.delete(id))
		asked.set(id, asking)
		return asking
	}
	return async (id) => {
		const before = known.get(id)
		if (before !== undefined && performance.now() < before.until) return before.person
		const late = sleep(longestPersonWaitMs, null, { ref: false })
		return (await Promise.race([asked.get(id) ?? ask(id), late])) ?? lastKnown(id)
	}
}

/** Slack says for how long it takes nothing more; whoever wants the same in the same channel needn't ask again. */
function createPauses() {
	const until = new Map<string, number>()
	return {
		pause: (what: string, ms: number) => void until.set(what, performance.now() + ms),
		check: (what: string) => {
			const left = (until.get(what) ?? 0) - performance.now()
			if (left > 0) throw tooFast(left)
			until.delete(what)
		},
	}
}

/** What Slack says where a workspace has no such sign, or the app may not set it. */
const hasNoSuchSign: ReadonlySet<string> = new Set([
	...['not_authorized', 'unknown_method', 'not_allowed', 'feature_not_enabled', 'missing_scope'],
])
const workingReaction = 'hourglass_flowing_sand'

/**
 * Signs that the bot works in a thread, the best first: that of agents, with a Stop button; the older status; a reaction to the message
 * that the thread hangs under. What a workspace doesn't have isn't tried again until the next start.
 */
function createSigns(web: webApi.WebClient): SlackClient['setWorking'] {
	const session: Sign = {
		kind: 'session',
		set: ({ channelId: channel_id, threadId: thread_ts }, isWorking) =>
			web.agents.sessions.setStatus({ channel_id, thread_ts, status: isWorking ? 'processing' : 'active' }),
	}
	const status: Sign = {
		kind: 'status',
		set: ({ channelId: channel_id, threadId: thread_ts }, isWorking) =>
			web.assistant.threads.setStatus({ channel_id, thread_ts, status: isWorking ? english.chat.thinking : '' }),
	}
	const reaction: Sign = {
		kind: 'reaction',
		set: async ({ channelId: channel, threadId: timestamp }, isWorking) => {
			const reacted = { channel, timestamp, name: workingReaction }
			const set = isWorking ? web.reactions.add(reacted) : web.reactions.remove(reacted)
			await set.catch((error: unknown) => {
				if (slackCodeOf(error) !== (isWorking ? 'already_reacted' : 'no_reaction')) throw error
			})
		},
	}
	let left: readonly [Sign, ...Sign[]] = [session, status, reaction]
	const setBest = async (thread: Thread, isWorking: boolean): Promise<WorkingSign> => {
		const [best, next, ...others] = left
		try {
			await best.set(thread, isWorking)
			return best.kind
		} catch (error) {
			if (next === undefined || !hasNoSuchSign.has(slackCodeOf(error) ?? '')) throw fromSlack(error)
			left = [next, ...others]
			return setBest(thread, isWorking)
		}
	}
	return setBest
}

type Sign = { readonly kind: WorkingSign; set(thread: Thread, isWorking: boolean): Promise<unknown> }
