import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { AbortedError, abortCauseOf } from '../../src/core/abort.ts'
import type { JobHandler, JobQueue, ReasoningJob } from '../../src/core/job-queue.ts'
import { createJobQueue } from '../../src/queue/index.ts'
import { openEmbeddedDatabase } from '../../src/store/index.ts'
import { loadDatabaseDump } from '../support/database-dump.ts'
import { freePort } from '../support/servers.ts'
import { type Place, queueBackends, type TestQueueBackend, titleOf } from '../support/stores.ts'

const done = { kind: 'done' } as const

function aJob(): ReasoningJob {
	return { version: 1, runId: randomUUID() }
}

/** Resolves once the condition holds; the test's own time limit ends a wait in vain. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}

function whenAborted(signal: AbortSignal): Promise<unknown> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve(signal.reason)
		else signal.addEventListener('abort', () => resolve(signal.reason), { once: true })
	})
}

function jobQueueContract(place: Place<TestQueueBackend>): void {
	describe.skipIf(place.missing !== null)(`the job queue: ${titleOf(place)}`, () => {
		let opened: TestQueueBackend
		let queue: JobQueue
		let elsewhere: JobQueue
		const troubles: unknown[] = []

		beforeAll(async () => {
			opened = await place.open()
			const listener = { onTrouble: (error: unknown) => troubles.push(error), onRelief: () => {} }
			queue = await createJobQueue(opened.location, listener)
			elsewhere = await createJobQueue(opened.sameFromElsewhere, listener)
		})
		afterAll(async () => {
			await queue.close()
			await elsewhere.close()
			// Dropping the database cuts connections that are still on their way out, which is no trouble of the queue's.
			const duringTests = troubles.map(String)
			await opened[Symbol.asyncDispose]()
			expect(duringTests).toEqual([])
		})

		/** Works on deliveries until the test is over. */
		const working = async (handle: JobHandler, concurrency = 4) => {
			const deliveries = await queue.work(handle, { concurrency })
			onTestFinished(() => deliveries[Symbol.asyncDispose]())
			return deliveries
		}
		const untilEmpty = () => until(async () => (await queue.size()) === 0)

		test('delivers what was added, before or after somebody works', async () => {
			const [early, late] = [aJob(), aJob()]
			const delivered: ReasoningJob[] = []
			await elsewhere.add(early, 1)
			await working(async (job) => {
				delivered.push(job)
				return done
			})
			await elsewhere.add(late, 1)
			await until(() => delivered.length === 2)
			await untilEmpty()
			expect(delivered).toEqual([early, late])
		})

		test('counts what waits and what is under way', async () => {
			expect(await queue.size()).toBe(0)
			const release = Promise.withResolvers<void>()
			let started = 0
			await Promise.all([queue.add(aJob(), 1), queue.add(aJob(), 1), queue.add(aJob(), 1)])
			expect(await elsewhere.size()).toBe(3)
			await working(async () => {
				started += 1
				await release.promise
				return done
			}, 2)
			await until(() => started === 2)
			expect(await elsewhere.size()).toBe(3)
			release.resolve()
			await untilEmpty()
			expect(started).toBe(3)
		})

		test('the same attempt added twice while it waits is one delivery', async () => {
			const job = aJob()
			await Promise.all([queue.add(job, 1), elsewhere.add(job, 1), queue.add(job, 1)])
			expect(await queue.size()).toBe(1)
			let deliveries = 0
			await working(async () => {
				deliveries += 1
				return done
			})
			await untilEmpty()
			expect(deliveries).toBe(1)
		})

		test('another attempt of the same run, and the same one once it was handled, are further deliveries', async () => {
			const job = aJob()
			let deliveries = 0
			await working(async () => {
				deliveries += 1
				return done
			})
			await queue.add(job, 1)
			await queue.add(job, 2)
			await untilEmpty()
			await queue.add(job, 1)
			await until(() => deliveries === 3)
		})

		test('no more than the given number are handled at once', async () => {
			let running = 0
			let most = 0
			await Promise.all(Array.from({ length: 12 }, () => queue.add(aJob(), 1)))
			await working(async () => {
				running += 1
				most = Math.max(most, running)
				await new Promise((resolve) => setTimeout(resolve, 20))
				running -= 1
				return done
			}, 3)
			await untilEmpty()
			expect(most).toBe(3)
		})

		test('a delivery that is delayed comes again, no sooner than asked for', async () => {
			const job = aJob()
			const deliveredAt: number[] = []
			await queue.add(job, 1)
			await working(async () => {
				deliveredAt.push(performance.now())
				return deliveredAt.length === 1 ? { kind: 'delay', ms: 100 } : done
			})
			await untilEmpty()
			const [first = 0, second = 0] = deliveredAt
			expect(deliveredAt).toHaveLength(2)
			expect(second - first).toBeGreaterThan(90)
		})

		test('a delivery whose handler throws comes again', async () => {
			let deliveries = 0
			await queue.add(aJob(), 1)
			await working(async () => {
				deliveries += 1
				if (deliveries === 1) throw new Error('the database was away')
				return done
			})
			await until(() => deliveries === 2)
			await untilEmpty()
		})

		test('a cancellation reaches the handler in whichever process it runs, with its reason', async () => {
			const job = aJob()
			const started = Promise.withResolvers<void>()
			const aborted = Promise.withResolvers<unknown>()
			await queue.add(job, 1)
			await working(async (_, signal) => {
				started.resolve()
				aborted.resolve(await whenAborted(signal))
				return done
			})
			await started.promise
			await elsewhere.cancel(job.runId, 'user')
			const reason = await aborted.promise
			expect(reason).toBeInstanceOf(AbortedError)
			expect(reason).toMatchObject({ abortCause: 'user' })
			await untilEmpty()
		})

		test('a cancellation reaches the handler also after a second delivery of its run came and went', async () => {
			const job = aJob()
			const causes: unknown[] = []
			let deliveries = 0
			await queue.add(job, 1)
			await working(async (_, signal) => {
				deliveries += 1
				if (deliveries === 2) return done
				await whenAborted(signal)
				causes.push(abortCauseOf(signal))
				return done
			})
			await until(() => deliveries === 1)
			await queue.add(job, 2)
			await until(async () => deliveries === 2 && (await queue.size()) === 1)
			await elsewhere.cancel(job.runId, 'user')
			await untilEmpty()
			expect(causes).toEqual(['user'])
		})

		test('the wish for an answer now reaches the handler beside its signal, which can still abort', async () => {
			const job = aJob()
			const started = Promise.withResolvers<void>()
			const causes: unknown[] = []
			await queue.add(job, 1)
			await working(async (_, signal, { answerNow }) => {
				started.resolve()
				await whenAborted(answerNow)
				causes.push(abortCauseOf(answerNow), abortCauseOf(signal))
				await whenAborted(signal)
				causes.push(abortCauseOf(signal))
				return done
			})
			await started.promise
			await elsewhere.cancel(job.runId, 'answer-now')
			await until(() => causes.length === 2)
			await elsewhere.cancel(job.runId, 'user')
			await untilEmpty()
			expect(causes).toEqual(['answer-now', null, 'user'])
		})

		test('what is handled at once needs no free hand, and a cancellation and disposing know of it', async () => {
			const [busy, urgent] = [aJob(), aJob()]
			const started = Promise.withResolvers<void>()
			await queue.add(busy, 1)
			const deliveries = await working(async (_, signal) => {
				started.resolve()
				await whenAborted(signal)
				return done
			}, 1)
			await started.promise
			const causes: unknown[] = []
			const handled = deliveries.handleNow(urgent, async (job, signal) => {
				expect(job).toEqual(urgent)
				await whenAborted(signal)
				causes.push(abortCauseOf(signal))
				return done
			})
			const failing = deliveries.handleNow(aJob(), () => Promise.reject(new Error('the database was away')))
			await expect(failing).rejects.toThrow('the database was away')
			await queue.cancel(busy.runId, 'user')
			await untilEmpty()
			let disposed = false
			const disposing = deliveries[Symbol.asyncDispose]().then(() => {
				disposed = true
			})
			await new Promise((resolve) => setTimeout(resolve, 30))
			expect({ causes, disposed }).toEqual({ causes: [], disposed: false })
			await elsewhere.cancel(urgent.runId, 'superseded')
			expect(await handled).toEqual(done)
			await disposing
			expect(causes).toEqual(['superseded'])
		})

		test('a cancellation reaches no other run, and nobody if its run is not worked on', async () => {
			const [cancelled, other] = [aJob(), aJob()]
			const causes = new Map<string, unknown>()
			const release = Promise.withResolvers<void>()
			let started = 0
			await Promise.all([queue.add(cancelled, 1), queue.add(other, 1)])
			await working(async ({ runId }, signal) => {
				started += 1
				await (runId === other.runId ? release.promise : whenAborted(signal))
				causes.set(runId, abortCauseOf(signal))
				return done
			})
			await until(() => started === 2)
			await queue.cancel(randomUUID(), 'user')
			await queue.cancel(cancelled.runId, 'superseded')
			await until(() => causes.has(cancelled.runId))
			release.resolve()
			await untilEmpty()
			expect(causes.get(cancelled.runId)).toBe('superseded')
			expect(causes.get(other.runId)).toBeNull()
		})

		test('disposing waits for running handlers and starts no new ones', async () => {
			const started = Promise.withResolvers<void>()
			const release = Promise.withResolvers<void>()
			const handled: string[] = []
			const [running, waiting] = [aJob(), aJob()]
			await queue.add(running, 1)
			const deliveries = await working(async ({ runId }) => {
				started.resolve()
				await release.promise
				handled.push(runId)
				return done
			}, 1)
			await started.promise
			await queue.add(waiting, 1)
			let disposed = false
			const disposing = deliveries[Symbol.asyncDispose]().then(() => {
				disposed = true
			})
			await new Promise((resolve) => setTimeout(resolve, 30))
			expect(disposed).toBe(false)
			release.resolve()
			await disposing
			expect(handled).toEqual([running.runId])
			expect(await queue.size()).toBe(1)
			await working(async ({ runId }) => {
				handled.push(runId)
				return done
			})
			await until(() => handled.length === 2)
			await untilEmpty()
			expect(handled[1]).toBe(waiting.runId)
		})

		test.each([
			['of an unknown version', '{"version":2,"runId":"new"}'],
			['that is malformed', '{"version":1,"runId":7}'],
			['that is empty', '{}'],
		])("a job %s is refused and doesn't keep others waiting", async (_, stored) => {
			const job = aJob()
			const handled: string[] = []
			await queue.add(JSON.parse(stored), 1)
			await queue.add(job, 1)
			await working(async ({ runId }) => {
				handled.push(runId)
				return done
			}, 1)
			await untilEmpty()
			expect(handled).toEqual([job.runId])
		})

		test('a hundred jobs are each delivered', async () => {
			const jobs = Array.from({ length: 100 }, aJob)
			const handled = new Set<string>()
			await working(async ({ runId }) => {
				handled.add(runId)
				return done
			}, 20)
			await Promise.all(jobs.map((job, index) => (index % 2 ? queue : elsewhere).add(job, 1)))
			await until(() => handled.size === jobs.length)
			await untilEmpty()
		})
	})
}

