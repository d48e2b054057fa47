import { type Conversation, conversationSchema } from '../../src/core/conversation.ts'
import type { ConversationReader, RunEntry } from '../../src/core/conversation-reader.ts'
import { type ReplyView, rests } from '../../src/core/reply-view.ts'
import { isFinished } from '../../src/core/run.ts'
import { type LiveEntries, openLiveEntries } from './live-entries.ts'
import { type LiveRun, type LiveRunDependencies, openLiveRun } from './live-run.ts'
import { createPulse } from './pulse.ts'
import { createSharing } from './sharing.ts'

/** A run as it is now, and when its journal was last written to (ISO 8601; null where it never was). */
export type RunNow = { readonly entry: RunEntry; readonly view: ReplyView; readonly changedAt: string | null }

/** What somebody looks at: a conversation, or one run of it. */
export type Watched = { readonly conversation: Conversation; readonly runId: string | null }

export type Watch = Disposable & {
	/** Resolves when the runs that are read at the beginning are known. */
	readonly known: Promise<void>
	/** In the order in which they were asked. */
	runs(): readonly RunNow[]
}

/** Brings what happens to those who look: through journals, deliveries of this process, and a look at the store now and then. */
export type Hub = {
	/**
	 * Calls the listener with every run that is new or has changed, from when all are known. Of a long conversation only the newest
	 * runs are read at the beginning, and those that aren't over.
	 */
	watch(watched: Watched, listener: (run: RunNow) => void): Watch
	/** Something was done in the conversation: whoever looks at it shall see it now. */
	changed(conversation: Conversation): Promise<void>
	/** A view was delivered. */
	deliver(runId: string, view: ReplyView): void
	/** How many conversations and runs are followed now. */
	followed(): number
}

export type HubDependencies = Pick<LiveRunDependencies, 'runs' | 'onTrouble'> & {
	readonly conversations: Pick<ConversationReader, 'runs' | 'marks'>
	/** How often to look for what other processes have recorded, and for what couldn't be read. */
	readonly pollMs?: number
}

const usualPollMs = 2_000
const readAnywayMs = 60_000
/** So many runs of a conversation are read at the beginning; whoever wants to see earlier ones asks for each. */
export const newestRuns = 30

export function createHub({ conversations, runs, onTrouble, pollMs = usualPollMs }: HubDependencies): Hub {
	const liveRuns = createSharing((runId) => openLiveRun(runId, { runs, retryMs: pollMs, onTrouble }))
	const liveEntries = createSharing((key) => openLiveEntries(conversationSchema.parse(JSON.parse(key)), conversations))
	const pulse = createPulse({ conversations, targets: liveEntries.all, pollMs, readAnywayMs, onTrouble })
	return {
		watch: ({ conversation, runId }, listener) => {
			const entries = liveEntries.take(keyOf(conversation))
			pulse.wake()
			const followRun = (id: string) => liveRuns.take(id)
			return openWatch(
				{ entries, followRun, isWatched: ({ runId: id }) => runId === null || runId === id, onTrouble },
				listener,
			)
		},
		changed: async (conversation) => liveEntries.find(keyOf(conversation))?.refresh().catch(onTrouble),
		deliver: (runId, view) => liveRuns.find(runId)?.offer(view),
		followed: () => liveRuns.size() + liveEntries.size(),
	}
}

/** The same for the same conversation, in whichever order its parts stand. */
function keyOf({ platform, workspaceId, channelId, threadId }: Conversation): string {
	return JSON.stringify({ platform, workspaceId, channelId, threadId })
}

type Taken<Part> = Disposable & { readonly part: Part }
type WatchParts = {
	readonly entries: Taken<LiveEntries>
	readonly followRun: (runId: string) => Taken<LiveRun>
	readonly isWatched: (entry: RunEntry) => boolean
	readonly onTrouble: (error: unknown) => void
}

type WatchedRun = { entry: RunEntry; readonly live: Taken<LiveRun>; leave: () => void }

function asItIs({ entry, live }: WatchedRun): RunNow {
	return { entry, view: live.part.view(), changedAt: live.part.changedAt() }
}

/** What was over before it was looked at, and stands too far up to be seen. */
function isFarUp(entry: RunEntry, index: number, length: number): boolean {
	return isFinished(entry.state) && index < length - newestRuns
}

function openWatch({ entries, followRun, isWatched, onTrouble }: WatchParts, listener: (run: RunNow) => void): Watch {
	const watched = new Map<string, WatchedRun>()
	/** Entries that aren't followed until they change. */
	const passedOver = new Map<string, string>()
	let isKnown = false
	let isOver = false
	const tell = (run: WatchedRun) => {
		if (isKnown) listener(asItIs(run))
	}
	const begin = (entry: RunEntry) => {
		const run: WatchedRun = { entry, live: followRun(entry.runId), leave: () => {} }
		watched.set(entry.runId, run)
		let wasResting = false
		run.leave = run.live.part.onView(() => {
			tell(run)
			const isResting = rests(run.live.part.view())
			// What the store says about it has changed as well.
			if (isResting !== wasResting) entries.part.refresh().catch(onTrouble)
			wasResting = isResting
		})
		// Of what is over there is nothing to tell before its journal was read.
		if (!isFinished(entry.state) || run.live.part.view().lastSeq > 0) tell(run)
	}
	const takeOne = (entry: RunEntry, isPassedOver: boolean) => {
		const run = watched.get(entry.runId)
		const json = JSON.stringify(entry)
		if (isPassedOver) passedOver.set(entry.runId, json)
		else if (run === undefined) {
			if (passedOver.get(entry.runId) !== json) begin(entry)
		} else if (JSON.stringify(run.entry) !== json) {
			run.entry = entry
			tell(run)
		}
	}
	const take = () => {
		if (isOver) return
		const listed = entries.part.entries().filter(isWatched)
		for (const [index, entry] of listed.entries()) {
			const isPassedOver = !isKnown && !watched.has(entry.runId) && isFarUp(entry, index, listed.length)
			takeOne(entry, isPassedOver)
		}
	}
	const becomeKnown = async () => {
		await entries.part.refresh()
		take()
		await Promise.all([...watched.values()].map(({ live }) => live.part.known))
		isKnown = true
	}
	const leaveEntries = entries.part.onChange(take)
	const known = becomeKnown()
	// Whoever watches is told, or has left.
	known.catch(() => {})
	return {
		known,
		runs: () => [...watched.values()].map(asItIs),
		[Symbol.dispose]: () => {
			isOver = true
			leaveEntries()
			for (const { live, leave } of watched.values()) {
				leave()
				live[Symbol.dispose]()
			}
			watched.clear()
			entries[Symbol.dispose]()
		},
	}
}
