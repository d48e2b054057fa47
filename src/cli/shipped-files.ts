import { fileURLToPath } from 'node:url'
import { reasoningPromptFolder } from '../reasoning/index.ts'
import { stagePromptFolders } from '../stages/index.ts'

/** Where the prompts are that come with Threadwise, and their cases. */
export const promptFolders = [{ path: reasoningPromptFolder }, ...stagePromptFolders]

/** Where its workflows are. */
export const workflowsFolder = fileURLToPath(new URL('../workflows', import.meta.url))
