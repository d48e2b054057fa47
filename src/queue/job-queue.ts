import { setTimeout as sleep } from 'node:timers/promises'
import { DelayedError, type Processor, UnrecoverableError } from 'bullmq'
import { z } from 'zod'
import { AbortedError } from '../core/abort.ts'
import { type Backoff, backoffMs } from '../core/backoff.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { Deliveries, JobHandler, JobOutcome, JobQueue, ReasoningJob } from '../core/job-queue.ts'
import type { TroubleListener } from '../core/lasting-trouble.ts'
import { type AnyQueue, type QueueBackend, type QueueLocation, queueBackend, type WorkerSettings } from './backend.ts'
import { type CancelBus, createCancelBus } from './cancel-bus.ts'
import { leave } from './leave.ts'
import { fetchAgainAfterMs } from './patient-worker.ts'
import { createQueueTrouble } from './queue-trouble.ts'

const queueName = 'reasoning'
const readyTimeoutMs = 10_000

const retries: Backoff = { firstMs: 500, longestMs: 10_000, fixedPart: 0.5 }

/**
 * A worker that vanishes is noticed within `lockDuration` plus `stalledInterval`, and any number of times: the claim in the
 * store, not the queue, decides whether a run is still worth working on.
 */
const workerSettings: WorkerSettings = {
	lockDuration: 10_000,
	stalledInterval: 3_000,
	maxStalledCount: 1_000_000,
	// BullMQ's own choice is 15 s, for which a worker also refuses to close.
	runRetryDelay: fetchAgainAfterMs,
	settings: { backoffStrategy: (failures) => backoffMs(retries, failures, Math.random) },
}

const jobSettings = {
	attempts: 1_000,
	backoff: { type: 'custom' },
	// A kept job would refuse to be enqueued again under its id.
	removeOnComplete: true,
	removeOnFail: true,
}

const jobSchema = z.object({ version: z.literal(1), runId: z.string() })

type OnTrouble = (error: unknown) => void

/**
 * The job queue on BullMQ, on its PostgreSQL or its Redis backend. The listener is told of connection problems that the queue rides out
 * by itself.
 * @throws ThreadwiseError `queue-unavailable` if the backend doesn't answer.
 */
export async function createJobQueue(location: QueueLocation, listener: TroubleListener): Promise<JobQueue> {
	const backend = queueBackend(location)
	const queue = backend.createQueue(queueName)
	const size = async () => {
		const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized')
		return Object.values(counts).reduce((sum, count) => sum + count, 0)
	}
	const trouble = createQueueTrouble(listener, size)
	const onTrouble: OnTrouble = trouble.meet
	queue.on('error', onTrouble)
	await untilReady(queue, location).catch((error: unknown) => {
		trouble[Symbol.dispose]()
		throw error
	})
	const cancelBus = createCancelBus(backend.createRelay, onTrouble)
	return {
		add: async (job, attempt) => {
			await queue.add('run', job, { ...jobSettings, jobId: `${job.runId}-${attempt}` })
		},
		work: (handle, { concurrency }) => work(backend, cancelBus, handle, concurrency, onTrouble),
		cancel: cancelBus.publish,
		size,
		close: async () => {
			trouble[Symbol.dispose]()
			backend.leave()
			await cancelBus.close()
			await leave(queue.close(), onTrouble)
		},
	}
}

async function untilReady(queue: AnyQueue, location: QueueLocation): Promise<void> {
	const late = sleep(readyTimeoutMs, 'late' as const, { ref: false })
	const failed = queue.waitUntilReady().then(
		() => null,
		(error: unknown) => ({ cause: error }),
	)
	const trouble = await Promise.race([failed, refusedByRedis(queue), late])
	if (trouble === null) return
	void queue.close().catch(() => {})
	const said = trouble === 'late' ? "doesn't answer" : `can't be used: ${messageOf(trouble.cause)}`
	throw new ThreadwiseError('queue-unavailable', `The queue on ${location.kind} ${said}.`, {
		...(trouble === 'late' ? {} : trouble),
		fix:
			location.kind === 'redis'
				? 'Check that Redis runs and that REDIS_URL has the right address, user and password.'
				: 'Check that the database runs and that DATABASE_URL is right.',
		retry: { afterMs: null },
	})
}

/** Redis's words for a user or a password that it doesn't take. The driver would try the same again for ever. */
const refusals = /^(?:WRONGPASS|NOAUTH|NOPERM)\b/

/** Resolves once Redis has refused who we are. */
function refusedByRedis(queue: AnyQueue): Promise<{ readonly cause: unknown }> {
	return new Promise((resolve) => {
		queue.on('error', (error) => {
			if (refusals.test(error.message)) resolve({ cause: error })
		})
	})
}

function messageOf(cause: unknown): string {
	return cause instanceof Error ? cause.message : String(cause)
}

async function work(
	backend: QueueBackend,
	cancelBus: CancelBus,
	handle: JobHandler,
	concurrency: number,
	onTrouble: OnTrouble,
): Promise<Deliveries> {
	const running = new Set<RunningDelivery>()
	await cancelBus.listen((runId, error) => {
		for (const delivery of running) if (delivery.runId === runId) interrupt(delivery, error)
	})
	const settings = { ...workerSettings, concurrency }
	const worker = backend.createWorker(queueName, processorFor(handle, running), settings)
	worker.on('error', onTrouble)
	await worker.waitUntilReady()
	return {
		handleNow: (job, handleIt) => deliver(job, handleIt, running),
		[Symbol.asyncDispose]: async () => {
			const closing = worker.close()
			while (running.size > 0) await Promise.all([...running].map(({ handled }) => handled))
			// The jobs of a backend that is away are delivered again once it is back, and their claims say that they are done.
			if (!(await leave(closing, onTrouble))) worker.abandon()
		},
	}
}

/** One run may have two deliveries at once: the second learns from its claim that it has nothing to do. */
type RunningDelivery = {
	runId: string
	readonly controller: AbortController
	readonly answerNow: AbortController
	readonly handled: Promise<void>
}

function interrupt({ controller, answerNow }: RunningDelivery, error: AbortedError): void {
	const interrupted = error.abortCause === 'answer-now' ? answerNow : controller
	interrupted.abort(error)
}

/** BullMQ's errors as control flow end here: a handler only returns what it made of the delivery. */
function processorFor(handle: JobHandler, running: Set<RunningDelivery>): Processor {
	return async (job, token, lockLost) => {
		const parsed = jobSchema.safeParse(job.data)
		if (!parsed.success) throw new UnrecoverableError(`This version doesn't know the format of job ${job.id}.`)
		const outcome = await deliver(parsed.data, handle, running, lockLost)
		if (outcome.kind === 'done') return
		await job.moveToDelayed(Date.now() + outcome.ms, token)
		throw new DelayedError()
	}
}

async function deliver(
	job: ReasoningJob,
	handle: JobHandler,
	running: Set<RunningDelivery>,
	lockLost?: AbortSignal,
): Promise<JobOutcome> {
	const controller = new AbortController()
	const answerNow = new AbortController()
	const handled = Promise.withResolvers<void>()
	const delivery: RunningDelivery = { runId: job.runId, controller, answerNow, handled: handled.promise }
	running.add(delivery)
	lockLost?.addEventListener('abort', () => controller.abort(new AbortedError('lease-lost')), { once: true })
	try {
		return await handle(job, controller.signal, {
			answerNow: answerNow.signal,
			worksOn: (taken) => {
				delivery.runId = taken
			},
		})
	} finally {
		running.delete(delivery)
		handled.resolve()
	}
}
