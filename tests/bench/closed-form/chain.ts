import type { Plan } from '../../../src/stages/decompose/plan.ts'

/** Where a chain starts from. */
export const firstWord = 'w'
/** What a right step appends, and what a wrong one does. */
export const letters = { right: 'a', wrong: 'b' } as const

/** A chain of steps in which nothing can be computed: each appends the letter a to the word of the one before. */
export function chainOf(steps: number): Plan {
	return {
		subtasks: Array.from({ length: steps }, (_, index) => ({
			id: `s${index + 1}`,
			objective: 'Append the letter a to the word.',
			inputs: [index === 0 ? 'g1' : `s${index}`],
			expectedOutput: 'the longer word',
			check: 'none',
		})),
	}
}

export function rightWord(steps: number): string {
	return firstWord + letters.right.repeat(steps)
}

/** The word in the inputs of a prompt, whose lines end in it. */
export function wordIn(inputs: string): string {
	return /(\w+)\s*$/.exec(inputs)?.[1] ?? ''
}
