import { strict as chrono } from 'chrono-node/en'
import { evaluateExpression } from './expression.ts'
import { convert, isUnit, type PlacedQuantity, type Quantity, quantitiesIn } from './quantity.ts'

/** The forms that an answer can take. */
export type AnswerForm = 'number' | 'text' | 'choice' | 'yes-no' | 'date' | 'list' | 'code'

export type KeyOptions = {
	readonly form: AnswerForm
	/** The unit that a number is wanted in, where the question says so. */
	readonly unit?: string | undefined
}

/**
 * What two answers have in common if they say the same: a number however it is written and in whichever unit, a date in any
 * notation, a list in any order, a choice, yes or no. Null where that can't be told from the text, so that a judge must.
 */
export function answerKey(answer: string, { form, unit }: KeyOptions): string | null {
	const text = plainText(answer)
	if (text === '') return null
	switch (form) {
		case 'number':
			return numberKey(text, unit ?? '')
		case 'yes-no':
			return yesOrNo(text)
		case 'date':
			return dateKey(text)
		case 'list':
			return listKey(answer, unit)
		case 'choice':
			return choiceKey(text)
		case 'text':
		case 'code':
			return shortText(text)
	}
}

/** Longer texts are no answer that could be compared by its form. */
const longestRead = 2_000
const longestKey = 80

