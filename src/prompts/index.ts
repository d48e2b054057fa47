export { loadCases, type PromptCase } from './cases.ts'
export { type CaseResult, checkCases } from './check-cases.ts'
export { createFilePromptSource } from './file-prompt-source.ts'
