/**
 * A worker process that kills itself as soon as each of some runs has come to a given event, and that first finishes the runs which the
 * process before it was killed in. Its arguments are one JSON object; it prints one JSON line for each run that it has finished.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type IncomingMessage, incomingMessageSchema } from '../../src/core/conversation.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import { createIntake } from '../../src/intake/index.ts'
import { createLanguageModels } from '../../src/models/index.ts'
import { createJobQueue } from '../../src/queue/index.ts'
import { createRunStore, holdDataFolder, openEmbeddedDatabase } from '../../src/store/index.ts'
import { startWorker } from '../../src/worker/index.ts'
import { practiceSettings, reasoningWith } from './wiring.ts'

const optionsSchema = z.object({
	folder: z.string(),
	baseUrl: z.string(),
	/** The request log of the practice model. */
	log: z.string(),
	finish: z.array(incomingMessageSchema),
	/** With the number of the event that is the last which a run writes. */
	ask: z.array(z.object({ message: incomingMessageSchema, killAtSeq: z.number().int() })),
})
const requestSchema = z.object({ call: z.string() })

const options = optionsSchema.parse(JSON.parse(process.argv[2] ?? ''))
const held = holdDataFolder(options.folder, 'test')
if (held.outcome === 'held-by-other') throw new Error('The killed process still holds the folder.')
const database = await openEmbeddedDatabase({ folder: options.folder })
const store = await createRunStore(database)
const queue = await createJobQueue(
	{ kind: 'postgres', pool: database.pool },
	{ onTrouble: rethrow, onRelief: () => {} },
)
const intake = createIntake({ store, queue, longestQuestion: 10_000, longestQueue: 1_000, onTrouble: rethrow })
const models = createLanguageModels(practiceSettings(options.baseUrl))
/** The runs of this process, each with its last event. */
const doomed = Promise.withResolvers<ReadonlyMap<string, number>>()
const arrived = new Set<string>()
const ended = new Set<string>()
const dependencies = {
	store: deadlyStore(store),
	queue,
	reasoning: reasoningWith(models),
	owner: `process-${process.pid}`,
}

await store.abandonLeases()
if (options.finish.length > 0) await finish(options.finish)
await using _worker = await startWorker(dependencies, working(options.ask.length))
const asked = await Promise.all(
	options.ask.map(async ({ message, killAtSeq }) => [(await intake.ask(message)).runId, killAtSeq] as const),
)
doomed.resolve(new Map(asked))
await Promise.all(
	asked.map(async ([runId]) => {
		await outcomeOf(runId)
		ended.add(runId)
		dieIfDone()
	}),
)
process.exit(0)

function working(runs: number) {
	return { concurrency: Math.max(runs, 1), onTrouble: rethrow, onRelief: () => {} }
}

async function finish(messages: readonly IncomingMessage[]): Promise<void> {
	const begun = await Promise.all(
		messages.map(async (message) => {
			const { runId } = await intake.ask(message)
			return { runId, before: await store.read(runId), requestsBefore: requests(runId) }
		}),
	)
	await using _finisher = await startWorker({ ...dependencies, store }, working(messages.length))
	await intake.sweep(0)
	for (const { runId, before, requestsBefore } of begun) {
		const line = {
			answer: await outcomeOf(runId),
			lastSeqAtKill: before.at(-1)?.seq ?? 0,
			journaledCalls: before.filter((record) => record.kind === 'model-call-end').length,
			callsAfterwards: requests(runId) - requestsBefore,
		}
		process.stdout.write(`${JSON.stringify(line)}\n`)
	}
}

async function outcomeOf(runId: string): Promise<string> {
	for await (const record of store.follow(runId, 0, new AbortController().signal)) {
		if (record.kind === 'run-end') return record.content?.answer ?? ''
		if (record.kind === 'run-fail' || record.kind === 'run-stop') return record.kind
	}
	return 'nothing'
}

/** How often the model was asked for a run. */
function requests(runId: string): number {
	const lines = readFileSync(options.log, 'utf8')
		.split('\n')
		.filter((line) => line !== '')
	return lines.filter((line) => requestSchema.parse(JSON.parse(line)).call.startsWith(`${runId}/`)).length
}

function deadlyStore(real: RunStore): RunStore {
	return {
		...real,
		append: async (claim, entries) => {
			const killAtSeq = (await doomed.promise).get(claim.runId) ?? Number.POSITIVE_INFINITY
			const appended = await real.append(claim, entries)
			if (appended.outcome !== 'appended' || appended.lastSeq < killAtSeq) return appended
			arrived.add(claim.runId)
			dieIfDone()
			// Nobody hears of it: the run gets no further, however long the others take.
			return new Promise(() => {})
		},
	}
}

function dieIfDone(): void {
	if (arrived.size > 0 && arrived.size + ended.size === options.ask.length) process.kill(process.pid, 'SIGKILL')
}

function rethrow(error: unknown): never {
	throw error
}
