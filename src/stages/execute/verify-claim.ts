import { z } from 'zod'
import { BudgetUsedUp } from '../../core/budget-level.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import type { Progress, StageContext } from '../../core/stage.ts'
import type { ResultCheck } from './check-result.ts'

// The evidence comes first, or a model that doesn't think before it writes would have to judge before it has worked anything out.
const claimCheckSchema = z.object({ evidence: z.string(), holds: z.boolean() })

/** What a verifier answers in. */
export const claimReply = { maxOutputTokens: 300, output: { name: 'claim-check', schema: claimCheckSchema } }

const notCovered: ResultCheck = {
	method: 'verifier',
	outcome: 'nothing-to-check',
	evidence: 'The budget did not cover a second model that checks it.',
}

/** What a blind verifier sees: the task with its inputs, and what is claimed. Never how the author came to it. */
export type Claim = {
	readonly key: string
	/** Of the result: the same claim made once more is judged once more, not by the same reply. */
	readonly sample: number
	readonly objective: string
	readonly inputs: string
	readonly expected: string
	readonly result: string
}

/**
 * Asks another model whether a result follows from its inputs, for where nothing can be computed. It gets no word of the author's
 * reasoning, or it would be talked into it. One that can't be read has said nothing.
 */
export async function* verifyClaim({ key, sample, ...claim }: Claim, context: StageContext): Progress<ResultCheck> {
	try {
		const { holds, evidence }: z.infer<typeof claimCheckSchema> = yield* context.askStructured({
			key,
			sample,
			call: 'verify',
			values: claim,
			...claimReply,
		})
		return { method: 'verifier', outcome: holds ? 'passed' : 'failed', evidence: `A second model: ${evidence}` }
	} catch (error) {
		if (error instanceof BudgetUsedUp) return notCovered
		// Silence is no verdict either, and no reason to end a run.
		if (!(error instanceof ThreadwiseError && error.code === 'model-malformed')) throw error
		return { method: 'verifier', outcome: 'nothing-to-check', evidence: 'The verifier could not be read.' }
	}
}
