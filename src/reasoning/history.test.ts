import { expect, test } from 'vitest'
import { textContent } from '../core/content.ts'
import type { Turn } from '../core/conversation.ts'
import { renderHistory } from './history.ts'

function turn(author: string | null, text: string): Turn {
	return { author, content: [...textContent(text)] }
}

test('shows who said what, oldest first, and which turns are our own', () => {
	expect(renderHistory([turn('Ada', 'What is 6 × 7?'), turn(null, '42')])).toBe(
		'Ada: What is 6 × 7?\nThreadwise (you): 42',
	)
})

test('marks what was said to others, which is context and no question', () => {
	expect(renderHistory([{ ...turn('Bob', 'Ship it.'), isOverheard: true }, turn('Ada', 'What is missing?')])).toBe(
		'Bob (to others, not to you): Ship it.\nAda: What is missing?',
	)
})

test('says so when nothing was said', () => {
	expect(renderHistory([])).toBe('(nothing was said before)')
})

test('of too many turns the newest are kept, whole', () => {
	const turns = Array.from({ length: 10 }, (_, index) => turn('Ada', `${index}${'x'.repeat(3_000)}`))
	const lines = renderHistory(turns).split('\n')
	expect(lines.map((line) => line.at('Ada: '.length))).toEqual(['7', '8', '9'])
})

test('a turn that alone is too long leaves no history, rather than half a sentence', () => {
	expect(renderHistory([turn('Ada', 'x'.repeat(50_000))])).toBe('(nothing was said before)')
})
