import { limitsFor } from '../../../src/core/effort.ts'
import { noUsage } from '../../../src/core/usage.ts'
import { createLanguageModels } from '../../../src/models/index.ts'
import { createFilePromptSource } from '../../../src/prompts/index.ts'
import { createRunBudget } from '../../../src/reasoning/budget.ts'
import { reasoningPromptFolder } from '../../../src/reasoning/index.ts'
import { replayOf } from '../../../src/reasoning/replay.ts'
import type { Session } from '../../../src/reasoning/session.ts'
import { createStageContext } from '../../../src/reasoning/stage-context.ts'
import { analysisSchema } from '../../../src/stages/analyze/stage.ts'
import { criticalPath } from '../../../src/stages/decompose/plan.ts'
import { type Execution, execute } from '../../../src/stages/execute/stage.ts'
import { stagePromptFolders } from '../../../src/stages/index.ts'
import { aRun } from '../../support/builders.ts'
import type { Cell } from './cells.ts'
import { chainOf, firstWord, rightWord } from './chain.ts'

/** What came of the items of one cell. */
export type Measured = {
	readonly items: number
	/** Whose last step gave the right word. */
	readonly right: number
	/** How often steps were sampled, all together. */
	readonly attempts: number
	/** How many steps that were. */
	readonly attemptsOfSteps: number
}

export type CellSetting = { readonly items: number; readonly seed: number; readonly baseUrl: string }

/** How many items are worked on side by side. */
const concurrency = 16

/** Carries out the chain of a cell so many times with the real stage, prompts, parsers and client. */
export async function measureCell(cell: Cell, setting: CellSetting, signal: AbortSignal): Promise<Measured> {
	const models = createLanguageModels(settingsFor(cell, setting.baseUrl))
	try {
		const executions: Execution[] = []
		let next = 0
		const work = async () => {
			for (let item = next++; item < setting.items; item = next++) {
				executions.push(await carryOut(cell, `${cell.name}/${setting.seed}/${item}`, models, signal))
			}
		}
		await Promise.all(Array.from({ length: concurrency }, work))
		const steps = executions.flatMap(({ subtasks }) => subtasks)
		return {
			items: executions.length,
			right: executions.filter(({ final }) => final === rightWord(cell.steps)).length,
			attempts: steps.reduce((sum, { samples }) => sum + samples, 0),
			attemptsOfSteps: steps.length,
		}
	} finally {
		await models.close()
	}
}

function settingsFor({ stepError, verifier }: Cell, baseUrl: string) {
	const alias = (model: string) => ({
		endpoint: 'simulated',
		model,
		kind: 'plain' as const,
		price: { inputUsdPerMillion: 0, outputUsdPerMillion: 0 },
		allowsTemperature: true,
		timeoutMs: 20_000,
	})
	return {
		endpoints: { simulated: { baseUrl, apiKey: null } },
		aliases: {
			author: alias(`author:${stepError}`),
			verifier: alias(`verifier:${verifier?.catchesWrong ?? 0}:${verifier?.flagsRight ?? 0}`),
		},
	}
}

const prompts = createFilePromptSource([{ path: reasoningPromptFolder }, ...stagePromptFolders])
const analysis = analysisSchema.parse({
	language: 'en',
	restatement: 'Append the letter a to the word again and again.',
	givens: [{ id: 'g1', statement: `The word is ${firstWord}` }],
	unknown: 'the last word',
	constraints: [],
	answerType: 'text',
	ambiguities: [],
	interpretation: null,
	clarified: [],
})

async function carryOut(
	cell: Cell,
	id: string,
	models: ReturnType<typeof createLanguageModels>,
	signal: AbortSignal,
): Promise<Execution> {
	const session: Session = {
		run: { ...aRun({}), id },
		question: analysis.restatement,
		history: '',
		workflow: { ...unlimited },
		replay: replayOf([]),
		budget: createRunBudget(unlimited.budget, noUsage, { tokens: 0, costMicroUsd: 0 }),
		account: null,
		models,
		prompts,
		write: async () => {},
		signal,
		answerNow: new AbortController().signal,
	}
	const calls = cell.verifier === null ? {} : { verify: { model: 'verifier', prompt: 'execute/verify@1' } }
	const node = { id: 'execute', model: 'author', prompt: 'execute@1', calls }
	const limits = { ...limitsFor('staged', 'high'), checkpointRetries: cell.verifier?.retries ?? 0 }
	const context = createStageContext(session, node, { effort: 'high', limits })
	const plan = chainOf(cell.steps)
	const work = execute.run({ analysis, plan: { ...plan, criticalPath: criticalPath(plan), refused: [] } }, context)
	for (;;) {
		const { done, value } = await work.next()
		if (done === true) return value
	}
}

const unlimited: Session['workflow'] = {
	name: 'closed-form',
	description: 'One chain of steps.',
	complexity: { model: 'author', prompt: 'complexity@1' },
	direct: { model: 'author', prompt: 'direct@1' },
	nodes: [],
	answer: { model: 'author', prompt: 'answer@1', needs: {} },
	budget: { tokens: 1e12, usd: 1e6, seconds: 86_400 },
}
