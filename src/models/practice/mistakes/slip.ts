import { choose } from '../chance.ts'
import { type Exact, exact, plain } from '../solver/exact.ts'
import type { Calculation } from '../solver/operations.ts'
import type { Dice } from './dice.ts'

/** The calculation with a slip that a person could make: off by ten, two digits swapped, the wrong operator. */
export function withSlip(calculation: Calculation, { seed, digest }: Dice): Calculation {
	const candidates = [...offByTen(calculation), ...swappedDigits(calculation.value), ...wrongOperator(calculation)]
	const wrong = candidates.filter((value) => plain(value) !== plain(calculation.value) && value.s > 0n)
	const value = choose(wrong, seed, digest, 'which slip') ?? calculation.value.add(1)
	return { expression: calculation.expression, value }
}

/** The number with its last two digits swapped. */
export function swappedDigits(value: Exact): readonly Exact[] {
	return [exact(plain(value).replace(/(\d)(\d)(?!.*\d\d)/, '$2$1'))]
}

function offByTen({ value }: Calculation): readonly Exact[] {
	const step = value.abs().compare(20) >= 0 ? 10 : 1
	return [value.add(step), value.sub(step)]
}

function wrongOperator({ expression }: Calculation): readonly Exact[] {
	const [, left, sign, right] = /^([\d.]+) ([-+*]) ([\d.]+)$/.exec(expression) ?? []
	if (left === undefined || right === undefined) return []
	return [sign === '+' ? exact(left).sub(exact(right)).abs() : exact(left).add(exact(right))]
}
