import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readableFormula } from './readable-formula.ts'

describe('a formula as text', () => {
	test.each([
		['x', 'x'],
		['\\frac{a+1}{2}', '(a + 1)/2'],
		['\\frac12', '1/2'],
		['x^2 + y_1', 'x² + y₁'],
		['x^{n+1}', 'xⁿ⁺¹'],
		['2^{\\alpha}', '2^α'],
		['e^{-x/2}', 'e^(−x/2)'],
		['-b \\pm \\sqrt{b^2-4ac}', '−b ± √(b² − 4ac)'],
		['\\sqrt[3]{27} = 3', '³√27 = 3'],
		['\\sum_{i=1}^{n} i', '∑ᵢ₌₁ⁿ i'],
		['\\int_0^1 x\\,dx', '∫₀¹ x dx'],
		['\\sin x', 'sin x'],
		['2\\arcsin(x) + abcd', '2 arcsin(x) + abcd'],
		['\\log_2 8 = 3', 'log₂ 8 = 3'],
		['\\lim_{x\\to 0} f(x)', 'lim_(x → 0) f(x)'],
		['3 \\times 4 \\cdot 5 \\le 60', '3 × 4 ⋅ 5 ≤ 60'],
		['90^\\circ', '90°'],
		["f'(x)", 'f′(x)'],
		['\\vec{v}, \\overline{AB}', 'v\u20D7, A\u0305B\u0305'],
		['\\mathbb{R}', 'ℝ'],
		['\\boxed{42}', '42'],
		['\\binom{n}{k}', '(n choose k)'],
		['\\text{price} = 10\\,\\%', 'price = 10 %'],
		['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '(1 2; 3 4)'],
	])('%s', (latex, text) => expect(readableFormula(latex, false)).toBe(text))

	test('has a line for each row where it is set apart', () => {
		const latex = '\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}'
		expect(readableFormula(latex, true)).toBe('a = b\nc = d')
		expect(readableFormula(latex, false)).toBe('a = b; c = d')
	})

	test.each(['\\frac{1', '\\nonsense{x}', '\\href{https://x.example}{y}', '\\includegraphics{x}', '', '{}'])(
		'is none where it can not be read: %s',
		(latex) => expect(readableFormula(latex, false)).toBeNull(),
	)

	test('never fails, whatever is written', () => {
		const command = fc.constantFrom(
			'\\frac',
			'\\sqrt',
			'^',
			'_',
			'{',
			'}',
			'&',
			'\\\\',
			'\\left(',
			'\\right)',
			'x',
			' ',
		)
		fc.assert(
			fc.property(fc.array(fc.oneof(command, fc.string({ unit: 'binary', maxLength: 4 }))), (parts) => {
				expect(() => readableFormula(parts.join(''), true)).not.toThrow()
			}),
		)
	})
})
