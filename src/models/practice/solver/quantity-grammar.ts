import { type Exact, exact } from './exact.ts'
import { numberWords, valueOfWords } from './number-words.ts'
import { type Dimension, unitNamed, units } from './units.ts'

/** What one way of writing a quantity means. */
export type Meaning = { readonly dimension: Dimension; readonly value: Exact; readonly unit: string }

/** One way of writing a quantity: what it looks like, and what it means. */
export type Writing = { readonly pattern: RegExp; readonly read: (match: readonly string[]) => Meaning }

const digits = '\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?(?:/\\d+)?|\\.\\d+'
const numeral = `(?:${digits}|${numberWords}\\b)(?: and a half)?`
const hourOfDay = '(?:1[0-2]|[1-9])(?!\\d)|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\\b'
const currencies: Readonly<Record<string, string>> = {
	dollar: '$',
	usd: '$',
	$: '$',
	euro: '€',
	eur: '€',
	'€': '€',
	pound: '£',
	gbp: '£',
	'£': '£',
}
const portions: Readonly<Record<string, string>> = {
	half: '1/2',
	third: '1/3',
	quarter: '1/4',
	fourth: '1/4',
	fifth: '1/5',
	sixth: '1/6',
	eighth: '1/8',
	tenth: '1/10',
}
const portion = Object.keys(portions).join('|')
const unitWords = Object.entries(units)
	.filter(([, unit]) => unit.dimension !== 'speed')
	.map(([, unit]) => unit.written)
	.join('|')
const speedWords = Object.values(units)
	.filter((unit) => unit.dimension === 'speed')
	.map((unit) => unit.written)
	.join('|')

/** Every way of writing a quantity, the most specific first. */
export const writings: readonly Writing[] = [
	writing(`(\\d{1,2})[:.](\\d{2})\\s?(am|pm|a\\.m\\.|p\\.m\\.)`, ([, hour, minute, half]) => clock(hour, minute, half)),
	writing(`(\\d{1,2}):(\\d{2})(?: o'clock|\\s?h\\b| hours\\b)?`, ([, hour, minute]) => clock(hour, minute, '')),
	writing(
		`(${hourOfDay})(?: o'clock)?(?: in the (morning|afternoon|evening)|\\s?(am|pm|a\\.m\\.|p\\.m\\.))`,
		([, hour, day, half]) => clock(hour, '0', half ?? (day === 'morning' ? 'am' : 'pm')),
	),
	writing(`(${numeral}) o'clock`, ([, hour]) => clock(hour, '0', '')),
	writing(
		`(half|quarter|a quarter|${numeral}) (past|to) (${numeral})\\s?(am|pm|a\\.m\\.|p\\.m\\.)?`,
		([, part, direction, hour, half]) => spokenClock(part, direction, hour, half),
	),
	writing('(noon|midday|midnight)', ([, word]) => ({
		dimension: 'clock',
		value: exact(word === 'midnight' ? 0 : 720),
		unit: 'time',
	})),
	writing('(half an hour|three quarters of an hour|(?:a )?quarter of an hour)', ([, words = '']) => ({
		dimension: 'duration',
		value: exact(words.startsWith('half') ? 30 : words.startsWith('three') ? 45 : 15),
		unit: 'minutes',
	})),
	writing('(?:an|another|one) hour and a half', () => ({
		dimension: 'duration',
		value: exact(90),
		unit: 'hours and minutes',
	})),
	writing(`([$€£])\\s?(${digits})`, ([, sign = '$', amount]) => ({
		dimension: 'money',
		value: numberOf(amount),
		unit: sign,
	})),
	writing(`(${numeral})[ -]?(?:cents?|ct|¢)\\b`, ([, amount]) => ({
		dimension: 'money',
		value: numberOf(amount).div(100),
		unit: '$',
	})),
	writing(`(${numeral})[ -]pounds? of\\b|(${numeral})-pound\\b`, ([, a, b]) => ({
		dimension: 'mass',
		value: numberOf(a ?? b),
		unit: 'lb',
	})),
	writing(
		`(${numeral})[ -]?(dollar|euro|pound|usd|eur|gbp|€|\\$|£)(?:s\\b|\\b|(?<=[€$£]))`,
		([, amount, name = '']) => ({
			dimension: 'money',
			value: numberOf(amount),
			unit: currencies[name.toLowerCase()] ?? '$',
		}),
	),
	writing(`(${numeral})[ -]?(?:%|percent\\b|per cent\\b)`, ([, amount]) => ({
		dimension: 'percent',
		value: numberOf(amount),
		unit: '%',
	})),
	writing(`(${numeral})[ -]?(${speedWords})(?![\\w/])`, ([, amount, name = '']) => inUnit(amount, name)),
	writing(
		`(${numeral})[ -]?(?:hours?|hrs?|h)(?: and|,)? ?(${digits}|${numberWords})[ -]?(?:minutes?|mins?|m)\\b`,
		([, hours, minutes]) => ({
			dimension: 'duration',
			value: numberOf(hours).mul(60).add(numberOf(minutes)),
			unit: 'hours and minutes',
		}),
	),
	writing(`(\\d+)h(\\d{2})\\b`, ([, hours, minutes]) => ({
		dimension: 'duration',
		value: numberOf(hours).mul(60).add(numberOf(minutes)),
		unit: 'hours and minutes',
	})),
	writing(`(${numeral}) hours? and a (half|quarter)`, ([, hours, part = '']) => ({
		dimension: 'duration',
		value: numberOf(hours).add(exact(portions[part] ?? 0)),
		unit: 'hours',
	})),
	writing(`(${numeral})[ -]?(${unitWords})(?![\\w/²³^])`, ([, amount, name = '']) => inUnit(amount, name)),
	writing(
		`(?<=\\b(?:for|in|after|takes?|took|lasts?|needs?|another|within|and) )an? (hour|minute|second|day|week|month|year)\\b(?! later| ago| after| before| earlier)`,
		([, name = '']) => inUnit('1', name),
	),
	writing('(?<=\\banother )(hour|minute)\\b', ([, name = '']) => inUnit('1', name)),
	writing('(half a dozen|a dozen)\\b', ([, words = '']) => ({
		dimension: 'count',
		value: exact(words.startsWith('half') ? 6 : 12),
		unit: '',
	})),
	writing(`(${numeral}) dozen\\b`, ([, amount]) => ({ dimension: 'count', value: numberOf(amount).mul(12), unit: '' })),
	writing(`(${numeral}) times(?! (?:a|per|each|every) (?:day|week|month|year))`, ([, amount]) =>
		multiple(numberOf(amount)),
	),
	writing('(twice|doubled?|thrice|tripled?)\\b', ([, word = '']) =>
		multiple(exact(/^(?:twice|double)/i.test(word) ? 2 : 3)),
	),
	writing(`(a|one|two|three|four|five|seven|nine)[ -](${portion})s?\\b`, ([, count = '', part = '']) =>
		multiple(exact(portions[part] ?? 1).mul(count === 'a' ? 1 : valueOfWords(count))),
	),
	writing('(half)\\b', () => multiple(exact('1/2'))),
	writing(`(${numeral})`, ([, amount]) => ({ dimension: 'count', value: numberOf(amount), unit: '' })),
]

