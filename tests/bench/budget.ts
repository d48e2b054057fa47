import { Option } from 'commander'
import fc from 'fast-check'
import { z } from 'zod'
import { AbortedError } from '../../src/core/abort.ts'
import type { JournalEntry } from '../../src/core/journal.ts'
import { bestAnswerIn, type ReasoningDependencies, reason } from '../../src/reasoning/index.ts'
import { aRun, recordsOf } from '../support/builders.ts'
import { type LimitedRun, limitedRun, type Metered, metered } from '../support/limited-runs.ts'
import { eventsOf, openReasoning } from '../support/reasoning.ts'
import type { Benchmark } from './support/benchmark.ts'

const optionsSchema = z.object({ runs: z.number().optional(), seed: z.number() })
const sideBySide = 10

/** What a run with a budget came to. */
type Outcome = {
	readonly end: 'answered' | 'stopped' | 'failed'
	/** What the model's server billed, as a part of the budget, in whichever of tokens and money is more. */
	readonly usedShare: number
	readonly isOverCalls: boolean
	readonly hasBestAnswer: boolean
}

export const benchmark: Benchmark = {
	summary: 'runs with random tiny budgets on servers that refuse, cut, think and bill: is any budget ever passed?',
	claim: 'what was billed is within the budget of every run, and every run ends in an answer or a clear stop',
	options: [
		new Option('--runs <number>', 'how many runs').argParser((text) => Number.parseInt(text, 10)),
		new Option('--seed <number>', 'decides budgets, questions and servers')
			.argParser((text) => Number.parseInt(text, 10))
			.default(7),
	],

	async measure({ quick, options, progress, signal }) {
		const { runs: given, seed } = optionsSchema.parse(options)
		const count = given ?? (quick ? 300 : 1_000)
		await using world = await openReasoning()
		const runs = fc.sample(limitedRun, { seed, numRuns: count })
		progress.expect(Math.ceil(count / sideBySide))
		const outcomes: Outcome[] = []
		for (let first = 0; first < count; first += sideBySide) {
			progress.begin(`${first} of ${count} runs`)
			signal.throwIfAborted()
			const group = runs.slice(first, first + sideBySide)
			outcomes.push(...(await Promise.all(group.map((run) => carryOut(run, world.dependencies, signal)))))
		}
		const figures = figuresOf(outcomes)
		return {
			parameters: { simulated: true, runs: count, seed, sideBySide, quick, node: process.version },
			figures,
			holds: figures.overBudget === 0 && figures.overCalls === 0 && figures.failed === 0,
			tables: [
				{
					title: 'What came of it',
					columns: ['figure', 'value'],
					rows: Object.entries(figures).map(([name, value]) => [name, String(value)]),
				},
			],
		}
	},
}

async function carryOut(
	{ traits, budget, asking: { text, preferences } }: LimitedRun,
	shipped: ReasoningDependencies,
	signal: AbortSignal,
): Promise<Outcome> {
	await using limited = await metered(shipped, traits, budget)
	const entries: JournalEntry[] = []
	const attempt = { run: aRun({ text, preferences }), records: [], signal }
	let end: Outcome['end'] = 'answered'
	try {
		await reason(attempt, limited.dependencies, async (entry) => void entries.push(entry))
	} catch (error) {
		signal.throwIfAborted()
		const isStop = error instanceof AbortedError && ['budget', 'deadline'].includes(error.abortCause)
		end = isStop ? 'stopped' : 'failed'
	}
	return { end, ...measured(limited, budget, entries) }
}

function measured({ server }: Metered, budget: LimitedRun['budget'], entries: readonly JournalEntry[]) {
	const { tokens, costMicroUsd } = server.bill()
	const calls = eventsOf(entries, 'model-call-end').length
	const allowed = eventsOf(entries, 'run-route').reduce((sum, { callLimit }) => sum + callLimit, 0)
	return {
		usedShare: Math.max(tokens / budget.tokens, costMicroUsd / (budget.usd * 1_000_000)),
		isOverCalls: calls > Math.max(allowed, 1),
		hasBestAnswer: bestAnswerIn(recordsOf(entries)).answer !== '',
	}
}

function figuresOf(outcomes: readonly Outcome[]) {
	const count = (is: (outcome: Outcome) => boolean) => outcomes.filter(is).length
	return {
		runs: outcomes.length,
		overBudget: count(({ usedShare }) => usedShare > 1),
		overCalls: count(({ isOverCalls }) => isOverCalls),
		answered: count(({ end }) => end === 'answered'),
		stopped: count(({ end }) => end === 'stopped'),
		stoppedWithBestAnswer: count(({ end, hasBestAnswer }) => end === 'stopped' && hasBestAnswer),
		failed: count(({ end }) => end === 'failed'),
		highestUsedShare: Math.max(...outcomes.map(({ usedShare }) => usedShare)),
	}
}
