import { Fraction } from 'fraction.js'

/** A number without rounding: money and thirds stay what they are. */
export type Exact = Fraction

/** Reads `12`, `4.5`, `1,250` or `3/4` into an exact number. */
export function exact(written: string | number | bigint): Exact {
	return new Fraction(String(written).replaceAll(',', ''))
}

export const zero: Exact = exact(0)
export const one: Exact = exact(1)

/** The number as a decimal with at most `places` decimals, rounded half up, without trailing zeros. */
export function decimal(value: Exact, places: number): string {
	const scaled = roundHalfUp(value.mul(exact(10n ** BigInt(places))))
	const negative = scaled < 0n
	const digits = String(negative ? -scaled : scaled).padStart(places + 1, '0')
	const whole = digits.slice(0, digits.length - places)
	const rest = digits.slice(digits.length - places).replace(/0+$/, '')
	return `${negative ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`
}

/** Whether the number can be written with at most `places` decimals. */
export function terminates(value: Exact, places: number): boolean {
	return value.mul(exact(10n ** BigInt(places))).d === 1n
}

export function isWhole(value: Exact): boolean {
	return value.d === 1n
}

/** The number for a calculation: a plain decimal, exact wherever eight decimals are enough. */
export function plain(value: Exact): string {
	return decimal(value, 8)
}

function roundHalfUp(value: Exact): bigint {
	const doubled = value.abs().mul(2).add(1)
	const rounded = doubled.n / (doubled.d * 2n)
	return value.s < 0n ? -rounded : rounded
}
