import { chance, choose } from './chance.ts'
import { type Exact, exact, plain } from './solver/exact.ts'
import type { Calculation } from './solver/operations.ts'

/** What decides about a slip: the server's seed and the digest of the request. */
export type Dice = { readonly seed: number; readonly digest: string }

/** Whether this request's calculation comes out wrong. */
export function slips({ seed, digest }: Dice, rate: number): boolean {
	return chance(seed, digest, 'slip') < rate
}

/** The calculation with a slip that a person could make: off by ten, two digits swapped, the wrong operator. */
export function withSlip(calculation: Calculation, { seed, digest }: Dice): Calculation {
	const candidates = [...offByTen(calculation), ...swappedDigits(calculation), ...wrongOperator(calculation)]
	const wrong = candidates.filter((value) => plain(value) !== plain(calculation.value) && value.s > 0n)
	const value = choose(wrong, seed, digest, 'which slip') ?? calculation.value.add(1)
	return { expression: calculation.expression, value }
}

function offByTen({ value }: Calculation): readonly Exact[] {
	const step = value.abs().compare(20) >= 0 ? 10 : 1
	return [value.add(step), value.sub(step)]
}

function swappedDigits({ value }: Calculation): readonly Exact[] {
	const swapped = plain(value).replace(/(\d)(\d)(?!.*\d\d)/, '$2$1')
	return [exact(swapped)]
}

function wrongOperator({ expression }: Calculation): readonly Exact[] {
	const [, left, sign, right] = /^([\d.]+) ([-+*]) ([\d.]+)$/.exec(expression) ?? []
	if (left === undefined || right === undefined) return []
	return [sign === '+' ? exact(left).sub(exact(right)).abs() : exact(left).add(exact(right))]
}
