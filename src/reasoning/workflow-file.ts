import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { ThreadwiseError } from '../core/errors.ts'
import type { PromptSource } from '../core/prompt-source.ts'
import { type AnyStage, needOf, type StageNeeds } from '../core/stage.ts'
import { type Workflow, workflowSchema } from '../core/workflow.ts'
import { stages } from '../stages/index.ts'
import { answerNeeds, answerNode } from './answer.ts'
import { complexityNode } from './complexity.ts'
import { directNode } from './direct.ts'
import type { ReasoningDependencies } from './session.ts'

/** What a workflow may refer to. */
export type WorkflowSurroundings = { readonly prompts: PromptSource; readonly aliases: readonly string[] }

/**
 * Loads every workflow of a folder and checks it before any question is answered.
 * @throws ThreadwiseError `workflow` with one sentence for each thing that is wrong.
 */
export function loadWorkflows(folder: string, surroundings: WorkflowSurroundings): ReasoningDependencies['workflow'] {
	const loaded = readWorkflows(folder, surroundings)
	return (name) => loaded.get(name) ?? unknownWorkflow(name, [...loaded.keys()])
}

/**
 * The names of the workflows of a folder, for where nothing is known of prompts and models.
 * @throws ThreadwiseError `workflow` for a file that is no YAML.
 */
export function workflowNames(folder: string): readonly string[] {
	return filesIn(folder).flatMap((path) => {
		const parsed = workflowSchema.safeParse(readYaml(path, readFileSync(path, 'utf8')))
		return parsed.success ? [parsed.data.name] : []
	})
}

function filesIn(folder: string): readonly string[] {
	const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
	return files.map((file) => join(folder, file))
}

type LoadedWorkflow = ReturnType<ReasoningDependencies['workflow']>

/** The same, all of them by their names. */
export function readWorkflows(folder: string, surroundings: WorkflowSurroundings): ReadonlyMap<string, LoadedWorkflow> {
	const loaded = new Map<string, LoadedWorkflow>()
	for (const path of filesIn(folder)) {
		const [name, workflow] = loadWorkflow(path, surroundings)
		if (loaded.has(name)) throw broken(path, [`Another file in this folder has the name "${name}" as well.`])
		loaded.set(name, workflow)
	}
	return loaded
}

function loadWorkflow(path: string, surroundings: WorkflowSurroundings) {
	const text = readFileSync(path, 'utf8')
	const parsed = workflowSchema.safeParse(readYaml(path, text))
	if (!parsed.success) throw broken(path, [z.prettifyError(parsed.error)])
	const problems = workflowProblems(parsed.data, surroundings)
	if (problems.length > 0) throw broken(path, problems)
	const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
	return [parsed.data.name, { workflow: parsed.data, hash }] as const
}

function readYaml(path: string, text: string): unknown {
	try {
		return parseYaml(text)
	} catch (error) {
		throw broken(path, [error instanceof Error ? error.message : String(error)])
	}
}

/** A place of a workflow that asks a model: a node, one of its further calls (`execute.verify`), or what surrounds the nodes. */
export type WorkflowCall = { readonly place: string; readonly model: string; readonly prompt: string }

/** Every place of a workflow that asks a model. */
export function callsOf({ complexity, direct, nodes, answer }: Workflow): readonly WorkflowCall[] {
	const ofNodes = nodes.flatMap(({ id, calls, model, prompt }) => [
		{ place: id, model, prompt },
		...Object.entries(calls).map(([name, call]) => ({ place: `${id}.${name}`, ...call })),
	])
	return [
		{ place: complexityNode, ...complexity },
		{ place: directNode, ...direct },
		...ofNodes,
		{ place: answerNode, model: answer.model, prompt: answer.prompt },
	]
}

