import type { ModelPrice } from '../core/language-model.ts'

/**
 * List prices in dollars per million tokens, as published by OpenAI in June 2026. They only fill in for aliases without a price
 * in the configuration file; a model that isn't here counts as free of charge, as local ones are.
 */
const prices: Readonly<Record<string, ModelPrice>> = {
	'gpt-4.1': { inputUsdPerMillion: 2, outputUsdPerMillion: 8 },
	'gpt-4.1-mini': { inputUsdPerMillion: 0.4, outputUsdPerMillion: 1.6 },
	'gpt-4.1-nano': { inputUsdPerMillion: 0.1, outputUsdPerMillion: 0.4 },
	'gpt-5': { inputUsdPerMillion: 1.25, outputUsdPerMillion: 10 },
	'gpt-5-mini': { inputUsdPerMillion: 0.25, outputUsdPerMillion: 2 },
	'gpt-5.4': { inputUsdPerMillion: 2.5, outputUsdPerMillion: 15 },
	'gpt-5.5': { inputUsdPerMillion: 5, outputUsdPerMillion: 30 },
	'gpt-5.6-sol': { inputUsdPerMillion: 5, outputUsdPerMillion: 30 },
	'gpt-5.6-terra': { inputUsdPerMillion: 2.5, outputUsdPerMillion: 15 },
	'gpt-5.6-luna': { inputUsdPerMillion: 1, outputUsdPerMillion: 6 },
}

export function knownPrice(model: string): ModelPrice {
	return prices[model] ?? { inputUsdPerMillion: 0, outputUsdPerMillion: 0 }
}

export function hasKnownPrice(model: string): boolean {
	return Object.hasOwn(prices, model)
}
