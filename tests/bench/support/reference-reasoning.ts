import { fileURLToPath } from 'node:url'
import type { LanguageModels } from '../../../src/core/language-model.ts'
import { type Workflow, workflowSchema } from '../../../src/core/workflow.ts'
import { createFilePromptSource } from '../../../src/prompts/index.ts'
import { type ReasoningDependencies, reasoningPromptFolder } from '../../../src/reasoning/index.ts'
import { stagePromptFolders, stages } from '../../../src/stages/index.ts'
import { alternatives } from './alternatives.ts'

const benchPrompts = fileURLToPath(new URL('./prompts', import.meta.url))

/** The shipped prompts, and that of the benchmark's own stage. */
export const referencePrompts = createFilePromptSource([
	{ path: reasoningPromptFolder },
	...stagePromptFolders,
	{ path: benchPrompts },
])

/** The shipped workflow with the alternatives between execution and evaluation. */
export const referenceWorkflow: Workflow = workflowSchema.parse({
	name: 'reference',
	description: 'The reference work of the benchmarks.',
	complexity: { model: 'fast', prompt: 'complexity@1' },
	direct: { model: 'fast', prompt: 'direct@1' },
	nodes: [
		{ id: 'analyze', stage: 'analyze', model: 'strong', prompt: 'analyze@1' },
		{ id: 'decompose', stage: 'decompose', model: 'strong', prompt: 'decompose@1', needs: { analysis: 'analyze' } },
		{
			id: 'execute',
			stage: 'execute',
			model: 'strong',
			prompt: 'execute@1',
			needs: { analysis: 'analyze', plan: 'decompose' },
		},
		{
			id: 'alternatives',
			stage: 'alternatives',
			model: 'strong',
			prompt: 'reference-alternatives@1',
			needs: { analysis: 'analyze' },
		},
		{
			id: 'evaluate',
			stage: 'evaluate',
			model: 'judge',
			prompt: 'evaluate@1',
			needs: { analysis: 'analyze', execution: 'execute' },
		},
	],
	answer: {
		model: 'strong',
		prompt: 'answer@1',
		needs: { analysis: 'analyze', execution: 'execute', evaluation: 'evaluate' },
	},
	budget: { tokens: 200_000, usd: 0.5, seconds: 300 },
})

/** What a worker needs to do the reference work. No verdict is kept: every run asks the classifier. */
export function referenceReasoning(models: LanguageModels): ReasoningDependencies {
	return {
		models,
		prompts: referencePrompts,
		workflow: () => ({ workflow: referenceWorkflow, hash: 'reference' }),
		defaults: { effort: 'medium', workflow: referenceWorkflow.name },
		disclosure: null,
		stages: [...stages.filter(({ kind }) => kind !== alternatives.kind), alternatives],
	}
}
