import { setTimeout as sleep } from 'node:timers/promises'
import { InvalidArgumentError, Option } from 'commander'
import { execa } from 'execa'
import { z } from 'zod'
import { type RunningProcess, startedProcess } from '../support/running-process.ts'
import {
	type Backend,
	type BackendName,
	type BenchServers,
	openBackend,
	startBenchServers,
} from './support/backends.ts'
import type { Benchmark, BenchmarkSetting, Table } from './support/benchmark.ts'
import { referenceMessage } from './support/durable-side.ts'
import { type ReferenceModel, startReferenceModel } from './support/model-process.ts'
import { rounded } from './support/rounds.ts'

/** How much of one worker's throughput two and four of them must reach at least. */
const leastRatio = 0.8
const claim =
	'on two cores, which one worker and its servers already fill, two and four workers answer at least 0.8 times as many runs a ' +
	'second as one, on PostgreSQL alone and with Redis: they share a queue without standing in the way of each other'

const sharedBackends = ['postgres', 'postgres-redis'] as const satisfies readonly BackendName[]
const workerCounts = [1, 2, 4]
const concurrency = 20
const warmUpRuns = 120
const pollMs = 100

type Cell = {
	readonly backend: BackendName
	readonly workers: number
	readonly runs: number
	readonly runsPerSecond: number
	/** How many times as many as one worker on the same backend. */
	readonly ratioToOneWorker: number
	readonly largestMemoryMb: number
}

export const benchmark: Benchmark = {
	summary: 'runs per second with a model that takes no time, for 1, 2 and 4 worker processes',
	claim,
	options: [new Option('--runs <number>', 'how many runs are measured each time').argParser(positiveInteger)],

	async measure(setting) {
		const runs = runsFor(setting)
		setting.progress.expect(sharedBackends.length * workerCounts.length)
		await using servers = await startBenchServers()
		await using model = await startReferenceModel()
		const cells: Cell[] = []
		for (const name of sharedBackends) cells.push(...(await measureBackend(name, runs, servers, model, setting)))
		const ratios = cells.filter(({ workers }) => workers > 1).map((cell) => cell.ratioToOneWorker)
		return {
			parameters: {
				runs,
				concurrency,
				workflow: 'default',
				quick: setting.quick,
				...servers.settings,
				node: process.version,
			},
			figures: { lowestRatioToOneWorker: Math.min(...ratios), cells },
			holds: ratios.every((ratio) => ratio >= leastRatio),
			tables: [tableOf(cells)],
		}
	},
}

function positiveInteger(given: string): number {
	const parsed = z.coerce.number().int().positive().safeParse(given)
	if (!parsed.success) throw new InvalidArgumentError('Give a whole number above 0.')
	return parsed.data
}

function runsFor({ options, quick }: BenchmarkSetting): number {
	return z
		.number()
		.catch(quick ? 100 : 600)
		.parse(options.runs)
}

/** Adds worker after worker, so that each is started once, and measures whenever there are as many as asked for. */
async function measureBackend(
	name: BackendName,
	runs: number,
	servers: BenchServers,
	model: ReferenceModel,
	{ progress, signal }: BenchmarkSetting,
): Promise<readonly Cell[]> {
	await using backend = await openBackend(name, servers)
	await using started = new AsyncDisposableStack()
	const workers: RunningProcess[] = []
	const cells: Cell[] = []
	const variables = {
		...backend.variables,
		OPENAI_BASE_URL: model.baseUrl(0),
		THREADWISE_MODEL: 'reference',
		THREADWISE_CONCURRENCY: String(concurrency),
	}
	for (const count of workerCounts) {
		progress.begin(`${name}, ${count} workers`)
		while (workers.length < count) workers.push(started.use(await startedProcess('worker', variables)))
		await answerAll(backend, warmUpRuns, signal)
		const runsPerSecond = await answerAll(backend, runs, signal)
		const memoryMb = await Promise.all(workers.map(({ pid }) => residentMb(pid)))
		cells.push({
			backend: name,
			workers: count,
			runs,
			runsPerSecond: rounded(runsPerSecond, 1),
			ratioToOneWorker: rounded(runsPerSecond / (cells[0]?.runsPerSecond ?? runsPerSecond), 2),
			largestMemoryMb: Math.round(Math.max(...memoryMb)),
		})
	}
	for (const worker of workers) worker.kill('SIGTERM')
	await Promise.all(workers.map((worker) => worker.ended()))
	return cells
}

const countRow = z.array(z.object({ unanswered: z.coerce.number(), answered: z.coerce.number() })).length(1)

/** Records runs, then delivers all of them at once, and returns how many were answered a second. */
async function answerAll({ store, queue, query }: Backend, runs: number, signal: AbortSignal): Promise<number> {
	const before = await progressOf(query)
	const recorded = await Promise.all(Array.from({ length: runs }, () => store.record(referenceMessage())))
	const startedAt = performance.now()
	await Promise.all(recorded.map(({ runId }) => queue.add({ version: 1, runId }, 1)))
	for (;;) {
		const { answered, unanswered } = await progressOf(query)
		if (unanswered === 0 && answered - before.answered !== runs) {
			throw new Error(`Of ${runs} runs, ${answered - before.answered} were answered.`)
		}
		if (unanswered === 0) return (runs * 1_000) / (performance.now() - startedAt)
		await sleep(pollMs, undefined, { signal })
	}
}

async function progressOf(query: Backend['query']) {
	const statement = `
		select count(*) filter (where state in ('accepted', 'queued', 'running')) as unanswered,
			count(*) filter (where state = 'answered') as answered
		from threadwise.runs`
	const [row] = countRow.parse(await query(statement))
	if (row === undefined) throw new Error('The database counted nothing.')
	return row
}

/** The memory that a process holds now. */
async function residentMb(pid: number): Promise<number> {
	const { stdout } = await execa('ps', ['-o', 'rss=', '-p', String(pid)])
	return Number(stdout) / 1_024
}

function tableOf(cells: readonly Cell[]): Table {
	return {
		title: 'Runs per second',
		columns: ['backend', 'workers', 'runs', 'a second', 'of one worker', 'memory of the largest'],
		rows: cells.map((cell) => [
			cell.backend,
			String(cell.workers),
			String(cell.runs),
			cell.runsPerSecond.toFixed(1),
			`${cell.ratioToOneWorker.toFixed(2)} ×`,
			`${cell.largestMemoryMb} MB`,
		]),
	}
}
