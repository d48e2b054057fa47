import type { StopReason } from '../core/abort.ts'
import { textOf } from '../core/content.ts'
import type { IncomingMessage } from '../core/conversation.ts'
import { counted } from '../core/counted.ts'
import { type ErrorReport, refusalCodes, reportError, ThreadwiseError } from '../core/errors.ts'
import type { JobQueue } from '../core/job-queue.ts'
import { isFinished, type RunState } from '../core/run.ts'
import type { Recorded, RunStore } from '../core/run-store.ts'
import { budgetUsedUp, type SpendStore } from '../core/spend-store.ts'

export type IntakeDependencies = {
	readonly store: RunStore
	readonly queue: JobQueue
	/** Where days have budgets; without it, none has. */
	readonly spending?: Pick<SpendStore, 'exhausted'>
	/** In characters. */
	readonly longestQuestion: number
	/** How many runs may wait for a worker before further questions are refused. */
	readonly longestQueue: number
	/** Told when a run could not be enqueued; the sweeper enqueues it later. */
	readonly onTrouble: (error: unknown, runId: string) => void
}

/** Where messages become runs. */
export type Intake = {
	/**
	 * Records a question and enqueues its run, once per message.
	 * @throws ThreadwiseError `question-empty`, `question-too-long`, `budget` or `busy`; whatever the store throws if it couldn't be recorded.
	 */
	ask(message: IncomingMessage): Promise<Recorded>
	/**
	 * The same for a platform, on which whoever wrote the message sees nothing but runs: what is refused is recorded as a run that
	 * has failed, with the reason.
	 * @throws whatever the store throws if it couldn't be recorded, so that the platform delivers the message again.
	 */
	receive(message: IncomingMessage): Promise<Recorded>
	/** Stops a run for a person: only who asked may. Returns whether they may. */
	stopFor(personId: string, runId: string): Promise<boolean>
	/** Stops a run wherever it is. Returns the state it was in, or null if there is no such run. */
	stop(runId: string, reason: StopReason): Promise<RunState | null>
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

export function createIntake(dependencies: IntakeDependencies): Intake {
	const { store, queue, spending, longestQuestion, longestQueue, onTrouble } = dependencies
	const enqueue = async (runId: string, attempt: number) => {
		await queue.add({ version: 1, runId }, attempt)
		await store.markQueued(runId)
	}
	const tryToEnqueue = (runId: string, attempt: number) =>
		enqueue(runId, attempt).catch((error) => onTrouble(error, runId))
	const checkMessage = async (message: IncomingMessage) => {
		checkQuestion(textOf(message.content), longestQuestion)
		const usedUp = await spending?.exhausted({ ...message.conversation, personId: message.author.id })
		if (usedUp !== undefined && usedUp !== null) throw budgetUsedUp(usedUp)
		const { waiting } = await store.load()
		if (waiting >= longestQueue) throw busy(waiting)
	}
	const recordAndEnqueue = async (message: IncomingMessage) => {
		const recorded = await store.record(message)
		if (recorded.outcome === 'recorded') await tryToEnqueue(recorded.runId, 1)
		if (recorded.outcome === 'continued') await tryToEnqueue(recorded.runId, recorded.nextAttempt)
		return recorded
	}
	const stop = async (runId: string, reason: StopReason) => {
		const stopped = await store.requestStop(runId, reason)
		if (stopped === null) return null
		const { state, nextAttempt } = stopped
		if (nextAttempt !== null) await tryToEnqueue(runId, nextAttempt)
		if (!isFinished(state)) await queue.cancel(runId, reason).catch((error) => onTrouble(error, runId))
		return state
	}
	return {
		ask: async (message) => {
			await checkMessage(message)
			return recordAndEnqueue(message)
		},
		receive: async (message) => {
			const refusal = await checkMessage(message).then(() => null, refusalOf)
			return refusal === null ? recordAndEnqueue(message) : store.record(message, refusal)
		},
		stop,
		stopFor: async (personId, runId) => {
			const run = await store.find(runId)
			if (run === null || run.asker.id !== personId) return false
			await stop(runId, 'user')
			return true
		},
		sweep: async (missedForMs = missedAfterMs) => {
			const unanswered = await store.endWaits(longestWaitMs)
			const missed = [...unanswered, ...(await store.findUndelivered(missedForMs, sweepLimit))]
			for (const { runId, nextAttempt } of missed) await enqueue(runId, nextAttempt)
			return missed.length
		},
	}
}

/** What is told to whoever asked. A store that failed refuses nothing: the message is delivered again. */
function refusalOf(error: unknown): ErrorReport {
	if (error instanceof ThreadwiseError && refusalCodes.has(error.code)) return reportError(error)
	throw error
}

function busy(waiting: number): ThreadwiseError {
	return new ThreadwiseError('busy', `Threadwise is busy: ${counted(waiting, 'question')} are waiting already.`, {
		fix: 'Ask again in a few minutes.',
		retry: { afterMs: null },
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
