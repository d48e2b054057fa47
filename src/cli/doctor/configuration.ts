import type { ConfigProblem } from '../../config/index.ts'
import { type Check, ok, problem } from '../../core/check.ts'

/** A row for everything that is wrong with the configuration, or one that says what it was read from. */
export function configurationChecks(problems: readonly ConfigProblem[], sources: readonly string[]): readonly Check[] {
	if (problems.length === 0) {
		return [{ name: 'configuration', run: async () => ok(`read from ${sources.join(', ')}`) }]
	}
	return problems.map(({ variable, found, expected, fix }) => ({
		name: 'configuration',
		run: async () => problem(`${variable}: found ${found}; expected ${expected}.`, fix),
	}))
}
