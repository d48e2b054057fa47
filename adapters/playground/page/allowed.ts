/**
 * What may become an element of the page. The server makes trees of nothing else, and the page makes elements of nothing else,
 * whatever it is sent.
 */
const textTags = [
	...[
		'p',
		'h3',
		'h4',
		'h5',
		'h6',
		'ul',
		'ol',
		'li',
		'blockquote',
		'pre',
		'code',
		'em',
		'strong',
		'del',
		'sup',
		'section',
	],
	...['a', 'br', 'hr', 'span', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
]

const formulaTags = [
	...['math', 'semantics', 'annotation', 'mrow', 'mi', 'mn', 'mo', 'ms', 'mtext', 'mspace', 'msup', 'msub', 'msubsup'],
	...['mfrac', 'msqrt', 'mroot', 'munder', 'mover', 'munderover', 'mtable', 'mtr', 'mtd', 'mpadded', 'mphantom'],
	...['menclose', 'mstyle', 'merror', 'mprescripts', 'mmultiscripts'],
]

export const allowedTags: ReadonlySet<string> = new Set([...textTags, ...formulaTags])
const formulas: ReadonlySet<string> = new Set(formulaTags)

/** Only what changes the sense of a formula; sizes and colours are the page's. */
const formulaAttributes: ReadonlySet<string> = new Set([
	...['display', 'mathvariant', 'stretchy', 'fence', 'separator', 'accent', 'accentunder', 'linethickness', 'notation'],
	...[
		'columnalign',
		'columnspacing',
		'rowspacing',
		'columnlines',
		'rowlines',
		'displaystyle',
		'scriptlevel',
		'encoding',
	],
	...['lspace', 'rspace', 'minsize', 'maxsize', 'movablelimits'],
])

/** Classes of code highlighting, and those that `toTree` gives. */
const allowedClass = /^(?:hljs(?:-[a-z_-]{1,30})?|[a-z]{1,20}_{1,2}|language-[\w+#.-]{1,30}|bidi|task|formula-error)$/
const allowedAddress = /^(?:https?:\/\/|mailto:)/i

export type Attributes = { readonly [name: string]: string | number }

export function isAllowedAddress(address: unknown): address is string {
	return typeof address === 'string' && allowedAddress.test(address)
}

/** What may stay of an element's attributes, named as in HTML; links get what keeps the page to itself. */
export function allowedAttributes(tag: string, properties: Readonly<Record<string, unknown>>): Attributes {
	const attributes: Record<string, string | number> = {}
	const classes = classNames(properties.className)
	if (classes !== '') attributes.class = classes
	if (tag === 'a' && isAllowedAddress(properties.href)) {
		attributes.href = properties.href
		attributes.rel = 'noopener noreferrer nofollow'
		attributes.target = '_blank'
	}
	if (tag === 'ol' && Number.isSafeInteger(properties.start)) attributes.start = Number(properties.start)
	if ((tag === 'td' || tag === 'th') && /^(?:left|right|center)$/.test(String(properties.align)))
		attributes['data-align'] = String(properties.align)
	if (formulas.has(tag)) Object.assign(attributes, formulaAttributesOf(properties))
	return attributes
}

function classNames(value: unknown): string {
	return Array.isArray(value) ? value.filter((name) => allowedClass.test(String(name))).join(' ') : ''
}

function formulaAttributesOf(properties: Readonly<Record<string, unknown>>): Attributes {
	const kept = Object.entries(properties).filter(([name, value]) => formulaAttributes.has(name) && isPlain(value))
	return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}

function isPlain(value: unknown): boolean {
	return ['string', 'number', 'boolean'].includes(typeof value) && String(value).length <= 100
}
