import { writeExpectedOutput } from './expected-output.ts'
import { type Objective, writeObjective } from './objective.ts'
import type { Step, StepPart } from './program.ts'

/**
 * Puts steps together until no more than `limit` are left. A step goes into the only step that uses it, a share in
 * percent first; what is independent stays apart as long as possible.
 */
export function condense(steps: readonly Step[], limit: number): readonly Step[] {
	let current = steps
	while (current.length > Math.max(1, limit)) current = mergedOnce(current)
	return current === steps ? steps : renumbered(current)
}

function mergedOnce(steps: readonly Step[]): readonly Step[] {
	const pairs = steps.flatMap((step) => {
		const users = steps.filter(({ inputs }) => inputs.includes(step.id))
		const [user] = users
		return user !== undefined && users.length === 1 ? [{ step, user }] : []
	})
	const pair = pairs.findLast(({ step }) => isShare(step)) ?? pairs.at(-1)
	if (pair === undefined) throw new Error('Steps without a last one cannot be put together.')
	const { step, user } = pair
	const together = {
		...user,
		parts: [...step.parts, ...user.parts],
		inputs: [...new Set([...step.inputs, ...user.inputs.filter((id) => id !== step.id)])],
	}
	return steps.flatMap((each) => (each === step ? [] : each === user ? [together] : [each]))
}

function isShare({ parts }: Step): boolean {
	return parts.at(-1)?.objective.operation === 'percent'
}

/** New ids without gaps, and letters for the results that stay inside one step. */
function renumbered(steps: readonly Step[]): readonly Step[] {
	const ids = new Map(
		steps.flatMap((step, index) => step.parts.slice(-1).map(({ id }) => [id, `s${index + 1}`] as const)),
	)
	return steps.map((step) => {
		const inner = step.parts.slice(0, -1).map(({ id }, index) => [id, 'abcdefgh'.charAt(index % 8)] as const)
		const names = new Map([...ids, ...inner])
		const parts = step.parts.map((part) => renamed(part, names))
		return {
			id: names.get(step.id) ?? step.id,
			objective: parts.map((part, index) => written(part, index === parts.length - 1)).join(' '),
			parts,
			inputs: step.inputs.map((id) => names.get(id) ?? id),
			expectedOutput: step.expectedOutput,
		}
	})
}

function renamed({ id, objective, unit }: StepPart, names: ReadonlyMap<string, string>): StepPart {
	const operands = objective.operands.map((operand) =>
		'id' in operand ? { ...operand, id: names.get(operand.id) ?? operand.id } : operand,
	)
	return { id: names.get(id) ?? id, objective: { ...objective, operands }, unit }
}

/** An inner result says its unit and its letter: "to get the discount in dollars (a)." */
function written({ id, objective, unit }: StepPart, isLast: boolean): string {
	const inner: Objective = { ...objective, label: `${writeExpectedOutput(objective.label, unit, false)} (${id})` }
	return writeObjective(isLast ? objective : inner)
}