/** Everything that is wrong with a workflow whose shape is right, a sentence each. */
export function workflowProblems(workflow: Workflow, { prompts, aliases }: WorkflowSurroundings): readonly string[] {
	const calls = callsOf(workflow)
	return [
		...calls
			.filter(({ model }) => !aliases.includes(model))
			.map(({ model }) => `There is no model alias "${model}"; there are ${aliases.join(', ')}.`),
		...calls.flatMap(({ prompt }) => promptProblem(prompt, prompts)),
		...workflow.nodes.flatMap((node, index) => nodeProblems(node, workflow.nodes.slice(0, index))),
		...needProblems('The answer', answerNeeds, workflow.answer.needs, workflow.nodes),
	]
}

function promptProblem(reference: string, prompts: PromptSource): readonly string[] {
	try {
		prompts.get(reference)
		return []
	} catch (error) {
		return error instanceof ThreadwiseError ? [`${error.message} ${error.fix}`] : [String(error)]
	}
}

type Node = Workflow['nodes'][number]

function nodeProblems(node: Node, earlier: readonly Node[]): readonly string[] {
	const stage: AnyStage | undefined = stages.find(({ kind }) => kind === node.stage)
	const wrongId = idProblems(node, earlier)
	if (stage === undefined) {
		const known = stages.map(({ kind }) => kind).join(', ')
		return [...wrongId, `Node "${node.id}": there is no stage "${node.stage}"; there are ${known}.`]
	}
	return [
		...wrongId,
		...needProblems(`Node "${node.id}"`, stage.needs, node.needs, earlier),
		...callProblems(node, stage.calls ?? []),
	]
}

/** A call that the stage never makes is a slip of the pen: the check that was meant would be missing. */
function callProblems({ id, calls }: Node, known: NonNullable<AnyStage['calls']>): readonly string[] {
	if (known === 'any') return []
	const names = known.length === 0 ? 'it makes none' : `it makes ${known.join(', ')}`
	return Object.keys(calls)
		.filter((name) => !known.includes(name))
		.map((name) => `Node "${id}" has no call "${name}"; ${names}.`)
}

/** What surrounds the stages writes to the journal under these ids. */
const takenIds: readonly string[] = [complexityNode, directNode, answerNode]

function idProblems({ id }: Node, earlier: readonly Node[]): readonly string[] {
	if (takenIds.includes(id)) return [`No node can have the id "${id}": Threadwise uses it itself.`]
	return earlier.some((node) => node.id === id) ? [`The id "${id}" is used more than once.`] : []
}

function needProblems(
	who: string,
	needs: StageNeeds,
	given: Readonly<Record<string, string>>,
	earlier: readonly Node[],
): readonly string[] {
	const unknown = Object.keys(given).filter((name) => !Object.hasOwn(needs, name))
	const wrong = Object.entries(needs).flatMap(([name, need]) => {
		const { stage, isOptional } = needOf(need)
		const source = earlier.find(({ id }) => id === given[name])
		if (given[name] === undefined && isOptional) return []
		if (given[name] === undefined) return [`${who} needs "${name}", from a node of the stage "${stage.kind}".`]
		if (source === undefined)
			return [`${who} needs "${name}" from "${given[name]}", but no node before it has that id.`]
		return source.stage === stage.kind
			? []
			: [`${who} needs "${name}" from a node of the stage "${stage.kind}", but "${source.id}" is "${source.stage}".`]
	})
	return [...unknown.map((name) => `${who} has no need called "${name}".`), ...wrong]
}

function broken(path: string, problems: readonly string[]): ThreadwiseError {
	return new ThreadwiseError('workflow', `The workflow file ${path} can't be used: ${problems.join(' ')}`, {
		fix: 'Correct the file; src/workflows/default.yaml shows how one looks.',
	})
}

function unknownWorkflow(name: string, known: readonly string[]): never {
	throw new ThreadwiseError('workflow', `There is no workflow "${name}".`, { fix: `Use one of: ${known.join(', ')}.` })
}
