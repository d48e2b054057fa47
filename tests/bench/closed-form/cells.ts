/** One row of the table: how often a step goes wrong, what the verifier is worth, and how often it is sampled again. */
export type Cell = {
	readonly name: string
	/** The chance that a step's result is wrong. */
	readonly stepError: number
	/** What the verifier does; null where there is none. */
	readonly verifier: { readonly catchesWrong: number; readonly flagsRight: number; readonly retries: number } | null
	readonly steps: number
}

function cell(stepError: number, catchesWrong: number, flagsRight: number, retries: number, steps: number): Cell {
	return {
		name: [stepError, catchesWrong, flagsRight, retries, steps].join(', '),
		stepError,
		verifier: { catchesWrong, flagsRight, retries },
		steps,
	}
}

/** From a verifier worth having, over a useless one, to one that makes things worse. */
export const cells: readonly Cell[] = [
	{ name: '0.1, no check, 6', stepError: 0.1, verifier: null, steps: 6 },
	cell(0.1, 0.8, 0.1, 2, 6),
	cell(0.1, 0.53, 0.15, 2, 6),
	cell(0.1, 0.3, 0.3, 2, 6),
	cell(0.1, 0.2, 0.5, 2, 6),
	cell(0.05, 0.8, 0.1, 2, 8),
]

/** The chance that a sample is flagged. */
function flagged({ stepError, verifier }: Cell): number {
	if (verifier === null) return 0
	return (1 - stepError) * verifier.flagsRight + stepError * verifier.catchesWrong
}

/** The chance that all steps of a chain are right in the end; what fails every check is kept as it was sampled last. */
export function expectedAccuracy(cell: Cell): number {
	const { stepError, verifier, steps } = cell
	if (verifier === null) return (1 - stepError) ** steps
	const { flagsRight, retries } = verifier
	const q = flagged(cell)
	const step = ((1 - stepError) * (1 - flagsRight) * (1 - q ** retries)) / (1 - q) + q ** retries * (1 - stepError)
	return step ** steps
}

/** How often a step is sampled: once, and once more after each flag, within the retries. */
export function expectedAttempts(cell: Cell): { readonly mean: number; readonly variance: number } {
	const q = flagged(cell)
	const reached = Array.from({ length: (cell.verifier?.retries ?? 0) + 1 }, (_, tries) => q ** tries)
	const mean = reached.reduce((sum, chance) => sum + chance, 0)
	const secondMoment = reached.reduce((sum, chance, tries) => sum + (2 * tries + 1) * chance, 0)
	return { mean, variance: secondMoment - mean * mean }
}
