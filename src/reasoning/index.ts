import { fileURLToPath } from 'node:url'

export { askPrompt, type PromptReply } from './ask-prompt.ts'
export { bestAnswerIn } from './best-answer.ts'
export { reason } from './reason.ts'
export type { ReasoningDependencies } from './session.ts'
export { createVerdictCache } from './verdict-cache.ts'
export { callsOf, loadWorkflows, readWorkflows, workflowNames } from './workflow-file.ts'

/** Where the prompts of what surrounds the stages are: the complexity check, the direct route, the final answer. */
export const reasoningPromptFolder = fileURLToPath(new URL('./prompts', import.meta.url))
