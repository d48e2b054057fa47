import { isDeepStrictEqual } from 'node:util'
import { Option } from 'commander'
import { z } from 'zod'
import type { LanguageModels, ModelRequest } from '../../src/core/language-model.ts'
import { createLanguageModels } from '../../src/models/index.ts'
import { practiceSettings } from '../support/wiring.ts'
import { type Backend, type BackendName, backendNames, openBackend, startBenchServers } from './support/backends.ts'
import type { Benchmark, Table } from './support/benchmark.ts'
import { startDurableSide } from './support/durable-side.ts'
import { type ReferenceModel, startReferenceModel } from './support/model-process.ts'
import { answerPlainly } from './support/plain-side.ts'
import { referenceCalls, referenceCriticalPath, referenceQuestion } from './support/reference-work.ts'
import { measureRound, median, type Round, type RoundPlan, rounded } from './support/rounds.ts'

const claim =
	'with durable checkpoints on PostgreSQL, CPU per run at 0 ms and 50 in flight is at most 1.5 times that of plain code, ' +
	'and wall time at 200 ms at most 1.05 times, at 1 and at 50 in flight'
const optionsSchema = z.object({ judged: z.boolean().default(false) })
const mostCpuRatio = 1.5
const mostWallRatio = 1.05
const judgedBackend: BackendName = 'postgres'

/** How the two sides are compared in one place: how slow the model is, how many runs are under way, how often. */
type Comparison = {
	readonly latencyMs: number
	readonly inFlight: number
	readonly rounds: number
	readonly runsEach: number
}

const thorough: readonly Comparison[] = [
	{ latencyMs: 0, inFlight: 1, rounds: 5, runsEach: 60 },
	{ latencyMs: 0, inFlight: 50, rounds: 7, runsEach: 10 },
	{ latencyMs: 50, inFlight: 1, rounds: 3, runsEach: 5 },
	{ latencyMs: 50, inFlight: 50, rounds: 3, runsEach: 4 },
	{ latencyMs: 200, inFlight: 1, rounds: 3, runsEach: 2 },
	{ latencyMs: 200, inFlight: 50, rounds: 3, runsEach: 2 },
]

/** What the claim needs, and a look at the other backends. */
const quickJudged: readonly Comparison[] = [
	{ latencyMs: 0, inFlight: 50, rounds: 3, runsEach: 2 },
	{ latencyMs: 200, inFlight: 1, rounds: 1, runsEach: 1 },
	{ latencyMs: 200, inFlight: 50, rounds: 1, runsEach: 1 },
]
const quickOthers: readonly Comparison[] = [{ latencyMs: 0, inFlight: 50, rounds: 1, runsEach: 1 }]

type Cell = {
	readonly backend: BackendName
	readonly latencyMs: number
	readonly inFlight: number
	readonly runs: number
	readonly plainCpuMsPerRun: number
	readonly durableCpuMsPerRun: number
	readonly cpuRatio: number
	readonly plainWallMsPerRun: number
	readonly durableWallMsPerRun: number
	readonly wallRatio: number
}

export const benchmark: Benchmark = {
	summary: 'what durability costs, against plain code that makes the same model calls',
	claim,
	options: [new Option('--judged', 'only what the claim is about: PostgreSQL')],

	async measure(setting) {
		const { judged } = optionsSchema.parse(setting.options)
		const planned = backendNames
			.filter((name) => !judged || name === judgedBackend)
			.map((name) => [name, comparisonsOn(name, setting.quick)] as const)
		setting.progress.expect(planned.flatMap(([, comparisons]) => ['warming up', ...comparisons]).length)
		await using servers = await startBenchServers()
		await using model = await startReferenceModel()
		const cells: Cell[] = []
		for (const [name, comparisons] of planned) {
			setting.progress.begin(`${name}, warming up`)
			await using backend = await openBackend(name, servers)
			await warmUp(backend, model, setting.signal)
			for (const comparison of comparisons) {
				setting.progress.begin(`${name}, ${comparison.latencyMs} ms, ${comparison.inFlight} in flight`)
				await using models = modelsAt(model.baseUrl(comparison.latencyMs))
				cells.push(await compare(backend, models.find, comparison, setting.signal))
			}
		}
		const figures = { ...judgedFigures(cells), cells }
		return {
			parameters: {
				calls: referenceCalls,
				criticalPath: referenceCriticalPath,
				quick: setting.quick,
				judgedBackend,
				...servers.settings,
				node: process.version,
			},
			figures,
			holds:
				figures.cpuRatioAt0Ms50InFlight <= mostCpuRatio &&
				figures.wallRatioAt200Ms1InFlight <= mostWallRatio &&
				figures.wallRatioAt200Ms50InFlight <= mostWallRatio,
			tables: [tableOf(cells)],
		}
	},
}

function comparisonsOn(name: BackendName, quick: boolean): readonly Comparison[] {
	if (!quick) return thorough
	return name === judgedBackend ? quickJudged : quickOthers
}

function modelsAt(baseUrl: string) {
	const find = createLanguageModels(practiceSettings(baseUrl))
	return { find, [Symbol.asyncDispose]: () => find.close() }
}

