import { fileURLToPath } from 'node:url'

export { type BestAnswer, bestAnswerIn } from './best-answer.ts'
export { type Attempt, reason } from './reason.ts'
export type { Reasoning } from './run-stages.ts'
export type { ReasoningDependencies } from './session.ts'
export { loadWorkflows } from './workflow-file.ts'

/** Where the prompts of what surrounds the stages are: the complexity check, the direct route, the final answer. */
export const reasoningPromptFolder = fileURLToPath(new URL('./prompts', import.meta.url))
