import { z } from 'zod'
import { counted } from '../../core/counted.ts'
import { type Confidence, confidenceSchema } from '../../core/journal.ts'
import { defineStage, type Progress, type StageContext } from '../../core/stage.ts'
import { analyze, type Constraint } from '../analyze/stage.ts'
import { type Execution, execute } from '../execute/stage.ts'
import { type ConstraintCheck, computeConstraint } from './constraints.ts'

export const judgementSchema = z.object({
	checks: z.array(z.object({ id: z.string(), holds: z.boolean(), evidence: z.string() })),
})

export const evaluationSchema = z.object({
	passed: z.boolean(),
	confidence: confidenceSchema,
	checks: z.array(
		z.object({
			id: z.string(),
			statement: z.string(),
			outcome: z.enum(['holds', 'fails', 'not-checked']),
			evidence: z.string(),
		}),
	),
	failures: z.array(z.object({ where: z.string(), evidence: z.string() })),
	/** How many steps rest on a check that was computed, of how many. */
	steps: z.object({ checked: z.number().int(), of: z.number().int() }),
})
export type Evaluation = z.infer<typeof evaluationSchema>

/** Self-evaluation: the constraints, computed where possible and judged otherwise, and what the checkpoints said. */
export const evaluate = defineStage({
	kind: 'evaluate',
	needs: { analysis: analyze, execution: execute },
	output: evaluationSchema,

	async *run({ analysis, execution }, context) {
		const computed = analysis.constraints.flatMap((item) => computeConstraint(item, execution.final) ?? [])
		for (const check of computed) yield checkpoint(check, 'constraint')
		const open = analysis.constraints.filter(({ id }) => !computed.some((check) => check.id === id))
		const judged = open.length === 0 ? [] : yield* judge(open, execution, context)
		const evaluation = verdictOf([...computed, ...judged], execution)
		yield {
			kind: 'verdict',
			passed: evaluation.passed,
			confidence: evaluation.confidence,
			content: { failures: evaluation.failures },
		}
		return evaluation
	},

	summarize: ({ passed, failures, checks, steps }) =>
		passed
			? `Passed: ${steps.checked} of ${counted(steps.of, 'step')} recomputed, ${requirements(checks)}.`
			: `Not everything holds: ${failures.map((failure) => failure.evidence).join(' ')}`,

	describe: ({ checks, failures }) => [
		...checks.map((check) => `${marks[check.outcome]} ${check.statement} — ${check.evidence}`),
		...failures
			.filter(({ where }) => !checks.some(({ id }) => id === where))
			.map(({ where, evidence }) => `✗ **${where}:** ${evidence}`),
	],
})

const marks: Readonly<Record<ConstraintCheck['outcome'], string>> = { holds: '✓', fails: '✗', 'not-checked': '?' }

function requirements(checks: Evaluation['checks']): string {
	const met = checks.filter(({ outcome }) => outcome === 'holds').length
	const open = checks.filter(({ outcome }) => outcome === 'not-checked').length
	return `${met} of ${counted(checks.length, 'requirement')} met${open === 0 ? '' : `, ${open} not checked`}`
}

function checkpoint(check: ConstraintCheck, method: 'constraint' | 'judge') {
	const content = { evidence: `${check.statement} ${check.evidence}` }
	return { kind: 'checkpoint', sample: 0, method, passed: check.outcome === 'holds', content } as const
}

async function* judge(
	constraints: readonly Constraint[],
	execution: Execution,
	context: StageContext,
): Progress<readonly ConstraintCheck[]> {
	const judgement: z.infer<typeof judgementSchema> = yield* context.askStructured({
		key: 'judgement',
		values: {
			question: context.question,
			constraints: constraints.map(({ id, statement }) => `${id}: ${statement}`).join('\n'),
			results: execution.subtasks.map(({ id, objective, result }) => `${id}: ${objective}: ${result}`).join('\n'),
			final: execution.final,
		},
		maxOutputTokens: 1_000,
		output: { name: 'judgement', schema: judgementSchema },
	})
	const checks = constraints.map((constraint) => judgedCheck(constraint, judgement))
	for (const check of checks) if (check.outcome !== 'not-checked') yield checkpoint(check, 'judge')
	return checks
}

/** What the judge leaves out is open: silence is no evidence. */
function judgedCheck({ id, statement }: Constraint, judgement: z.infer<typeof judgementSchema>): ConstraintCheck {
	const said = judgement.checks.find((check) => check.id === id)
	if (said === undefined) return { id, statement, outcome: 'not-checked', evidence: 'The judge said nothing about it.' }
	return { id, statement, outcome: said.holds ? 'holds' : 'fails', evidence: said.evidence }
}

/** A verdict needs specific failures: what failed, and what shows it. */
function verdictOf(checks: readonly ConstraintCheck[], execution: Execution): Evaluation {
	const weak = execution.subtasks.filter((subtask) => subtask.status === 'low-confidence')
	const failures = [
		...checks.filter(({ outcome }) => outcome === 'fails').map(({ id, evidence }) => ({ where: id, evidence })),
		...weak.map(({ id, checks: said }) => ({
			where: id,
			evidence: said.at(-1) ?? 'It rests on a step that failed its check.',
		})),
	]
	const isOpen = checks.some(({ outcome }) => outcome === 'not-checked')
	const checked = execution.subtasks.filter((subtask) => subtask.status === 'checked').length
	const steps = { checked, of: execution.subtasks.length }
	return {
		passed: failures.length === 0,
		confidence: confidenceOf(failures.length, steps, isOpen),
		checks: [...checks],
		failures,
		steps,
	}
}

function confidenceOf(failures: number, steps: Evaluation['steps'], isOpen: boolean): Confidence {
	if (failures > 0) return 'low'
	return steps.checked === steps.of && !isOpen ? 'high' : 'medium'
}
