import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { ThreadwiseError } from '../core/errors.ts'
import type { Workflow } from '../core/workflow.ts'
import { createFilePromptSource } from '../prompts/index.ts'
import { stagePromptFolders } from '../stages/index.ts'
import { reasoningPromptFolder } from './index.ts'
import { loadWorkflows, workflowProblems } from './workflow-file.ts'

const prompts = createFilePromptSource([{ path: reasoningPromptFolder }, ...stagePromptFolders])
const surroundings = { prompts, aliases: ['fast', 'strong', 'judge'] }
const shippedFolder = fileURLToPath(new URL('../workflows', import.meta.url))
const shipped = loadWorkflows(shippedFolder, surroundings)('default').workflow

function withNode(id: string, change: Partial<Workflow['nodes'][number]>): Workflow {
	return { ...shipped, nodes: shipped.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)) }
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'threadwise-workflows-'))
	onTestFinished(() => rm(folder, { recursive: true, force: true }))
	for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
	return folder
}

function failureOf(load: () => unknown): ThreadwiseError {
	try {
		load()
	} catch (error) {
		if (error instanceof ThreadwiseError) return error
	}
	throw new Error('it should have failed with one of our errors')
}

describe('the workflow that is shipped', () => {
	test('has no problems, and runs its stages in the order in which people see them', () => {
		expect(workflowProblems(shipped, surroundings)).toEqual([])
		const inOrder = ['analyze', 'decompose', 'execute', 'alternatives', 'evaluate', 'correct']
		expect(shipped.nodes.map(({ stage }) => stage)).toEqual(inOrder)
	})

	test('is known by its name and the hash of its text', () => {
		expect(loadWorkflows(shippedFolder, surroundings)('default').hash).toMatch(/^[0-9a-f]{12}$/)
	})

	test.each(['default', 'quick', 'two-minds'])('%s has no problems and is called so', (name) => {
		const { workflow } = loadWorkflows(shippedFolder, surroundings)(name)
		expect(workflow.name).toBe(name)
		expect(workflowProblems(workflow, surroundings)).toEqual([])
	})

	test('a stage without an optional need, or with any method of its own, is a good one', () => {
		const method = { model: 'fast', prompt: 'alternatives/forwards@1' }
		const changed = [
			withNode('execute', { needs: { analysis: 'analyze' } }),
			withNode('evaluate', { needs: { analysis: 'analyze', execution: 'execute' }, calls: {} }),
			withNode('alternatives', { calls: { 'by-guessing': method } }),
		]
		for (const workflow of changed) expect(workflowProblems(workflow, surroundings)).toEqual([])
	})

	test('an unknown name lists the known ones', () => {
		const error = failureOf(() => loadWorkflows(shippedFolder, surroundings)('deep'))
		expect(error).toMatchObject({ code: 'workflow', message: 'There is no workflow "deep".' })
		expect(error.fix).toContain('default')
	})
})

