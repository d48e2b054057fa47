export { createFilePromptSource } from './file-prompt-source.ts'
