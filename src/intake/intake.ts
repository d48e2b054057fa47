import type { StopReason } from '../core/abort.ts'
import { textOf } from '../core/content.ts'
import type { IncomingMessage } from '../core/conversation.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JobQueue } from '../core/job-queue.ts'
import { isFinished, type RunState } from '../core/run.ts'
import type { Recorded, RunStore } from '../core/run-store.ts'

export type IntakeDependencies = {
	readonly store: RunStore
	readonly queue: JobQueue
	/** In characters. */
	readonly longestQuestion: number
	/** Told when a run could not be enqueued; the sweeper enqueues it later. */
	readonly onTrouble: (error: unknown) => void
}

/** Where messages become runs. */
export type Intake = {
	/**
	 * Records a question and enqueues its run, once per message.
	 * @throws ThreadwiseError `question-empty` or `question-too-long`; whatever the store throws if it couldn't be recorded.
	 */
	ask(message: IncomingMessage): Promise<Recorded>
	/** Stops a run wherever it is. Returns the state it was in, or null if there is no such run. */
	stop(runId: string, reason: StopReason): Promise<RunState | null>
	/** Enqueues the runs whose delivery was missed or lost for so long, in milliseconds. Returns how many. */
	sweep(missedForMs?: number): Promise<number>
}

/** Long enough for a worker to have claimed what was enqueued, short enough that nobody has given up. */
const missedAfterMs = 10_000
const sweepLimit = 100

export function createIntake({ store, queue, longestQuestion, onTrouble }: IntakeDependencies): Intake {
	const enqueue = async (runId: string, attempt: number) => {
		await queue.add({ version: 1, runId }, attempt)
		await store.markQueued(runId)
	}
	return {
		ask: async (message) => {
			checkQuestion(textOf(message.content), longestQuestion)
			const recorded = await store.record(message)
			if (recorded.outcome === 'recorded') await enqueue(recorded.runId, 1).catch(onTrouble)
			return recorded
		},
		stop: async (runId, reason) => {
			const stopped = await store.requestStop(runId, reason)
			if (stopped === null) return null
			const { state, nextAttempt } = stopped
			if (nextAttempt !== null) await enqueue(runId, nextAttempt).catch(onTrouble)
			if (!isFinished(state)) await queue.cancel(runId, reason).catch(onTrouble)
			return state
		},
		sweep: async (missedForMs = missedAfterMs) => {
			const missed = await store.findUndelivered(missedForMs, sweepLimit)
			for (const { runId, nextAttempt } of missed) await enqueue(runId, nextAttempt)
			return missed.length
		},
	}
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
