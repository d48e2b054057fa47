import type { BigNumber, ConstantNode, FunctionNode, MathNode, OperatorNode, ParenthesisNode } from 'mathjs'
import { calculator } from './calculator.ts'

/** Far above what people calculate in a chat, far below what would keep a processor busy. */
const limits = { length: 400, depth: 40, nodes: 120, exponent: 128, digits: 60 }

/** Within all limits, and without anything that could be read in another way. */
export const plainNumber = /^-?\d{1,30}(?:\.\d{1,30})?$/

export type Evaluated =
	| { readonly ok: true; readonly value: BigNumber }
	| { readonly ok: false; readonly problem: string }

/**
 * Works out an arithmetic expression that a model has written. Only numbers, + - * / ^ %, parentheses and a few functions;
 * anything else, and anything too long, too deep or too large, is a problem and never an exception or a long wait.
 */
export function evaluateExpression(written: string): Evaluated {
	if (written.length > limits.length) return { ok: false, problem: 'the expression is too long to be checked' }
	// Most of what is worked out is a number already.
	if (plainNumber.test(written)) return { ok: true, value: calculator.bignumber(written) }
	if (depthOf(written) > limits.depth) return { ok: false, problem: 'the expression is too deep to be checked' }
	try {
		const tree = calculator.parse(plainNotation(written))
		let nodes = 0
		tree.traverse(() => {
			nodes += 1
		})
		if (nodes > limits.nodes) return { ok: false, problem: 'the expression has too many parts to be checked' }
		return { ok: true, value: evaluate(tree) }
	} catch (error) {
		return { ok: false, problem: error instanceof Uncheckable ? error.message : 'it is no arithmetic expression' }
	}
}

/** How deep its parentheses go, before the parser has to follow them. */
function depthOf(written: string): number {
	let depth = 0
	let deepest = 0
	for (const character of written) {
		if (character === '(') depth += 1
		if (character === ')') depth -= 1
		deepest = Math.max(deepest, depth)
	}
	return deepest
}

class Uncheckable extends Error {}

/** Typographic signs, currency signs and thousands separators as a calculator wants them. */
export function plainNotation(written: string): string {
	return written
		.replaceAll(/[×·∙⋅]/g, '*')
		.replaceAll('÷', '/')
		.replaceAll(/[−–]/g, '-')
		.replaceAll(/[$€£\s]/g, ' ')
		.replaceAll(/(?<=\d),(?=\d{3}(?!\d))/g, '')
		.replaceAll(/(\d+(?:\.\d+)?)\s*%(?!\s*\d)/g, '($1/100)')
		.replaceAll('**', '^')
		.trim()
}

const functions: Readonly<Record<string, (value: BigNumber) => BigNumber>> = {
	sqrt: (value) => value.sqrt(),
	abs: (value) => value.abs(),
	round: (value) => value.round(),
	floor: (value) => value.floor(),
	ceil: (value) => value.ceil(),
}

function evaluate(node: MathNode): BigNumber {
	if (isConstant(node) && typeof node.value !== 'string') return bounded(calculator.bignumber(String(node.value)))
	if (isParenthesis(node)) return evaluate(node.content)
	if (isOperator(node)) return bounded(applyOperator(node.fn, node.args.map(evaluate)))
	if (isFunction(node)) return bounded(applyFunction(node))
	throw new Uncheckable('only numbers and + - * / ^ ( ) can be checked')
}

const isConstant = (node: MathNode): node is ConstantNode => node.type === 'ConstantNode'
const isParenthesis = (node: MathNode): node is ParenthesisNode => node.type === 'ParenthesisNode'
const isOperator = (node: MathNode): node is OperatorNode => node.type === 'OperatorNode'
const isFunction = (node: MathNode): node is FunctionNode => node.type === 'FunctionNode'

function applyFunction(node: FunctionNode): BigNumber {
	const apply = functions[node.fn.name]
	const [argument, ...more] = node.args
	if (apply === undefined || argument === undefined || more.length > 0) {
		throw new Uncheckable(`the function ${node.fn.name} can't be checked`)
	}
	return apply(evaluate(argument))
}

function applyOperator(operator: string, [left, right]: readonly BigNumber[]): BigNumber {
	if (left === undefined) throw new Uncheckable('an operator has nothing to work on')
	if (operator === 'unaryMinus') return left.neg()
	if (operator === 'unaryPlus') return left
	if (right === undefined) throw new Uncheckable('an operator has nothing to work on')
	return binary(operator, left, right)
}

function binary(operator: string, left: BigNumber, right: BigNumber): BigNumber {
	switch (operator) {
		case 'add':
			return left.plus(right)
		case 'subtract':
			return left.minus(right)
		case 'multiply':
			return left.times(right)
		case 'divide':
			return left.div(nonZero(right))
		case 'mod':
			return left.mod(nonZero(right))
		case 'pow':
			return power(left, right)
		default:
			throw new Uncheckable(`the operator ${operator} can't be checked`)
	}
}

function nonZero(value: BigNumber): BigNumber {
	if (value.isZero()) throw new Uncheckable('it divides by zero')
	return value
}

/** The size is known from the exponents before the power is worked out: 10^10^10 never starts. */
function power(base: BigNumber, exponent: BigNumber): BigNumber {
	if (exponent.abs().gt(limits.exponent)) throw new Uncheckable('the exponent is too large to be checked')
	if (Math.abs(base.e) * exponent.abs().toNumber() > limits.digits)
		throw new Uncheckable('the number is too large to be checked')
	return base.pow(exponent)
}

function bounded(value: BigNumber): BigNumber {
	if (!value.isFinite()) throw new Uncheckable('the result is no number')
	if (Math.abs(value.e) > limits.digits) throw new Uncheckable('the number is too large to be checked')
	return value
}
