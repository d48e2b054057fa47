import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLanguageModels } from '../../src/models/index.ts'
import { createFilePromptSource, loadCases, type PromptCase } from '../../src/prompts/index.ts'
import { askPrompt, callsOf, readWorkflows, reasoningPromptFolder } from '../../src/reasoning/index.ts'
import { stagePromptFolders } from '../../src/stages/index.ts'
import type { PracticeServer } from '../support/command-line.ts'
import { servePractice } from '../support/practice-server.ts'

const folders = [{ path: reasoningPromptFolder }, ...stagePromptFolders]
const prompts = createFilePromptSource(folders)
const cases = loadCases(folders, prompts)
const references = prompts.list().map(({ name, version }) => `${name}@${version}`)
const casesOf = (reference: string) => cases.filter(({ prompt }) => prompt === reference)

describe.each(references)('%s', (reference) => {
	test('has at least three cases', () => {
		expect(casesOf(reference).length).toBeGreaterThanOrEqual(3)
	})

	test('has one with text from outside that wants to end its section and to be obeyed', () => {
		const hostile = casesOf(reference).filter(({ values }) => Object.values(values).some(closesSection))
		expect(hostile).not.toEqual([])
	})

	test('has one that is asked in another language than English', () => {
		const foreign = casesOf(reference).filter(({ name }) => /German|another language/.test(name))
		expect(foreign).not.toEqual([])
	})

	test('has more cases that the practice model can do than cases that it cannot', () => {
		const own = casesOf(reference)
		expect(own.filter(({ notForPractice }) => notForPractice === null).length).toBeGreaterThanOrEqual(own.length / 2)
	})
})

function closesSection(value: string): boolean {
	return /<\/[a-z-]+>/.test(value)
}

test('every workflow asks with prompts that have cases', () => {
	const folder = fileURLToPath(new URL('../../src/workflows', import.meta.url))
	const workflows = readWorkflows(folder, { prompts, aliases: ['fast', 'strong', 'judge'] })
	const asked = [...workflows.values()].flatMap(({ workflow }) => callsOf(workflow).map(({ prompt }) => prompt))
	expect(asked.filter((prompt) => casesOf(prompt).length === 0)).toEqual([])
})

describe('over HTTP, the practice model', () => {
	let server: PracticeServer
	let models: ReturnType<typeof createLanguageModels>
	beforeAll(async () => {
		server = await servePractice()
		const alias = {
			endpoint: 'practice',
			model: 'practice-strong',
			kind: 'plain',
			price: { inputUsdPerMillion: 0, outputUsdPerMillion: 0 },
			allowsTemperature: true,
			timeoutMs: 10_000,
		} as const
		models = createLanguageModels({
			endpoints: { practice: { baseUrl: server.baseUrl, apiKey: null } },
			aliases: { strong: alias },
		})
	})
	afterAll(async () => {
		await models.close()
		await server[Symbol.asyncDispose]()
	})

	const ask = ({ prompt, values }: PromptCase) =>
		askPrompt({ prompt, model: 'strong', values }, { models, prompts }, new AbortController().signal)

	test.each(
		cases
			.filter(({ notForPractice }) => notForPractice === null)
			.map((each) => [`${each.prompt}: ${each.name}`, each] as const),
	)('fulfils %s', async (_name, each) => {
		const reply = await ask(each)
		expect(reply).toMatchObject({ problem: null, usage: { calls: 1 } })
		expect(each.holds.flatMap((predicate) => predicate.failure(reply) ?? [])).toEqual([])
	})
})
