import { Option } from 'commander'
import { z } from 'zod'
import { type Cell, cells, expectedAccuracy, expectedAttempts } from './closed-form/cells.ts'
import { type Measured, measureCell } from './closed-form/measure-cell.ts'
import { startSimulatedMinds } from './closed-form/simulated-minds.ts'
import { chiSquareTail, zOfMean, zOfShare } from './closed-form/statistics.ts'
import type { Benchmark, Measurement, Table } from './support/benchmark.ts'

const optionsSchema = z.object({ items: z.number().optional() })
const seeds = [1, 2, 3, 4, 5]
const farthestZ = 3.3
const leastP = 0.001

/** One figure of one cell and one seed beside what the closed form says. */
type Figure = {
	readonly cell: string
	readonly seed: number
	readonly figure: 'accuracy' | 'attemptsPerStep'
	readonly measured: number
	readonly expected: number
	readonly z: number
}

export const benchmark: Benchmark = {
	summary:
		'simulated minds through the real prompts, parsers and scheduler: do checkpoints give what the closed forms say?',
	claim: `every measured accuracy and every number of attempts is within |z| < ${farthestZ} of its closed form, and all together fit (chi-square p > ${leastP}) over five seeds`,
	options: [
		new Option('--items <number>', 'items in each cell, over all seeds').argParser((text) => Number.parseInt(text, 10)),
	],

	async measure({ quick, options, progress, signal }) {
		const items = optionsSchema.parse(options).items ?? (quick ? 150 : 1_000)
		const itemsPerSeed = Math.ceil(items / seeds.length)
		await using minds = await startSimulatedMinds()
		progress.expect(cells.length * seeds.length)
		const figures: Figure[] = []
		const rows: (readonly string[])[] = []
		for (const cell of cells) {
			const measured: Measured[] = []
			for (const seed of seeds) {
				progress.begin(`${cell.name}, seed ${seed}`)
				signal.throwIfAborted()
				const one = await measureCell(cell, { items: itemsPerSeed, seed, baseUrl: minds.baseUrl }, signal)
				measured.push(one)
				figures.push(...figuresOf(cell, seed, one))
			}
			rows.push(rowOf(cell, measured))
		}
		return judged(figures, rows, { items: itemsPerSeed * seeds.length, seeds, quick, node: process.version })
	},
}

function figuresOf(cell: Cell, seed: number, { items, right, attempts, attemptsOfSteps }: Measured): readonly Figure[] {
	const accuracy = expectedAccuracy(cell)
	const { mean, variance } = expectedAttempts(cell)
	const share = right / items
	const perStep = attempts / attemptsOfSteps
	const common = { cell: cell.name, seed }
	const ofAccuracy: Figure = {
		...common,
		figure: 'accuracy',
		measured: share,
		expected: accuracy,
		z: zOfShare(share, accuracy, items),
	}
	// Without a check there is nothing that could vary.
	if (variance === 0) return [ofAccuracy]
	const z = zOfMean(perStep, mean, variance, attemptsOfSteps)
	return [ofAccuracy, { ...common, figure: 'attemptsPerStep', measured: perStep, expected: mean, z }]
}

function rowOf(cell: Cell, measured: readonly Measured[]): readonly string[] {
	const sum = (of: (one: Measured) => number) => measured.reduce((total, one) => total + of(one), 0)
	const accuracy = sum(({ right }) => right) / sum(({ items }) => items)
	const attempts = sum((one) => one.attempts) / sum(({ attemptsOfSteps }) => attemptsOfSteps)
	return [
		cell.name,
		expectedAccuracy(cell).toFixed(3),
		accuracy.toFixed(3),
		expectedAttempts(cell).mean.toFixed(2),
		attempts.toFixed(2),
	]
}

function judged(
	figures: readonly Figure[],
	rows: readonly (readonly string[])[],
	parameters: Measurement['parameters'],
): Measurement {
	const largestZ = Math.max(...figures.map(({ z }) => Math.abs(z)))
	const jointP = Object.fromEntries(
		(['accuracy', 'attemptsPerStep'] as const).map((name) => {
			const squares = figures.filter(({ figure }) => figure === name).map(({ z }) => z * z)
			const sum = squares.reduce((total, square) => total + square, 0)
			return [name, chiSquareTail(sum, squares.length)]
		}),
	)
	const table: Table = {
		title: 'Simulated minds (no item correlation, no ceiling on calls)',
		columns: ['e, d, f, r, n', 'accuracy by closed form', 'measured', 'attempts a step by closed form', 'measured'],
		rows,
	}
	return {
		parameters: { simulated: true, ...parameters },
		figures: { largestZ, jointP, cells: figures },
		holds: largestZ < farthestZ && Object.values(jointP).every((p) => p > leastP),
		tables: [table],
	}
}
