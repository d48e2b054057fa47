import { type Subtask, spoiledPlan } from '../mistakes/bad-plan.ts'
import { type Dice, happens, isForced } from '../mistakes/dice.ts'
import type { PracticeOptions } from '../options.ts'
import type { ChatRequest } from '../protocol.ts'
import { instructionsOf, isEmptySection, questionOf, type Sections, sectionsOf } from '../roles.ts'
import { programAsRead, statements } from '../solver/as-read.ts'
import { condense } from '../solver/condense.ts'
import type { Program } from '../solver/program.ts'
import { understand } from './understanding.ts'

type Plan = { readonly subtasks: readonly Subtask[] }

/** Task decomposition: the steps of the program, or a single subtask that will say honestly that it can't be done. */
export function planReply(request: ChatRequest, options: PracticeOptions, dice: Dice): Plan {
	const sections = sectionsOf(request)
	const { program } = understand(request)
	const limit = limitOf(request)
	const subtasks =
		program === undefined || !knowsGivens(sections, program)
			? [wholeQuestion(questionOf(request))]
			: stepsOf(programAsRead(program, { unknown: sections.get('unknown') }), limit)
	return { subtasks: isSpoiled(request, sections, options, dice) ? spoiledPlan(subtasks, limit, dice) : subtasks }
}

function stepsOf({ steps }: Program, limit: number): readonly Subtask[] {
	return condense(steps, limit).map(({ parts: _, ...step }) => ({ ...step, check: 'arithmetic' }))
}

/** The subtasks name givens by their ids, so these must be the ones that the analysis has given. */
function knowsGivens(sections: Sections, { givens }: Program): boolean {
	const read = sections.get('givens')
	if (read === undefined) return true
	const known = statements(read)
	return givens.every(({ id }) => known.has(id))
}

/** Whoever is shown what was wrong with the last plan makes a good one. */
function isSpoiled(request: ChatRequest, sections: Sections, options: PracticeOptions, dice: Dice): boolean {
	if (!isEmptySection(sections.get('problem-with-the-last-plan'))) return false
	const words = `${questionOf(request)}\n${sections.get('unknown') ?? ''}`
	return isForced('badPlan', words, options) || happens('badPlan', dice, options)
}

/** "At most 7 subtasks" of the instructions. */
function limitOf(request: ChatRequest): number {
	const [, limit] = /at most (\d+) subtasks/i.exec(instructionsOf(request)) ?? []
	return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit)
}

function wholeQuestion(question: string): Subtask {
	return {
		id: 's1',
		objective: `Answer the whole question: ${question}`,
		inputs: [],
		expectedOutput: 'the answer',
		check: 'none',
	}
}
