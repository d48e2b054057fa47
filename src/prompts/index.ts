export { createFilePromptSource, type PromptFolder } from './file-prompt-source.ts'
