import type { StopReason } from '../core/abort.ts'
import type { Actor, EditResult, Refused } from '../core/actor.ts'
import { textOf } from '../core/content.ts'
import type { Conversation, IncomingMessage, SaidMessage } from '../core/conversation.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { Place } from '../core/installation-store.ts'
import type { JobQueue } from '../core/job-queue.ts'
import { type SettingsReader, settingsFrom } from '../core/resolve-settings.ts'
import { isFinished, type RunState } from '../core/run.ts'
import type { AskedQuestion, Recorded, Requested, RunStore } from '../core/run-store.ts'
import type { SpendStore } from '../core/spend-store.ts'
import { type Actions, createActions } from './actions.ts'
import { createAdmit, refusalFrom } from './admit.ts'
import { createEarlier, type ReadEarlier, readsNothing } from './earlier.ts'

export type IntakeDependencies = {
	readonly store: RunStore
	readonly queue: JobQueue
	/** What people have set; without it, nothing is, and everybody is answered. */
	readonly settings?: SettingsReader
	/** Where days have budgets; without it, none has. */
	readonly spending?: Pick<SpendStore, 'exhausted'>
	/** In characters. */
	readonly longestQuestion: number
	/** How many runs may wait for a worker before further questions are refused. */
	readonly longestQueue: number
	/** Told when a run could not be enqueued; the sweeper enqueues it later. */
	readonly onTrouble: (error: unknown, runId: string) => void
	/** Told once when what was said before questions can't be read: they are answered without. Where nothing is read, nobody is needed. */
	readonly onUnread?: (error: unknown) => void
}

/** Where messages become runs. */
export type Intake = {
	/**
	 * Records a question and enqueues its run, once per message.
	 * @throws ThreadwiseError `question-empty`, `question-too-long`, `forbidden`, `budget` or `busy`; whatever the store throws if it
	 * couldn't be recorded.
	 */
	ask(message: IncomingMessage): Promise<Recorded>
	/**
	 * The same for a platform, on which whoever wrote the message sees nothing but runs: what is refused is recorded as a run that
	 * has failed, with the reason. A run that needs to know what was said before is enqueued when that was read, and nobody waits for it.
	 * @throws whatever the store throws if it couldn't be recorded, so that the platform delivers the message again.
	 */
	receive(message: IncomingMessage, readEarlier?: ReadEarlier): Promise<Recorded>
	/**
	 * Takes the new text of a message: whatever still answers the old one is superseded, and a new run answers the new one, also
	 * where the old one was answered already. A message that nobody has recorded is received as it is now. What is refused changes
	 * nothing: the old text and whatever answers it stay as they are.
	 * @throws whatever the store throws if it couldn't be recorded, so that the platform delivers the edit again.
	 */
	edit(message: IncomingMessage, readEarlier?: ReadEarlier): Promise<EditResult>
	/** Keeps what was said to others in a conversation in which somebody has asked something, as context for later questions. */
	overhear(conversation: Conversation, said: SaidMessage): Promise<void>
	/** Stops a run wherever it is, whoever wants it. Returns the state it was in, or null if there is no such run. */
	stop(runId: string, reason: StopReason): Promise<RunState | null>
	/** Stops everything that is open in a place which the bot was taken off. */
	removed(place: Place): Promise<void>
	/** What people do with runs, each of them only if they may. */
	readonly actions: Actions
	/**
	 * Enqueues the runs whose delivery was missed or lost for so long, in milliseconds, and those that have waited for their asker
	 * for a day. Returns how many.
	 */
	sweep(missedForMs?: number): Promise<number>
}

/** Long enough for a worker to have claimed what was enqueued, short enough that nobody has given up. */
const missedAfterMs = 10_000
const sweepLimit = 100
/** A day: whoever was asked back has seen it by then, or never will. */
const longestWaitMs = 24 * 3_600_000

/** For where nothing is said about it; only how hard to think is ever asked for. */
const nothingSet = settingsFrom({ effort: 'medium', workflow: 'default' })