/** One notation for what looks the same to people. */
function plainText(text: string): string {
	return text
		.slice(0, longestRead)
		.replaceAll(/(?<=\d)[\u00a0\u2009\u202f'’](?=\d{3}(?!\d))/g, ',')
		.replaceAll(/[¼-¾⅐-⅞]/g, ' $&')
		.normalize('NFKC')
		.replaceAll('⁄', '/')
		.replaceAll(/[*_`]{2,}|[_`]/g, '')
		.replaceAll(/(?<![\p{L}\p{N}])\*(\S[^*]*)\*(?![\p{L}\p{N}])/gu, '$1')
		.replaceAll(/\s+/g, ' ')
		.trim()
}

/** The last quantity is the answer; several that follow each other, as in "2 hours 30 minutes", are one. */
function numberKey(text: string, wanted: string): string | null {
	const stated = withoutAside(text)
	const quantities = quantitiesIn(stated)
	const answer = compound(quantities, stated) ?? quantities.at(-1)
	if (answer === undefined || (answer === quantities.at(-1) && isOpen(quantities, stated))) return null
	const converted = wanted === '' ? null : convert(answer, wanted)
	if (converted !== null) return sameDigits(converted)
	const base = baseOf(answer)
	return base.unit === '' ? sameDigits(base.value) : `${sameDigits(base.value)} ${base.unit}`
}

/** What stands in parentheses behind the answer explains it. */
function withoutAside(text: string): string {
	const before = text.replace(/\s*\([^()]*\)[.\s]*$/, '')
	return /\d/.test(before) ? before : text
}

/** Units that can be converted are, to one of their kind; a unit that only names what is counted says nothing more. */
function baseOf(quantity: Quantity): Quantity {
	for (const unit of ['second', 'meter', 'kg', 'liter', 'm^2', 'm/s', 'byte']) {
		const value = convert(quantity, unit)
		if (value !== null) return { value, unit }
	}
	return { value: quantity.value, unit: '' }
}

/** What stands between the parts of one quantity: "2 hours, 30 minutes and 5 seconds". */
const link = /^\s*(?:,|and|und|&)?\s*$/i

/** The last quantities together, as far back as each follows the one before and its unit is a smaller one of the same kind. */
function compound(quantities: readonly PlacedQuantity[], text: string): Quantity | null {
	const parts: Quantity[] = []
	let next: PlacedQuantity | null = null
	for (const quantity of quantities.toReversed()) {
		if (next !== null && !(link.test(text.slice(quantity.end, next.start)) && isLarger(quantity.unit, next.unit))) break
		parts.push(baseOf(quantity))
		next = quantity
	}
	const unit = parts[0]?.unit ?? ''
	if (parts.length < 2) return null
	const sum = evaluateExpression(parts.map(({ value }) => value).join(' + '))
	return sum.ok ? { value: sum.value.toFixed(), unit } : null
}

function isLarger(unit: string, than: string): boolean {
	const inOther = convert({ value: '1', unit }, than)
	return inOther !== null && Number(inOther) > 1
}

/** What makes two numbers one range, ratio or expression. */
const joint = /^\s*(?:[-–—:^*×·+/√,]|to|or|and|bis|oder|und)?\s*$/i
const operatorBefore = /(?:[√^*×·+/]|(?<!\p{L})\p{L}\s*[-−–]|\d\s*[-−–])\s*$/u
const operatorAfter = /^\s*[√^*×·/π]/

/** Whether the last number is only a part of what is answered, as in "5 to 7", "2√3" or "π/2". */
function isOpen(quantities: readonly PlacedQuantity[], text: string): boolean {
	const last = quantities.at(-1)
	if (last === undefined) return true
	const before = quantities.at(-2)
	if (before !== undefined && joint.test(text.slice(before.end, last.start))) return true
	return (
		last.unit.includes('π') ||
		operatorBefore.test(text.slice(0, last.start)) ||
		operatorAfter.test(text.slice(last.end))
	)
}

const significantDigits = 9

/** 12.50 and 12.5 are the same, and so are values that differ by rounding behind the ninth digit. */
function sameDigits(value: string): string {
	const evaluated = evaluateExpression(value)
	return evaluated.ok ? evaluated.value.toSignificantDigits(significantDigits).toFixed() : value
}

const opening = /^(?:the answer is|answer:|it is|it's)\s+/i
const yes = /^(?:yes|yeah|yep|true|correct|right|ja|oui|sí|si)(?!\p{L})/iu
const no = /^(?:no|nope|not|false|incorrect|wrong|never|nein|non)(?!\p{L})/iu

function yesOrNo(text: string): string | null {
	const said = text.replace(opening, '')
	if (yes.test(said)) return 'yes'
	return no.test(said) ? 'no' : null
}

const longestDate = 200

/** Dates are read strictly: what isn't said, such as the year, isn't part of the key. */
function dateKey(text: string): string | null {
	if (text.length > longestDate) return null
	const [found, another] = chrono.parse(text, { instant: new Date(0), timezone: 0 })
	if (found === undefined) return /^\D*([12]\d{3})\D*$/.exec(text)?.[1] ?? null
	if (another !== undefined) return null
	const { start, end } = found
	if (end !== null && end !== undefined) return null
	const part = (name: 'year' | 'month' | 'day' | 'hour') => (start.isCertain(name) ? pad(start.get(name) ?? 0) : '?')
	const day = `${part('year')}-${part('month')}-${part('day')}`
	const time = start.isCertain('hour') ? `${part('hour')}:${pad(start.get('minute') ?? 0)}` : null
	if (day === '?-?-?') return time
	return time === null ? day : `${day} ${time}`
}

function pad(number: number): string {
	return String(number).padStart(2, '0')
}

function listKey(answer: string, unit: string | undefined): string | null {
	if (answer.length > longestRead) return null
	const written = answer.normalize('NFKC').trim()
	const lines = written.split('\n').filter((line) => line.trim() !== '')
	const keys = (lines.length > 1 ? lines : written.split(separatorOf(written)))
		.map((item) => plainText(item.replace(/^\s*(?:[-*•]\s+|•|\d+[.)]\s+)/, '')))
		.map((item) => numberIn(item, unit) ?? simplified(item))
		.filter((item) => item !== '')
	return keys.length === 0 ? null : keys.toSorted().join(' | ')
}

/** Where there are semicolons, commas belong to the items. */
function separatorOf(written: string): RegExp {
	return written.includes(';') ? /;/ : /,(?!\d{3})|\band\b/
}

/** An item that is a number is compared as one; "3 plums" is what it says. */
function numberIn(item: string, unit: string | undefined): string | null {
	const [quantity, another] = quantitiesIn(item)
	if (quantity === undefined || another !== undefined || !/^[-−$€£¥.\d]/.test(item)) return null
	const saysMore = quantity.unit !== '' && !isUnit(quantity.unit)
	return saysMore ? null : numberKey(item, unit ?? '')
}

/** "B", "(b)", "Option B: the second" and "b) the second" choose the same; a choice in words is its words. */
function choiceKey(text: string): string | null {
	const said = text.replace(opening, '')
	const letter =
		/^(?:option|answer|choice)\s+\(?([a-h]|\d{1,2})(?![\p{L}\d.])/iu.exec(said)?.[1] ??
		/^\(?([a-h]|\d{1,2})(?:[).:](?!\d)|$)/i.exec(said)?.[1]
	return letter === undefined ? shortText(text) : letter.toLowerCase()
}

/** Only short answers can be compared by their words. */
function shortText(text: string): string | null {
	const simple = simplified(text)
	return simple === '' || simple.length > longestKey ? null : simple
}

function simplified(text: string): string {
	return text
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N}%$€£¥+\-./ ]/gu, ' ')
		.replaceAll(/^(?:it is|it's|the answer is|the)\s+/g, '')
		.replaceAll(/\s+/g, ' ')
		.replace(/[.\s]+$/, '')
		.trim()
}
