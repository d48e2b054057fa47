import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AnyStage, ReplyForm } from '../core/stage.ts'
import { alternatives } from './alternatives/stage.ts'
import { analyze } from './analyze/stage.ts'
import { correct } from './correct/stage.ts'
import { decompose } from './decompose/stage.ts'
import { evaluate } from './evaluate/stage.ts'
import { execute } from './execute/stage.ts'

/** Every kind of stage that a workflow can name. A new one is one folder and one line here. */
export const stages: readonly AnyStage[] = [analyze, decompose, execute, alternatives, evaluate, correct]

/** What the prompts of the stages are answered in, by their names. */
export const stageReplies: Readonly<Record<string, ReplyForm>> = Object.fromEntries(
	stages.flatMap(({ replies = {} }) => Object.entries(replies)),
)

const here = fileURLToPath(new URL('.', import.meta.url))

/** Where the prompts of the stages are: each stage's folder owns its own. */
export const stagePromptFolders = readdirSync(here, { withFileTypes: true })
	.filter((entry) => entry.isDirectory())
	.map((entry) => ({ path: `${here}${entry.name}`, owner: entry.name }))

export { type Analysis, analyze } from './analyze/stage.ts'
export { type Correction, correct } from './correct/stage.ts'
export { type Evaluation, evaluate } from './evaluate/stage.ts'
export { type Execution, execute } from './execute/stage.ts'
