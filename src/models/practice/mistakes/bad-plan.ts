import { choose } from '../chance.ts'
import type { Dice } from './dice.ts'

/** One subtask of a plan, as it is written. */
export type Subtask = {
	readonly id: string
	readonly objective: string
	readonly inputs: readonly string[]
	readonly expectedOutput: string
	readonly check: 'arithmetic' | 'none'
}

type Spoil = (subtasks: readonly Subtask[], limit: number) => readonly Subtask[]

/** Far above any limit that is asked for. */
const longestPlan = 50

const spoils: readonly Spoil[] = [
	(subtasks) => withInput(subtasks, 0, subtasks.at(-1)?.id ?? ''),
	(subtasks) => withInput(subtasks, subtasks.length - 1, nextId(subtasks)),
	(subtasks) => [recount(nextId(subtasks)), ...subtasks],
	(subtasks, limit) =>
		limit > longestPlan
			? withInput(subtasks, 0, nextId(subtasks))
			: [...Array.from({ length: limit }, (_, index) => recount(`s${subtasks.length + index + 1}`)), ...subtasks],
]

/** A plan that can't be used: in a circle, with an input that nobody gives, with a dead end, or too long. */
export function spoiledPlan(subtasks: readonly Subtask[], limit: number, { seed, digest }: Dice): readonly Subtask[] {
	const spoil = choose(spoils, seed, digest, 'which bad plan')
	return spoil?.(subtasks, limit) ?? subtasks
}

function withInput(subtasks: readonly Subtask[], at: number, input: string): readonly Subtask[] {
	return subtasks.map((subtask, index) => (index === at ? { ...subtask, inputs: [...subtask.inputs, input] } : subtask))
}

function nextId(subtasks: readonly Subtask[]): string {
	return `s${subtasks.length + 1}`
}

/** A subtask that nobody needs. */
function recount(id: string): Subtask {
	return {
		id,
		objective: 'Read the question once more.',
		inputs: [],
		expectedOutput: 'what the question says',
		check: 'none',
	}
}
