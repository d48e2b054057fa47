import type { PracticeOptions } from './options.ts'
import type { ChatRequest } from './protocol.ts'
import { analysisReply } from './replies/analysis.ts'
import { directReply, stagedReply } from './replies/answer.ts'
import { complexityReply } from './replies/complexity.ts'
import { judgementReply } from './replies/judgement.ts'
import { planReply } from './replies/plan.ts'
import { subtaskReply } from './replies/subtask.ts'
import type { Role } from './roles.ts'

/** The text that the model replies with: a JSON object where a schema was given, else prose. */
export function replyTo(role: Role, request: ChatRequest, options: PracticeOptions, digest: string): string {
	switch (role) {
		case 'complexity':
			return JSON.stringify(complexityReply(request))
		case 'analysis':
			return JSON.stringify(analysisReply(request))
		case 'plan':
			return JSON.stringify(planReply(request))
		case 'subtask-result':
			return JSON.stringify(subtaskReply(request, options, { seed: options.seed, digest }))
		case 'judgement':
			return JSON.stringify(judgementReply(request))
		case 'staged-answer':
			return stagedReply(request)
		case 'answer':
			return directReply(request)
	}
}
