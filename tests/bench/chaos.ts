import { InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { type ChaosFigures, type ChaosParameters, keepsPromise, runChaos } from './chaos/run.ts'
import type { Benchmark, Table } from './support/benchmark.ts'

const optionsSchema = z.object({
	questions: z.number().optional(),
	store: z.enum(['postgres-redis', 'postgres']),
	seed: z.number(),
})

export const benchmark: Benchmark = {
	summary: 'people ask while workers and the bot are killed: what is lost, doubled or worked out twice',
	claim:
		'every question had exactly one visible outcome, no recorded result was computed twice, and repeats were at most the calls ' +
		'in flight at a kill',
	options: [
		new Option('--questions <number>', 'how many questions are asked').argParser(wholeNumber),
		new Option('--store <store>', 'PostgreSQL and Redis, or PostgreSQL alone')
			.choices(['postgres-redis', 'postgres'])
			.default('postgres-redis'),
		new Option('--seed <number>', 'decides what is asked and who is killed').argParser(wholeNumber).default(1),
	],

	async measure({ quick, options, progress, signal }) {
		const parameters = parametersFor(quick, optionsSchema.parse(options))
		progress.expect(parameters.questions)
		let shown = 0
		const onProgress = (outcomes: number) => {
			for (; shown < outcomes; shown++) progress.begin(`${shown + 1} of ${parameters.questions} outcomes`)
		}
		const { figures, findings } = await runChaos(parameters, onProgress, signal)
		return {
			parameters: { ...parameters, quick, node: process.version },
			figures: { ...figures, findings },
			holds: keepsPromise(figures),
			tables: [figuresTable(figures), ...findingsTables(findings)],
		}
	},
}

function parametersFor(quick: boolean, { questions, store, seed }: z.infer<typeof optionsSchema>): ChaosParameters {
	const common = { store, seed, workers: 3, killEveryMs: 2_000 }
	if (quick) {
		// The last kills are early enough for their runs to be taken over in time.
		const times = { askOverMs: 12_000, killForMs: 14_000, killBotAtMs: [4_000, 9_000], limitMs: 34_000, watchMs: 1_000 }
		return { ...common, questions: questions ?? 30, ...times }
	}
	const count = questions ?? (store === 'postgres' ? 50 : 300)
	const askOverMs = Math.max(30_000, count * 200)
	return {
		...common,
		questions: count,
		askOverMs,
		killForMs: null,
		killBotAtMs: [askOverMs / 3, (2 * askOverMs) / 3],
		limitMs: askOverMs + 300_000,
		// Longer than every lease.
		watchMs: 12_000,
	}
}

function wholeNumber(text: string): number {
	if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
	return Number(text)
}

function figuresTable(figures: ChaosFigures): Table {
	return {
		title: 'What came of it',
		columns: ['figure', 'value'],
		rows: Object.entries(figures).map(([name, value]) => [name, String(value)]),
	}
}

function findingsTables(findings: readonly string[]): readonly Table[] {
	if (findings.length === 0) return []
	return [{ title: 'To look into', columns: ['finding'], rows: findings.map((finding) => [finding]) }]
}
