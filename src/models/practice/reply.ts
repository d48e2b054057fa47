import type { Dice } from './mistakes/dice.ts'
import type { PracticeOptions } from './options.ts'
import type { ChatRequest } from './protocol.ts'
import { analysisReply } from './replies/analysis.ts'
import { directReply, stagedReply } from './replies/answer.ts'
import { choiceReply } from './replies/choice.ts'
import { claimCheckReply } from './replies/claim-check.ts'
import { comparisonReply } from './replies/comparison.ts'
import { complexityReply } from './replies/complexity.ts'
import { judgementReply } from './replies/judgement.ts'
import { planReply } from './replies/plan.ts'
import { samenessReply } from './replies/sameness.ts'
import { solutionReply } from './replies/solution.ts'
import { subtaskReply } from './replies/subtask.ts'
import type { Role, SchemaName } from './roles.ts'

type Fill = (request: ChatRequest, options: PracticeOptions, dice: Dice) => unknown

const replies: Readonly<Record<SchemaName, Fill>> = {
	complexity: complexityReply,
	analysis: analysisReply,
	comparison: comparisonReply,
	plan: planReply,
	'subtask-result': subtaskReply,
	'claim-check': claimCheckReply,
	solution: solutionReply,
	sameness: samenessReply,
	judgement: judgementReply,
	choice: choiceReply,
}

/** The text that the model replies with: a JSON object where a schema was given, else prose. */
export function replyTo(role: Role, request: ChatRequest, options: PracticeOptions, digest: string): string {
	if (role === 'answer') return directReply(request)
	if (role === 'staged-answer') return stagedReply(request)
	return JSON.stringify(replies[role](request, options, { seed: options.seed, digest }))
}
