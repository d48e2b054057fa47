/**
 * A worker process that kills itself as soon as a given event of a given run is durable, and that first finishes the run which
 * the process before it was killed in. Its arguments are one JSON object; it prints one JSON line when it has finished a run.
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
	finish: incomingMessageSchema.nullable(),
	ask: incomingMessageSchema.nullable(),
	/** The number of the event after which this process dies. */
	killAtSeq: z.number().int(),
})

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
let doomedRunId = ''
const dependencies = {
	store: deadlyStore(store),
	queue,
	reasoning: reasoningWith(models),
	owner: `process-${process.pid}`,
}

await store.abandonLeases()
if (options.finish !== null) await finish(options.finish)
await using _worker = await startWorker(dependencies, { concurrency: 1, onTrouble: rethrow, onRelief: () => {} })
if (options.ask !== null) {
	doomedRunId = (await intake.ask(options.ask)).runId
	await outcomeOf(doomedRunId)
}
process.exit(0)

async function finish(message: IncomingMessage): Promise<void> {
	const { runId } = await intake.ask(message)
	const before = await store.read(runId)
	const requestsBefore = requests()
	await using _finisher = await startWorker(
		{ ...dependencies, store },
		{ concurrency: 1, onTrouble: rethrow, onRelief: () => {} },
	)
	await intake.sweep(0)
	const answer = await outcomeOf(runId)
	const journaledCalls = before.filter((record) => record.kind === 'model-call-end').length
	const line = {
		answer,
		lastSeqAtKill: before.at(-1)?.seq ?? 0,
		journaledCalls,
		callsAfterwards: requests() - requestsBefore,
	}
	process.stdout.write(`${JSON.stringify(line)}\n`)
}

async function outcomeOf(runId: string): Promise<string> {
	for await (const record of store.follow(runId, 0, new AbortController().signal)) {
		if (record.kind === 'run-end') return record.content?.answer ?? ''
		if (record.kind === 'run-fail' || record.kind === 'run-stop') return record.kind
	}
	return 'nothing'
}

function requests(): number {
	return readFileSync(options.log, 'utf8')
		.split('\n')
		.filter((line) => line !== '').length
}

function deadlyStore(real: RunStore): RunStore {
	return {
		...real,
		append: async (claim, entries) => {
			const appended = await real.append(claim, entries)
			const fatal = appended.outcome === 'appended' && appended.lastSeq >= options.killAtSeq
			if (fatal && claim.runId === doomedRunId) process.kill(process.pid, 'SIGKILL')
			return appended
		},
	}
}

function rethrow(error: unknown): never {
	throw error
}
