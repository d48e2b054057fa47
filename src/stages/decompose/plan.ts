import { z } from 'zod'
import type { Analysis } from '../analyze/stage.ts'

export const subtaskSchema = z.object({
	id: z.string(),
	objective: z.string().min(1),
	/** Ids of givens or of other subtasks. */
	inputs: z.array(z.string()),
	expectedOutput: z.string(),
	check: z.enum(['arithmetic', 'none']),
})
export type Subtask = z.infer<typeof subtaskSchema>

/** More subtasks than any effort allows are refused as a plan, not as a reply: the model is told. */
const mostSubtasksRead = 1_000

export const planSchema = z.object({ subtasks: z.array(subtaskSchema).min(1).max(mostSubtasksRead) })
export type Plan = z.infer<typeof planSchema>

/** What is wrong with a plan, in a sentence for whoever made it, or null. */
export function planProblem(plan: Plan, givenIds: readonly string[], limit: number): string | null {
	const ids = plan.subtasks.map((subtask) => subtask.id)
	if (ids.length > limit) return `It has ${ids.length} subtasks; ${limit} are allowed.`
	const doubled = ids.find((id, index) => ids.indexOf(id) !== index || givenIds.includes(id))
	if (doubled !== undefined) return `The id ${doubled} is used more than once.`
	const missing = missingInput(plan, new Set([...givenIds, ...ids]))
	if (missing !== null) return missing
	const cyclic = unreachable(plan)
	if (cyclic.length > 0) return `The subtasks ${cyclic.join(', ')} wait for each other.`
	return deadEnd(plan)
}

/** The whole problem as one subtask, for when it can't be split. */
export function onePiece(analysis: Analysis, question: string): Plan {
	return {
		subtasks: [
			{
				id: 's1',
				objective: `Answer the whole question: ${question}`,
				inputs: analysis.givens.map((given) => given.id),
				expectedOutput: analysis.unknown,
				check: analysis.answerType === 'number' ? 'arithmetic' : 'none',
			},
		],
	}
}

/** How many subtasks must be done one after the other: the longest way through a plan that has been found usable. */
export function criticalPath({ subtasks }: Plan): number {
	const byId = new Map(subtasks.map((subtask) => [subtask.id, subtask]))
	const lengths = new Map<string, number>()
	const lengthTo = (id: string): number => {
		const known = lengths.get(id)
		const subtask = byId.get(id)
		if (known !== undefined || subtask === undefined) return known ?? 0
		const length = 1 + Math.max(0, ...subtask.inputs.map(lengthTo))
		lengths.set(id, length)
		return length
	}
	return Math.max(...subtasks.map(({ id }) => lengthTo(id)))
}

function missingInput(plan: Plan, known: ReadonlySet<string>): string | null {
	for (const subtask of plan.subtasks) {
		const missing = subtask.inputs.find((input) => !known.has(input))
		if (missing !== undefined) return `Subtask ${subtask.id} needs ${missing}, which does not exist.`
	}
	return null
}

/** The subtasks that can never start: those in a circle and those behind one. */
function unreachable(plan: Plan): readonly string[] {
	const ids = new Set(plan.subtasks.map((subtask) => subtask.id))
	let waiting = plan.subtasks
	for (;;) {
		const ready = waiting.filter((subtask) => !subtask.inputs.some((input) => ids.has(input)))
		if (ready.length === 0) return waiting.map((subtask) => subtask.id)
		for (const subtask of ready) ids.delete(subtask.id)
		waiting = waiting.filter((subtask) => ids.has(subtask.id))
	}
}

/** Every subtask must count for the last one, which produces the unknown. */
function deadEnd(plan: Plan): string | null {
	const last = plan.subtasks.at(-1)
	const used = new Set(plan.subtasks.flatMap((subtask) => subtask.inputs))
	const unused = plan.subtasks.find((subtask) => subtask !== last && !used.has(subtask.id))
	if (last !== undefined && used.has(last.id))
		return `The last subtask, ${last.id}, must produce the unknown, but others need it.`
	return unused === undefined ? null : `No other subtask uses the result of ${unused.id}.`
}
