import { noPreferences, type RunPreferences } from '../../../src/core/run-preferences.ts'
import { type Case, grade, readCases } from '../../../src/models/practice/testing/grading.ts'
import { stagedRun } from '../../../src/models/practice/testing/staged-run.ts'

/** A question with where, when and how it is asked. */
export type PlannedQuestion = {
	readonly text: string
	/** What the practice model must come to. */
	readonly answer: string
	readonly conversationId: string
	readonly personId: string
	readonly preferences: RunPreferences
	/** After the beginning. */
	readonly atMs: number
}

const conversations = 40
/** Bare calculations are answered at once, everything else in stages. */
const easyFamily = 'arithmetic'

/** Questions with known answers that the practice model comes to, in a random order, spread evenly over a time and over conversations. */
export function planQuestions(count: number, overMs: number, random: () => number): readonly PlannedQuestion[] {
	const cases = shuffled(solvableCases(), random)
	return Array.from({ length: count }, (_, index) => {
		const { question, answer, family } = cases[index % cases.length] ?? { question: '', answer: '', family: '' }
		return {
			text: question,
			answer,
			conversationId: `conversation-${index % conversations}`,
			personId: `person-${Math.floor(random() * conversations)}`,
			preferences: family === easyFamily ? noPreferences : { ...noPreferences, route: 'staged' },
			atMs: (index * overMs) / count,
		}
	})
}

type SolvableCase = Case & { readonly answer: string }

function solvableCases(): readonly SolvableCase[] {
	const cases = ['questions.jsonl', 'held-out-questions.jsonl'].flatMap(readCases)
	return cases.flatMap((each) => {
		const { question, answer } = each
		return answer !== null && grade(answer, stagedRun(question).answer) === 'right' ? [{ ...each, answer }] : []
	})
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
	const placed = items.map((item) => ({ item, place: random() }))
	return placed.toSorted((left, right) => left.place - right.place).map(({ item }) => item)
}
