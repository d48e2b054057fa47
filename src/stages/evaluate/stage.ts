import { z } from 'zod'
import { type Confidence, confidenceSchema } from '../../core/journal.ts'
import { defineStage, type Progress, type StageContext } from '../../core/stage.ts'
import { analyze, type Constraint } from '../analyze/stage.ts'
import { type Execution, execute } from '../execute/stage.ts'
import { type ConstraintCheck, computeConstraint } from './constraints.ts'

const judgementSchema = z.object({
	checks: z.array(z.object({ id: z.string(), holds: z.boolean(), evidence: z.string() })),
})

export const evaluationSchema = z.object({
	passed: z.boolean(),
	confidence: confidenceSchema,
	checks: z.array(z.object({ id: z.string(), statement: z.string(), holds: z.boolean(), evidence: z.string() })),
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
			? `Passed: ${steps.checked} of ${steps.of} steps recomputed, ${checks.length} of ${checks.length} requirements met.`
			: `Not everything holds: ${failures.map((failure) => failure.evidence).join(' ')}`,

	describe: ({ checks, failures }) => [
		...checks.map((check) => `${check.holds ? '✓' : '✗'} ${check.statement} — ${check.evidence}`),
		...failures
			.filter(({ where }) => !checks.some(({ id }) => id === where))
			.map(({ where, evidence }) => `✗ **${where}:** ${evidence}`),
	],
})

function checkpoint(check: ConstraintCheck, method: 'constraint' | 'judge') {
	const content = { evidence: `${check.statement} ${check.evidence}` }
	return { kind: 'checkpoint', sample: 0, method, passed: check.holds, content } as const
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
	const checks = constraints.flatMap(({ id, statement }) => {
		const said = judgement.checks.find((check) => check.id === id)
		return said === undefined ? [] : [{ id, statement, holds: said.holds, evidence: said.evidence }]
	})
	for (const check of checks) yield checkpoint(check, 'judge')
	return checks
}

/** A verdict needs specific failures: what failed, and what shows it. */
function verdictOf(checks: readonly ConstraintCheck[], execution: Execution): Evaluation {
	const weak = execution.subtasks.filter((subtask) => subtask.status === 'low-confidence')
	const failures = [
		...checks.filter((check) => !check.holds).map(({ id, evidence }) => ({ where: id, evidence })),
		...weak.map(({ id, checks: said }) => ({
			where: id,
			evidence: said.at(-1) ?? 'It rests on a step that failed its check.',
		})),
	]
	const checked = execution.subtasks.filter((subtask) => subtask.status === 'checked').length
	const steps = { checked, of: execution.subtasks.length }
	return {
		passed: failures.length === 0,
		confidence: confidenceOf(failures.length, steps),
		checks: [...checks],
		failures,
		steps,
	}
}

function confidenceOf(failures: number, steps: Evaluation['steps']): Confidence {
	if (failures > 0) return 'low'
	return steps.checked === steps.of ? 'high' : 'medium'
}
