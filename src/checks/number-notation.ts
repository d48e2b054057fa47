import { evaluateExpression } from './expression.ts'

const digits = [
	// 1.250,50 and 12,50 as most of Europe writes them; 1,250 is the other notation.
	/\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\d)/,
	/\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?/,
	/(?<!\d,)\d+,(?:\d{1,2}|\d{4,})(?!\d|,\d)/,
	/\d+(?:\.\d+)?/,
	/(?<![\d.])\.\d+/,
]
	.map(({ source }) => source)
	.join('|')

/** 3/4 and 1 3/4, but not the date 3/4/2026. */
const fraction = /(?<![\d/.,])(?:(?<whole>\d{1,9})\s)?(?<over>\d{1,9})\s?\/\s?(?<under>\d{1,9})(?![\d.,]*\d|\s?\/)/
	.source
const exponent = String.raw`(?:e(?=[-+\d])|\s?[×x*·]\s?10\s?\^\s?\(?)(?<exponent>[-−+]?\d{1,3})(?![\p{L}\d])\)?`

/**
 * The source of a pattern for a number as people and models write it, for use with the flags `giu`: with a sign, a currency sign,
 * thousands separators, a decimal point or comma, an exponent, as a fraction, or with a word such as "million".
 */
export const numberNotation =
	String.raw`(?<minus>(?<![\p{L}\p{N}])[-−])?(?:(?<currency>[$€£¥])\s?(?<inner>[-−])?)?` +
	`(?:${fraction}|(?<digits>${digits})(?:${exponent})?)` +
	String.raw`(?:\s?(?<scale>hundred|thousand|million|billion|trillion)s?(?!\p{L}))?`

const scales: Readonly<Record<string, string>> = {
	hundred: '100',
	thousand: '1000',
	million: '1000000',
	billion: '1000000000',
	trillion: '1000000000000',
}

/** The value of a number found by `numberNotation`, as a plain decimal; null where it has none, as in 1/0. */
export function decimalOf(groups: Readonly<Record<string, string | undefined>>): string | null {
	const { minus, inner, digits: written, exponent: power, scale, whole = '0', over, under } = groups
	const sign = minus === undefined && inner === undefined ? '' : '-'
	const plain = written === undefined ? null : withPoint(written)
	if (plain !== null && power === undefined && scale === undefined) return `${sign}${plain}`
	const base = plain ?? `(${whole} + ${over} / ${under})`
	const tens = power === undefined ? '' : ` * 10^(${power.replace('−', '-')})`
	const times = scale === undefined ? '' : ` * ${scales[scale.toLowerCase()]}`
	const value = evaluateExpression(`${base}${tens}${times}`)
	return value.ok ? `${sign}${value.value.toFixed()}` : null
}

/** The same with a decimal point and without separators. */
function withPoint(written: string): string {
	const isDecimalComma = /,(?:\d{1,2}|\d{4,})$/.test(written)
	const plain = isDecimalComma ? written.replaceAll('.', '').replace(',', '.') : written.replaceAll(',', '')
	return plain.startsWith('.') ? `0${plain}` : plain
}
