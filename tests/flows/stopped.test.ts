import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, test, vi } from 'vitest'
import { z } from 'zod'
import type { JournalRecord } from '../../src/core/journal.ts'
import { createIntake, type Intake } from '../../src/intake/index.ts'
import { createLanguageModels } from '../../src/models/index.ts'
import { createJobQueue } from '../../src/queue/index.ts'
import { createRunStore, openEmbeddedDatabase } from '../../src/store/index.ts'
import { startWorker } from '../../src/worker/index.ts'
import { aMessage, outcomes } from '../support/builders.ts'
import { startPractice } from '../support/command-line.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { loadDatabaseDump } from '../support/database-dump.ts'
import { openedProcess } from '../support/opened-process.ts'
import { createServerDatabase, missingServers, queueBackends } from '../support/stores.ts'
import { practiceSettings, reasoningWith } from '../support/wiring.ts'

// One run for each event of a journal, each with a model that takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'
/** What was sent before a stop may arrive a moment after it. */
const onItsWayMs = 20
const requestSchema = z.object({ outcome: z.string(), startedAt: z.coerce.date(), endedAt: z.coerce.date() })

test('a stop at any point of a run is in the journal at once, closes the last model request, and no call follows it', async () => {
	await using opened = new AsyncDisposableStack()
	const { baseUrl, log } = await openPractice(opened)
	await stopAtEveryPosition(await openWorker(baseUrl, opened), log, 1)
})

const onRedis = queueBackends.find(({ name }) => name.includes('Redis'))

test.skipIf(missingServers.length > 0)(
	['so is one that another process asks for', ...missingServers].join(' '),
	async () => {
		await using opened = new AsyncDisposableStack()
		const { baseUrl, log } = await openPractice(opened)
		const database = opened.use(await createServerDatabase())
		const backend = await onRedis?.open()
		const variables = { DATABASE_URL: database.url, REDIS_URL: String(backend?.url), OPENAI_BASE_URL: baseUrl }
		opened.use(await openedProcess('worker', variables))
		// Every third position: the others differ in nothing that crosses processes.
		const bot = opened.use(await openedProcess('bot', variables))
		await stopAtEveryPosition(bot, log, 3)

		const requests = (await readRequests(log)).length
		for (const stopIn of [whileQueued, whileWaiting, whileDelayed]) {
			const runId = await stopIn(bot)
			expect((await journalUntil(bot.store, runId, () => {})).at(-1), stopIn.name).toMatchObject({ kind: 'run-stop' })
		}
		expect(await readRequests(log)).toHaveLength(requests)
	},
)

async function whileQueued({ store, intake }: Asking): Promise<string> {
	const { runId } = await store.record(aMessage({ text: question }))
	await intake.stop(runId, 'user')
	return runId
}

async function whileWaiting({ store, intake }: Asking): Promise<string> {
	const { runId } = await store.record(aMessage({ text: question }))
	const claimed = await store.claim(runId, 'somebody else', 60_000)
	if (claimed.outcome !== 'claimed') throw new Error('it could not be claimed')
	await store.append(claimed.claim, [{ event: outcomes.wait('Which one?') }])
	await intake.stop(runId, 'user')
	return runId
}

/** Its delivery comes again when the lease of somebody who has died is over. */
async function whileDelayed({ store, intake }: Asking): Promise<string> {
	const { runId } = await store.record(aMessage({ text: question }))
	await store.claim(runId, 'somebody who has died', 1_000)
	await intake.sweep(0)
	await intake.stop(runId, 'user')
	return runId
}

async function openPractice(opened: AsyncDisposableStack) {
	const folder = opened.use(await temporaryFolder())
	const log = join(folder.path, 'requests.log')
	const practice = await startPractice(['--log', log, '--latency-ms', '40', '--mistake-pattern', 'notebooks'])
	return { baseUrl: opened.use(practice).baseUrl, log }
}

type Asking = { readonly store: Store; readonly intake: Intake }

/** Stops one run after another, at each `step`-th position that a run which nobody stops goes through. */
async function stopAtEveryPosition({ intake, store }: Asking, log: string, step: number): Promise<void> {
	const ask = async (id: string) => (await intake.ask(aMessage({ id, threadId: id, text: question }))).runId
	const complete = await journalUntil(store, await ask('complete'), () => {})
	expect(complete.at(-1)?.kind).toBe('run-end')

	for (const { seq } of complete.slice(0, -1).filter((_, index) => index % step === 0)) {
		const runId = await ask(`stopped-at-${seq}`)
		const records = await journalUntil(store, runId, (record) => {
			if (record.seq === seq) void intake.stop(runId, 'user')
		})
		const outcome = records.at(-1)
		// What was all but finished when the stop came may still be answered.
		expect(['run-stop', 'run-end'], `stopped at ${seq}`).toContain(outcome?.kind)
		if (outcome?.kind === 'run-end') expect(seq).toBeGreaterThan(complete.length - 5)
		const requests = await readRequests(log)
		const stoppedAt = Date.parse(outcome?.at ?? '')
		for (const { startedAt } of requests) expect(startedAt.getTime()).toBeLessThanOrEqual(stoppedAt + onItsWayMs)
		expect(requests.at(-1)?.endedAt.getTime()).toBeLessThanOrEqual(stoppedAt + 1_000)
	}
}

async function openWorker(baseUrl: string, opened: AsyncDisposableStack) {
	const database = await openEmbeddedDatabase({ dump: await loadDatabaseDump(inject('databaseDump')) })
	opened.defer(() => database.close())
	const store = await createRunStore(database)
	opened.defer(() => store.close())
	const queue = await createJobQueue(
		{ kind: 'postgres', pool: database.pool },
		{ onTrouble: rethrow, onRelief: () => {} },
	)
	opened.defer(() => queue.close())
	const models = createLanguageModels(practiceSettings(baseUrl))
	opened.defer(() => models.close())
	const dependencies = { store, queue, reasoning: reasoningWith(models), owner: 'worker' }
	opened.use(await startWorker(dependencies, { concurrency: 1, onTrouble: rethrow, onRelief: () => {} }))
	return {
		store,
		intake: createIntake({ store, queue, longestQuestion: 1_000, longestQueue: 1_000, onTrouble: rethrow }),
	}
}

type Store = Awaited<ReturnType<typeof createRunStore>>

async function journalUntil(
	store: Store,
	runId: string,
	see: (record: JournalRecord) => void,
): Promise<readonly JournalRecord[]> {
	for await (const record of store.follow(runId, 0, AbortSignal.timeout(10_000))) see(record)
	return store.read(runId)
}

async function readRequests(log: string) {
	const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '')
	return lines.map((line) => requestSchema.parse(JSON.parse(line)))
}

function rethrow(error: unknown): never {
	throw error
}