/** Has both sides make runs until their code is compiled, and makes sure that they do the same. */
async function warmUp(backend: Backend, model: ReferenceModel, signal: AbortSignal): Promise<void> {
	await using models = modelsAt(model.baseUrl(0))
	const plainly = (asked: LanguageModels) => answerPlainly(referenceQuestion, asked, signal)
	await checkThatBothAskTheSame(backend, models.find, plainly)
	const plan: RoundPlan = { inFlight: 50, runsEach: 1, spreadMs: 0, signal }
	await measureRound(() => plainly(models.find), plan)
	await using side = await startDurableSide(backend, models.find, plan.inFlight)
	await measureRound(side.answer, plan)
}

/** Plain, durable, plain, durable …: whatever changes on this machine meanwhile changes for both. */
async function compare(
	backend: Backend,
	models: LanguageModels,
	{ latencyMs, inFlight, rounds, runsEach }: Comparison,
	signal: AbortSignal,
): Promise<Cell> {
	const plan: RoundPlan = { inFlight, runsEach, spreadMs: latencyMs * referenceCriticalPath, signal }
	const plain: Round[] = []
	const durable: Round[] = []
	for (let round = 0; round < rounds; round++) {
		plain.push(await measureRound(() => answerPlainly(referenceQuestion, models, signal), plan))
		// The worker lives no longer than its round, so that plain code doesn't pay for it.
		await using side = await startDurableSide(backend, models, inFlight)
		durable.push(await measureRound(side.answer, plan))
	}
	return cellOf({ backend: backend.name, latencyMs, inFlight }, plain, durable)
}

/** A comparison is worth nothing where one side asks for something else. */
async function checkThatBothAskTheSame(
	backend: Backend,
	models: LanguageModels,
	plainly: (models: LanguageModels) => Promise<unknown>,
): Promise<void> {
	const byPlain = recordRequests(models)
	await plainly(byPlain.models)
	const byDurable = recordRequests(models)
	await using side = await startDurableSide(backend, byDurable.models, 1)
	await side.answer()
	const [plain, durable] = [byPlain.requests.toSorted(), byDurable.requests.toSorted()]
	if (plain.length === referenceCalls && isDeepStrictEqual(plain, durable)) return
	throw new Error(`The sides make different requests: ${JSON.stringify({ plain, durable }, null, 1)}`)
}

function recordRequests(models: LanguageModels) {
	const requests: string[] = []
	const recording: LanguageModels = (alias) => {
		const model = models(alias)
		const stream = ({ callId: _, ...request }: ModelRequest, signal: AbortSignal) => {
			requests.push(JSON.stringify([alias, ...Object.entries(request).toSorted()]))
			return model.stream(request, signal)
		}
		return { ...model, stream }
	}
	return { requests, models: recording }
}

function cellOf(
	place: Pick<Cell, 'backend' | 'latencyMs' | 'inFlight'>,
	plain: readonly Round[],
	durable: readonly Round[],
): Cell {
	const of = (rounds: readonly Round[], figure: keyof Round) => median(rounds.map((round) => round[figure]))
	/** Of the two rounds that stood next to each other: what changed in between has changed for both. */
	const ratio = (figure: keyof Round) =>
		median(durable.map((round, index) => round[figure] / (plain[index]?.[figure] ?? Number.NaN)))
	return {
		...place,
		runs: durable.reduce((sum, { runs }) => sum + runs, 0),
		plainCpuMsPerRun: rounded(of(plain, 'cpuMsPerRun'), 2),
		durableCpuMsPerRun: rounded(of(durable, 'cpuMsPerRun'), 2),
		cpuRatio: rounded(ratio('cpuMsPerRun'), 3),
		plainWallMsPerRun: rounded(of(plain, 'wallMsPerRun'), 1),
		durableWallMsPerRun: rounded(of(durable, 'wallMsPerRun'), 1),
		wallRatio: rounded(ratio('wallMsPerRun'), 3),
	}
}

function judgedFigures(cells: readonly Cell[]) {
	const at = (latencyMs: number, inFlight: number) =>
		cells.find((cell) => cell.backend === judgedBackend && cell.latencyMs === latencyMs && cell.inFlight === inFlight)
	return {
		cpuRatioAt0Ms50InFlight: at(0, 50)?.cpuRatio ?? Number.NaN,
		wallRatioAt200Ms1InFlight: at(200, 1)?.wallRatio ?? Number.NaN,
		wallRatioAt200Ms50InFlight: at(200, 50)?.wallRatio ?? Number.NaN,
	}
}

function tableOf(cells: readonly Cell[]): Table {
	return {
		title: 'Per run, plain code → durable runner',
		columns: ['backend', 'a call', 'in flight', 'runs', 'CPU', 'ratio', 'wall', 'ratio'],
		rows: cells.map((cell) => [
			cell.backend,
			`${cell.latencyMs} ms`,
			String(cell.inFlight),
			String(cell.runs),
			`${cell.plainCpuMsPerRun} → ${cell.durableCpuMsPerRun} ms`,
			cell.cpuRatio.toFixed(2),
			`${cell.plainWallMsPerRun} → ${cell.durableWallMsPerRun} ms`,
			cell.wallRatio.toFixed(3),
		]),
	}
}