for (const place of queueBackends) jobQueueContract(place)

describe('a queue whose server is of no use', () => {
	const openingOn = (url: string): Promise<unknown> =>
		createJobQueue({ kind: 'redis', url }, { onTrouble: () => {}, onRelief: () => {} }).catch(
			(thrown: unknown) => thrown,
		)
	// It takes ten seconds to be sure of, in which the other tests run.
	const dead = freePort().then((port) => openingOn(`redis://:secret@127.0.0.1:${port}`))

	test('a dead Redis address is reported with what to do, in time', { timeout: 20_000 }, async () => {
		const error = await dead
		expect(error).toMatchObject({ code: 'queue-unavailable', fix: expect.stringContaining('REDIS_URL') })
		expect(String(error)).not.toContain('secret')
	})

	test('so is a closed database', { timeout: 20_000 }, async () => {
		const database = await openEmbeddedDatabase({ dump: await loadDatabaseDump(inject('databaseDump')) })
		await database.close()
		const opening = createJobQueue(
			{ kind: 'postgres', pool: database.pool },
			{ onTrouble: () => {}, onRelief: () => {} },
		)
		await expect(opening).rejects.toMatchObject({
			code: 'queue-unavailable',
			message: expect.stringContaining('closed'),
			fix: expect.stringContaining('DATABASE_URL'),
		})
	})
})

describe('a process with a queue', () => {
	const program = fileURLToPath(new URL('../support/queue-process.ts', import.meta.url))

	for (const place of queueBackends.filter(({ shared }) => shared)) {
		const title = `handles what was added elsewhere, and ends by itself after closing: ${titleOf(place)}`
		test.skipIf(place.missing !== null)(title, { timeout: 20_000 }, async () => {
			await using opened = await place.open()
			const job = aJob()
			const queue = await createJobQueue(opened.location, { onTrouble: () => {}, onRelief: () => {} })
			await queue.add(job, 1)
			const { stdout } = await promisify(execFile)(process.execPath, [program, String(opened.url)], { timeout: 15_000 })
			await queue.close()
			expect(stdout.trim()).toBe(`handled ${job.runId}`)
		})
	}
})
