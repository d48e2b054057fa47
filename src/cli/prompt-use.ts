import type { PromptSource } from '../core/prompt-source.ts'
import { callsOf, readWorkflows } from '../reasoning/index.ts'
import { workflowsFolder } from './shipped-files.ts'

/** A place of a workflow that asks with a prompt. */
export type PromptUse = {
	readonly workflow: string
	readonly place: string
	readonly prompt: string
	readonly model: string
}

/** The workflow that answers where nothing else is chosen tells which model a prompt is for. */
const standardWorkflow = 'default'

/** Where the shipped workflows use prompts; the default one comes first. */
export function usesOfPrompts(prompts: PromptSource, aliases: readonly string[]): readonly PromptUse[] {
	const workflows = [...readWorkflows(workflowsFolder, { prompts, aliases }).values()].map(({ workflow }) => workflow)
	const [first, others] = [true, false].map((is) => workflows.filter(({ name }) => (name === standardWorkflow) === is))
	return [...(first ?? []), ...(others ?? [])].flatMap((workflow) =>
		callsOf(workflow).map((call) => ({ workflow: workflow.name, ...call })),
	)
}
