import { erf } from 'mathjs'

/** How many standard deviations a share of so many independent trials is away from its probability. */
export function zOfShare(share: number, probability: number, trials: number): number {
	return (share - probability) / Math.sqrt((probability * (1 - probability)) / trials)
}

/** The same of a mean of so many independent values of a known variance. */
export function zOfMean(mean: number, expected: number, variance: number, count: number): number {
	return (mean - expected) / Math.sqrt(variance / count)
}

/** The chance that a chi-square variable of so many degrees of freedom is at least this large: its closed form for whole numbers. */
export function chiSquareTail(value: number, degrees: number): number {
	const half = value / 2
	const isOdd = degrees % 2 === 1
	let term = isOdd ? Math.sqrt(half) * Math.exp(-half) * (2 / Math.sqrt(Math.PI)) : Math.exp(-half)
	let sum = isOdd ? 1 - erf(Math.sqrt(half)) : 0
	const first = isOdd ? 1.5 : 1
	for (let index = 0; index < Math.floor(degrees / 2); index++) {
		sum += term
		term *= half / (first + index)
	}
	return sum
}
