import type { Family } from '../family.ts'
import type { OperationName } from '../operations.ts'
import { ProgramBuilder, type Term } from '../program.ts'
import type { Reading } from '../reading.ts'

/** Expressions in signs or in words: "17 * 23", "15% of 80", "the sum of 4, 9 and 12". */
export const arithmetic: Family = {
	name: 'arithmetic',
	solve(reading) {
		const builder = new ProgramBuilder(reading)
		const result = new ExpressionReader(reading, builder).read()
		return result === undefined ? undefined : builder.finish('arithmetic', result, true)
	},
}

const introduction =
	/^(?:(?:please|hey|hi|hello|so|and|can|could|would|you|tell|me|us|what's|whats|what|is|are|how|much|calculate|compute|evaluate|find|work|out|do|i|we|get|if|the|result|value|of|solve|quick|question|give)\b[,:]?\s*|[,:!]\s*)+/i
const closing = /(?:\s|[.?!=]|\b(?:is|equal|equals|to|please|thanks|add up|make|come)\b)+$/i
const token = /\{[A-Z]\d+\}|[-+*/^()×÷·,−–]|[a-z]+/gi

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth']

/** A recursive-descent reader; every method gives undefined where the words are none of its own. */
class ExpressionReader {
	readonly #tokens: readonly string[]
	readonly #reading: Reading
	readonly #builder: ProgramBuilder
	#at = 0

	constructor(reading: Reading, builder: ProgramBuilder) {
		this.#reading = reading
		this.#builder = builder
		this.#tokens = simplified(reading.tagged).match(token) ?? []
	}

	read(): Term | undefined {
		const result = this.#command() ?? this.#sum()
		return this.#at === this.#tokens.length ? result : undefined
	}

	/** "add 3 to 4", "subtract 3 from 10", "multiply 3 by 4". */
	#command(): Term | undefined {
		const verb = this.#accept('add', 'subtract', 'take', 'multiply', 'divide', 'increase', 'decrease', 'reduce')
		if (verb === undefined) return undefined
		const first = this.#sum()
		const link = this.#accept('to', 'from', 'by', 'and', 'with')
		const second = link === undefined ? undefined : this.#sum()
		if (first === undefined || second === undefined) return undefined
		if (verb === 'add') return this.#apply('add', first, second)
		if (verb === 'subtract' || verb === 'take')
			return link === 'from' ? this.#apply('subtract', second, first) : undefined
		if (verb === 'multiply' || verb === 'divide') return this.#apply(verb, first, second)
		return this.#change(verb === 'increase' ? 'add' : 'subtract', first, second)
	}

	#change(operation: 'add' | 'subtract', whole: Term, by: Term): Term {
		const amount = by.unit === '%' ? this.#apply('percent', by, whole) : by
		return this.#apply(operation, whole, amount)
	}

	#sum(): Term | undefined {
		let left = this.#product()
		for (let sign = this.#accept('+', 'plus', '-', 'minus', 'less'); sign !== undefined; ) {
			left = this.#join(/^(?:\+|plus)$/.test(sign) ? 'add' : 'subtract', left, this.#product())
			sign = this.#accept('+', 'plus', '-', 'minus', 'less')
		}
		return left
	}

	#product(): Term | undefined {
		let left = this.#power()
		for (let sign = this.#accept('*', 'x', 'times', '/', 'over'); sign !== undefined; ) {
			left = this.#join(sign === '/' || sign === 'over' ? 'divide' : 'multiply', left, this.#power())
			sign = this.#accept('*', 'x', 'times', '/', 'over')
		}
		return left
	}

	#power(): Term | undefined {
		const base = this.#primary()
		if (this.#accept('squared') !== undefined) return this.#join('power', base, this.#builder.fixed(2))
		if (this.#accept('cubed') !== undefined) return this.#join('power', base, this.#builder.fixed(3))
		return this.#accept('^') === undefined ? base : this.#join('power', base, this.#power())
	}

	#primary(): Term | undefined {
		this.#accept('the')
		if (this.#accept('(') !== undefined) return this.#closed(this.#sum())
		if (this.#accept('-') !== undefined) return this.#join('subtract', this.#builder.fixed(0), this.#primary())
		if (this.#accept('squareroot') !== undefined) return this.#single('root', this.#primary())
		const list = this.#accept('sum', 'product', 'difference', 'quotient', 'average', 'mean')
		return list === undefined ? this.#quantity() : this.#listed(list)
	}

	#closed(inner: Term | undefined): Term | undefined {
		return this.#accept(')') === undefined ? undefined : inner
	}

	/** A number, or a share of what follows it: "15% of 80", "half of 38", "double 47", "3/4 of 120". */
	#quantity(): Term | undefined {
		const tag = this.#tokens[this.#at]
		const quantity = tag?.startsWith('{') ? this.#reading.quantities[Number(tag.slice(2, -1))] : undefined
		if (quantity === undefined || quantity.dimension === 'clock') return undefined
		this.#at += 1
		const term = this.#builder.given(quantity, `the ${ordinals[quantity.index] ?? `${quantity.index + 1}th`} number`)
		const of = this.#accept('of')
		if (of === undefined && quantity.dimension !== 'multiple') return term
		const whole = this.#primary()
		return this.#join(quantity.dimension === 'percent' ? 'percent' : 'multiply', term, whole)
	}

	#listed(kind: string): Term | undefined {
		if (this.#accept('of', 'between', 'from') === undefined) return undefined
		const items: Term[] = []
		do {
			const item = this.#sum()
			if (item === undefined) return undefined
			items.push(item)
		} while (this.#separator())
		return this.#combined(kind, items)
	}

	#separator(): boolean {
		const comma = this.#accept(',') !== undefined
		return this.#accept('and') !== undefined || comma
	}

	#combined(kind: string, items: readonly Term[]): Term | undefined {
		const [first, second, ...more] = items
		if (first === undefined || second === undefined) return undefined
		if (kind === 'average' || kind === 'mean') return this.#builder.step('average', items, 'the average', first.unit)
		if (kind === 'sum') return this.#builder.step('add', items, 'the sum', first.unit)
		if (kind === 'product')
			return more.reduce(
				(product, item) => this.#apply('multiply', product, item),
				this.#apply('multiply', first, second),
			)
		if (more.length > 0) return undefined
		return this.#apply(kind === 'quotient' ? 'divide' : 'difference', first, second)
	}

	#join(operation: OperationName, left: Term | undefined, right: Term | undefined): Term | undefined {
		return left === undefined || right === undefined ? undefined : this.#apply(operation, left, right)
	}

	#single(operation: OperationName, term: Term | undefined): Term | undefined {
		if (term === undefined || !Number.isInteger(Math.sqrt(term.value.valueOf()))) return undefined
		return this.#builder.step(operation, [term], 'the square root', '')
	}

	#apply(operation: OperationName, left: Term, right: Term): Term {
		if (operation === 'divide' && right.value.equals(0)) throw new RangeError('Nothing can be divided by zero.')
		const unit = [left.unit, right.unit].find((each) => each !== '' && each !== '%') ?? ''
		return this.#builder.step(operation, [left, right], `the ${resultNames[operation] ?? 'result'}`, unit)
	}

	#accept(...words: readonly string[]): string | undefined {
		const next = this.#tokens[this.#at]?.toLowerCase()
		if (next === undefined || !words.includes(next)) return undefined
		this.#at += 1
		return next
	}
}

const resultNames: Partial<Record<OperationName, string>> = {
	add: 'sum',
	subtract: 'difference',
	difference: 'difference',
	multiply: 'product',
	divide: 'quotient',
	percent: 'share',
	power: 'power',
}

function simplified(tagged: string): string {
	return tagged
		.replace(introduction, '')
		.replace(closing, '')
		.replace(/\bsquare root\b(?: of)?|\bsqrt\b(?: of)?|√/gi, 'squareroot')
		.replace(/\b(?:multiplied|times) by\b|×|·/gi, '*')
		.replace(/\bdivided by\b|÷/gi, '/')
		.replace(/\bto the power of\b|\*\*/gi, '^')
		.replace(/\b(?:added to|increased by)\b/gi, '+')
		.replace(/\b(?:decreased by|reduced by)\b|−|–/gi, '-')
}