function writing(source: string, read: Writing['read']): Writing {
	const start = /^\(\[\$/.test(source) ? '' : '(?<![\\w.])'
	return { pattern: new RegExp(`${start}(?:${source})${/[\w)?]$/.test(source) ? '(?![A-Za-z])' : ''}`, 'iy'), read }
}

function numberOf(written = ''): Exact {
	const half = / and a half$/i.test(written)
	const bare = written.replace(/ and a half$/i, '')
	const value = exact(/[a-z]/i.test(bare) ? valueOfWords(bare) : bare)
	return half ? value.add(exact('1/2')) : value
}

function inUnit(amount: string | undefined, name: string): Meaning {
	const unit = unitNamed(name) ?? ''
	return { dimension: units[unit]?.dimension ?? 'count', value: numberOf(amount), unit }
}

function multiple(value: Exact): Meaning {
	return { dimension: 'multiple', value, unit: '' }
}

function clock(hour = '0', minute = '0', half = ''): Meaning {
	const afternoon = /^p/i.test(half)
	const hours = Number(numberOf(hour).valueOf()) % (half === '' ? 24 : 12)
	const unit = half === '' ? 'time' : 'time am/pm'
	return { dimension: 'clock', value: exact((hours + (afternoon ? 12 : 0)) * 60 + Number(minute)), unit }
}

function spokenClock(part = '', direction = '', hour = '', half = ''): Meaning {
	const minutes = /half/i.test(part) ? 30 : /quarter/i.test(part) ? 15 : Number(numberOf(part).valueOf())
	const full = clock(hour, '0', half)
	return { ...full, value: direction === 'to' ? full.value.sub(minutes) : full.value.add(minutes) }
}
