import type { Config } from '../../config/index.ts'
import { type Check, ok, problem } from '../../core/check.ts'
import { createFilePromptSource } from '../../prompts/index.ts'
import { readWorkflows } from '../../reasoning/index.ts'
import { promptFolders, workflowsFolder } from '../shipped-files.ts'

export type WorkflowSettings = {
	readonly defaults: Config['defaults']
	readonly aliases: readonly string[]
	/** Those that come with Threadwise, if absent. */
	readonly folder?: string
}

/** Whether every workflow and every prompt loads, and those that the configuration names are there. */
export function workflowsCheck({ defaults, aliases, folder = workflowsFolder }: WorkflowSettings): Check {
	return {
		name: 'workflows',
		run: async () => {
			const prompts = createFilePromptSource(promptFolders)
			const known = [...readWorkflows(folder, { prompts, aliases }).keys()]
			const named = [defaults.workflow, ...Object.values(defaults.channels).map(({ workflow }) => workflow)]
			const missing = named.filter((name) => name !== undefined && !known.includes(name))
			if (missing.length > 0) {
				return problem(
					`There is no workflow "${missing.join('", "')}".`,
					`Use one of: ${known.join(', ')} (THREADWISE_WORKFLOW, or defaults and channels in the configuration file).`,
				)
			}
			return ok(`${known.join(', ')}; ${defaults.workflow} answers; ${prompts.list().length} prompts`)
		},
	}
}
