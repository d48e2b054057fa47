import fc from 'fast-check'
import type { Budget } from '../../src/core/workflow.ts'
import { createLanguageModels } from '../../src/models/index.ts'
import type { ReasoningDependencies } from '../../src/reasoning/index.ts'
import { type MeteredModelServer, type MeteredTraits, startMeteredModelServer } from './metered-model-server.ts'
import { order } from './reasoning.ts'

/** From the smallest to the largest, as many small ones as large ones. */
export function logarithmic(least: number, most: number): fc.Arbitrary<number> {
	return fc.double({ min: Math.log(least), max: Math.log(most), noNaN: true }).map(Math.exp)
}

const price = fc.record({ inputUsdPerMillion: logarithmic(0.1, 4), outputUsdPerMillion: logarithmic(0.4, 16) })

const traits: fc.Arbitrary<MeteredTraits> = fc.record({
	seed: fc.integer(),
	latencyMs: fc.nat(6),
	reportsUsage: fc.boolean(),
	thinking: fc.constantFrom(0, 0.5, 1, 1),
	faults: fc.constantFrom(0, 0.05, 0.3),
	charactersPerToken: fc.double({ min: 3, max: 6, noNaN: true }),
	price,
	excess: fc.constant(1),
})

const seconds = fc.oneof({ weight: 3, arbitrary: fc.constant(60) }, { weight: 1, arbitrary: logarithmic(0.002, 0.2) })

/** Small enough to end most runs of this server somewhere, in tokens or in what so many tokens cost. */
function budgetFor({ price: { outputUsdPerMillion } }: MeteredTraits): fc.Arbitrary<Budget> {
	return fc.record({
		tokens: logarithmic(6_500, 40_000).map(Math.ceil),
		usd: logarithmic(3_500, 40_000).map((tokens) => (tokens * outputUsdPerMillion) / 1_000_000),
		seconds,
	})
}

/** What is asked, and how. */
export const asking = fc.record({
	text: fc.oneof(
		{ weight: 3, arbitrary: fc.constant<string>(order.question) },
		{ weight: 2, arbitrary: fc.constantFrom('12 * 4', 'What is the capital of France?', 'Is 97 a prime number?') },
	),
	preferences: fc.record({
		route: fc.constantFrom(null, null, 'direct' as const, 'staged' as const, 'staged' as const),
		effort: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
	}),
})
export type Asking = typeof asking extends fc.Arbitrary<infer Value> ? Value : never

/** A run with a budget of its own, on a server of its own. */
export const limitedRun = traits.chain((given) =>
	fc.record({ traits: fc.constant(given), budget: budgetFor(given), asking }),
)
export type LimitedRun = typeof limitedRun extends fc.Arbitrary<infer Value> ? Value : never

export type Metered = AsyncDisposable & {
	readonly server: MeteredModelServer
	readonly dependencies: ReasoningDependencies
}

/** Reasoning with a budget, on a server that bills. */
export async function metered(
	shipped: ReasoningDependencies,
	given: MeteredTraits,
	limits: Partial<Budget>,
): Promise<Metered> {
	const server = await startMeteredModelServer(given)
	const alias = (name: string) => ({
		endpoint: 'metered',
		model: name,
		kind: 'plain' as const,
		price: given.price,
		allowsTemperature: true,
		timeoutMs: 20_000,
	})
	const models = createLanguageModels({
		endpoints: { metered: { baseUrl: server.baseUrl, apiKey: null } },
		aliases: { fast: alias('fast'), strong: alias('strong'), judge: alias('judge') },
	})
	const { workflow, hash } = shipped.workflow('default')
	const limited = { hash, workflow: { ...workflow, budget: { ...workflow.budget, ...limits } } }
	return {
		server,
		dependencies: { ...shipped, models, workflow: () => limited },
		[Symbol.asyncDispose]: async () => {
			await models.close()
			await server.close()
		},
	}
}