export function createIntake(dependencies: IntakeDependencies): Intake {
	const {
		store,
		queue,
		settings = nothingSet,
		spending = null,
		longestQuestion,
		longestQueue,
		onTrouble,
		onUnread = () => {},
	} = dependencies
	const admit = createAdmit({ store, settings, spending, longestQueue })
	const add = async (runId: string, attempt: number) => {
		await queue.add({ version: 1, runId }, attempt)
		await store.markQueued(runId)
	}
	const enqueue = (runId: string, attempt: number) => add(runId, attempt).catch((error) => onTrouble(error, runId))
	const checkText = ({ content }: IncomingMessage) => checkQuestion(textOf(content), longestQuestion)
	const checkMessage = async (message: IncomingMessage) => {
		checkText(message)
		const { conversation, author } = message
		const asking = { action: 'ask', conversation, ownerId: author.id, replacesOne: false } as const
		await admit({ ...asking, actor: authorOf(message) })
	}
	const checkEdit = async (message: IncomingMessage, { askerId, isOpen }: AskedQuestion) => {
		const { conversation } = message
		const editing = { action: 'edit', conversation, ownerId: askerId, replacesOne: isOpen } as const
		await admit({ ...editing, actor: authorOf(message) })
		checkText(message)
	}
	const earlier = createEarlier({ store, enqueue, onTrouble, onUnread })
	const recordAndEnqueue = async (message: IncomingMessage, readEarlier: ReadEarlier) => {
		const recorded = await store.record(message)
		if (recorded.outcome === 'held-back') earlier.complete(recorded.runId, message, readEarlier)
		if (recorded.outcome === 'recorded') await enqueue(recorded.runId, 1)
		if (recorded.outcome === 'continued') await enqueue(recorded.runId, recorded.nextAttempt)
		return recorded
	}
	const receive = async (message: IncomingMessage, readEarlier: ReadEarlier = readsNothing) => {
		const refusal = await refusalOf(checkMessage(message))
		return refusal === null ? recordAndEnqueue(message, readEarlier) : store.record(message, refusal)
	}
	/** Tells the world of a stop that the store knows of. */
	const spreadStop = async (runId: string, { state, nextAttempt }: Requested, reason: StopReason) => {
		if (nextAttempt !== null) await enqueue(runId, nextAttempt)
		if (!isFinished(state)) await queue.cancel(runId, reason).catch((error) => onTrouble(error, runId))
	}
	const stop = async (runId: string, reason: StopReason) => {
		const stopped = await store.requestStop(runId, reason)
		if (stopped !== null) await spreadStop(runId, stopped, reason)
		return stopped?.state ?? null
	}
	const asNew = async (message: IncomingMessage, readEarlier?: ReadEarlier): Promise<EditResult> => {
		const { runId } = await receive(message, readEarlier)
		return { outcome: 'begun', runId }
	}
	const edit = async (message: IncomingMessage, readEarlier?: ReadEarlier): Promise<EditResult> => {
		const asked = await store.findQuestion(message)
		if (asked === null) return asNew(message, readEarlier)
		// Platforms also tell of an edit when they have added a preview: nobody is to be refused what they haven't done.
		if (asked.isUnchanged) return { outcome: 'unchanged', runId: asked.runId }
		const refusal = await refusalOf(checkEdit(message, asked))
		if (refusal !== null) return refusal
		const edited = await store.recordEdit(message)
		if (edited.outcome === 'unknown') return asNew(message, readEarlier)
		if (edited.outcome === 'unchanged') return edited
		if (edited.outcome === 'settled') return refusalFrom(settled())
		for (const { runId, ...stopped } of edited.superseded) await spreadStop(runId, stopped, 'superseded')
		await enqueue(edited.runId, 1)
		return { outcome: 'begun', runId: edited.runId }
	}
	return {
		ask: async (message) => {
			await checkMessage(message)
			return recordAndEnqueue(message, readsNothing)
		},
		receive,
		edit,
		overhear: store.recordOverheard,
		stop,
		removed: async (place) => {
			for (const runId of await store.findOpen(place)) await stop(runId, 'uninstalled')
		},
		actions: createActions({ store, queue, admit, enqueue, stop, onTrouble }),
		sweep: async (missedForMs = missedAfterMs) => {
			const unanswered = await store.endWaits(longestWaitMs)
			const missed = [...unanswered, ...(await store.findUndelivered(missedForMs, sweepLimit))]
			for (const { runId, nextAttempt } of missed) await add(runId, nextAttempt)
			return missed.length
		},
	}
}

/** Whoever wrote a message, as far as the message says. */
function authorOf({ author, conversation: { platform, workspaceId } }: IncomingMessage): Actor {
	return { personId: author.id, platform, workspaceId, isAdmin: false }
}

/** Why a check refuses, or null. */
function refusalOf(check: Promise<unknown>): Promise<Refused | null> {
	return check.then(() => null, refusalFrom)
}

function settled(): ThreadwiseError {
	return new ThreadwiseError('usage', 'This was the answer to a question back, and the run has gone on with it.', {
		fix: 'Edit the question that it was about, or ask a new one.',
	})
}

/**
 * Refuses what can't be a question, before anything is recorded.
 * @throws ThreadwiseError `question-empty` or `question-too-long`; `longest` is in characters.
 */
export function checkQuestion(question: string, longest: number): void {
	if (question.trim() === '') {
		throw new ThreadwiseError('question-empty', 'There is no question.', { fix: 'Write what you want to know.' })
	}
	if (question.length <= longest) return
	const length = question.length.toLocaleString('en')
	throw new ThreadwiseError(
		'question-too-long',
		`The question has ${length} characters; ${longest.toLocaleString('en')} fit.`,
		{
			fix: 'Shorten it, or ask about one part at a time.',
		},
	)
}