describe('every problem is a sentence', () => {
	const cases: Readonly<Record<string, readonly [Workflow, string]>> = {
		'an unknown model alias': [
			withNode('execute', { model: 'huge' }),
			'There is no model alias "huge"; there are fast, strong, judge.',
		],
		'an unknown model alias of the answer': [
			{ ...shipped, answer: { ...shipped.answer, model: 'huge' } },
			'There is no model alias "huge"; there are fast, strong, judge.',
		],
		'an unknown prompt': [
			withNode('execute', { prompt: 'execute@99' }),
			'There is no prompt "execute@99". Use one of: ',
		],
		'an unknown prompt of the complexity check': [
			{ ...shipped, complexity: { model: 'fast', prompt: 'guess@1' } },
			'There is no prompt "guess@1". Use one of: ',
		],
		'a need that is missing': [
			withNode('execute', { needs: { plan: 'decompose' } }),
			'Node "execute" needs "analysis", from a node of the stage "analyze".',
		],
		'an optional need from nowhere': [
			withNode('evaluate', { needs: { analysis: 'analyze', execution: 'execute', rival: 'second-mind' } }),
			'Node "evaluate" needs "rival" from "second-mind", but no node before it has that id.',
		],
		'an optional need from a node of another stage': [
			withNode('evaluate', { needs: { analysis: 'analyze', execution: 'execute', rival: 'decompose' } }),
			'Node "evaluate" needs "rival" from a node of the stage "execute", but "decompose" is "decompose".',
		],
		'a call that the stage does not make': [
			withNode('execute', { calls: { check: { model: 'judge', prompt: 'execute/verify@1' } } }),
			'Node "execute" has no call "check"; it makes verify.',
		],
		'a call of a stage that makes several others': [
			withNode('correct', { calls: { choose: { model: 'judge', prompt: 'evaluate/choose@1' } } }),
			'Node "correct" has no call "choose"; it makes redo, verify.',
		],
		'a call of a stage that makes none': [
			withNode('decompose', { calls: { verify: { model: 'judge', prompt: 'execute/verify@1' } } }),
			'Node "decompose" has no call "verify"; it makes none.',
		],
		'an unknown model alias of a call': [
			withNode('execute', { calls: { verify: { model: 'huge', prompt: 'execute/verify@1' } } }),
			'There is no model alias "huge"; there are fast, strong, judge.',
		],
		'an unknown prompt of a call': [
			withNode('execute', { calls: { verify: { model: 'judge', prompt: 'execute/guess@1' } } }),
			'There is no prompt "execute/guess@1". Use one of: ',
		],
		'a need that the stage does not have': [
			withNode('decompose', { needs: { analysis: 'analyze', mood: 'analyze' } }),
			'Node "decompose" has no need called "mood".',
		],
		'a need from nowhere': [
			withNode('decompose', { needs: { analysis: 'reading' } }),
			'Node "decompose" needs "analysis" from "reading", but no node before it has that id.',
		],
		'a need from a node of another stage': [
			withNode('execute', { needs: { analysis: 'analyze', plan: 'analyze' } }),
			'Node "execute" needs "plan" from a node of the stage "decompose", but "analyze" is "analyze".',
		],
		'a need from a node that comes later': [
			{ ...shipped, nodes: shipped.nodes.toReversed() },
			'Node "decompose" needs "analysis" from "analyze", but no node before it has that id.',
		],
		'an id that is used twice': [
			{ ...shipped, nodes: [...shipped.nodes, ...shipped.nodes.slice(0, 1)] },
			'The id "analyze" is used more than once.',
		],
		'an id that Threadwise uses itself': [
			withNode('decompose', { id: 'direct' }),
			'No node can have the id "direct": Threadwise uses it itself.',
		],
		'an answer without its needs': [
			{ ...shipped, answer: { ...shipped.answer, needs: {} } },
			'The answer needs "evaluation", from a node of the stage "evaluate".',
		],
	}
	test.each(Object.entries(cases))('%s', (_, [workflow, sentence]) => {
		const problems = workflowProblems(workflow, surroundings)
		expect(
			problems.some((problem) => problem.startsWith(sentence)),
			problems.join('\n'),
		).toBe(true)
	})

	test('all of them are told at once', async () => {
		const calls = { check: { model: 'judge', prompt: 'execute/verify@1' } }
		const broken = { ...withNode('execute', { model: 'huge', needs: {}, calls }), name: 'broken' }
		const folder = await folderWith({ 'broken.yaml': stringify(broken) })
		const { code, message } = failureOf(() => loadWorkflows(folder, surroundings))
		expect(code).toBe('workflow')
		for (const part of ['broken.yaml', '"huge"', 'needs "analysis"', 'no call "check"']) expect(message).toContain(part)
	})

	const texts: Readonly<Record<string, readonly [string, string]>> = {
		'a word that is no stage': [stringify({ ...shipped, nodes: [{ ...shipped.nodes[0], stage: 'guess' }] }), 'stage'],
		'no nodes': [stringify({ ...shipped, nodes: [] }), 'nodes'],
		'a key that means nothing': [stringify({ ...shipped, colour: 'blue' }), 'colour'],
		'a budget of nothing': [stringify({ ...shipped, budget: { ...shipped.budget, tokens: 0 } }), 'tokens'],
		'an empty file': ['', 'expected object'],
		'a file that is no YAML': ['nodes: [unclosed', 'broken.yaml'],
	}
	test.each(Object.entries(texts))('%s', async (_, [text, part]) => {
		const folder = await folderWith({ 'broken.yaml': text })
		const { code, message } = failureOf(() => loadWorkflows(folder, surroundings))
		expect(code).toBe('workflow')
		expect(message).toContain('broken.yaml')
		expect(message).toContain(part)
	})

	test('two files of one name', async () => {
		const text = stringify(shipped)
		const folder = await folderWith({ 'one.yaml': text, 'two.yaml': text })
		expect(failureOf(() => loadWorkflows(folder, surroundings)).message).toContain('default')
	})
})
