import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Constraint } from '../../src/checks/index.ts'
import { AbortedError } from '../../src/core/abort.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import type { JournalEntry, JournalEventKind, JournalEventOf, JournalRecord } from '../../src/core/journal.ts'
import type { Run } from '../../src/core/run.ts'
import type { Effort } from '../../src/core/run-preferences.ts'
import type { StageContext } from '../../src/core/stage.ts'
import { noUsage } from '../../src/core/usage.ts'
import type { Budget } from '../../src/core/workflow.ts'
import { createLanguageModels, type ModelAliasSettings } from '../../src/models/index.ts'
import { createFilePromptSource } from '../../src/prompts/index.ts'
import { answerShare } from '../../src/reasoning/answer.ts'
import { createRunBudget } from '../../src/reasoning/budget.ts'
import { loadWorkflows, type ReasoningDependencies, reason, reasoningPromptFolder } from '../../src/reasoning/index.ts'
import { replayOf } from '../../src/reasoning/replay.ts'
import { contextOf } from '../../src/reasoning/run-stages.ts'
import type { Session } from '../../src/reasoning/session.ts'
import type { Alternatives } from '../../src/stages/alternatives/stage.ts'
import { chainWeight } from '../../src/stages/alternatives/weight.ts'
import { type Analysis, analysisSchema } from '../../src/stages/analyze/stage.ts'
import type { SolvedSubtask } from '../../src/stages/execute/solve-subtask.ts'
import type { Execution } from '../../src/stages/execute/stage.ts'
import { stagePromptFolders } from '../../src/stages/index.ts'
import { aRun } from './builders.ts'
import {
	type RecordedRequest,
	reply,
	type ScriptedModelServer,
	type ScriptedStep,
	startScriptedModelServer,
} from './scripted-model-server.ts'

/** What a model is asked for: the name of a structured output, or one of the two kinds of text. */
export type Role = StructuredRole | 'direct' | 'answer'
type StructuredRole = (typeof structuredRoles)[number]

/** The roles whose replies have a shape, by its name: all that the six stages and the complexity check ask for. */
export const structuredRoles = [
	'complexity',
	'analysis',
	'comparison',
	'plan',
	'subtask-result',
	'claim-check',
	'solution',
	'sameness',
	'judgement',
	'choice',
] as const
const roleSchema = z.enum(structuredRoles)

/** What the server does with the requests of each role; of several steps the last one is repeated. */
export type RoleScript = Partial<Record<Role, ScriptedStep | readonly ScriptedStep[]>>

const bodySchema = z.looseObject({
	messages: z.array(z.object({ role: z.string(), content: z.string() })),
	response_format: z.object({ json_schema: z.object({ name: z.string() }) }).optional(),
})

/** What a request asks for. */
export function roleOf(request: RecordedRequest): Role {
	const { response_format } = bodySchema.parse(request.body)
	if (response_format !== undefined) return roleSchema.parse(response_format.json_schema.name)
	return promptOf(request).includes('<final-result>') ? 'answer' : 'direct'
}

/** The user's part of a request's prompt. */
export function promptOf(request: RecordedRequest): string {
	const { messages } = bodySchema.parse(request.body)
	return messages.find(({ role }) => role === 'user')?.content ?? ''
}

/** A section of the prompt, such as `objective`. */
export function sectionOf(request: RecordedRequest, tag: string): string {
	const [, rest = ''] = promptOf(request).split(`<${tag}>\n`)
	return rest.split(`\n</${tag}>`)[0] ?? ''
}

/** A question of two independent subtasks and one that depends on both, with the replies that answer it. */
export const order = {
	question: 'We order 12 boxes of pens at $4 each and 8 boxes of markers at $7 each. How much is it in total?',
	analysis: {
		language: 'en',
		restatement: 'The price of both kinds of boxes together is wanted.',
		givens: [
			{ id: 'g1', statement: '12 boxes of pens at $4 each' },
			{ id: 'g2', statement: '8 boxes of markers at $7 each' },
		],
		unknown: 'the total price in dollars',
		constraints: [{ id: 'c1', kind: 'number', statement: 'The answer is a number.', value: null }],
		answerType: 'number',
		ambiguities: [],
	},
	plan: {
		subtasks: [
			{ id: 's1', objective: 'Price the pens.', inputs: ['g1'], expectedOutput: 'dollars', check: 'arithmetic' },
			{ id: 's2', objective: 'Price the markers.', inputs: ['g2'], expectedOutput: 'dollars', check: 'arithmetic' },
			{ id: 's3', objective: 'Add both.', inputs: ['s1', 's2'], expectedOutput: 'dollars', check: 'arithmetic' },
		],
	},
	results: {
		'Price the pens.': solution('12 * 4', '48'),
		'Price the markers.': solution('8 * 7', '56'),
		'Add both.': solution('48 + 56', '104'),
	},
	/** The whole at once, as an alternative solution. */
	solution: {
		work: '12 * 4 + 8 * 7 = 104',
		calculations: [{ expression: '12 * 4 + 8 * 7', result: '104' }],
		answer: '$104',
	},
	answer: 'The order costs $104.',
} as const

/** A subtask's reply with one calculation. */
export function solution(expression: string, result: string) {
	return { work: `${expression} = ${result}`, calculations: [{ expression, result }], result: `$${result}` }
}

export function replyJson(value: unknown): ScriptedStep {
	return reply(JSON.stringify(value))
}

/** The analysis of the order as the stage puts it out, different where chosen. */
export function anAnalysis(changes: Partial<Analysis> = {}): Analysis {
	return { ...analysisSchema.parse({ ...order.analysis, interpretation: null, clarified: [] }), ...changes }
}

export function aConstraint(kind: Constraint['kind'], value: string | null = null, id = 'c1'): Constraint {
	return { id, kind, statement: `It must be ${kind}.`, value }
}

/** A step that was worked out and checked, different where chosen. */
export function aSolvedStep(changes: Partial<SolvedSubtask> = {}): SolvedSubtask {
	return {
		id: 's1',
		objective: 'Work.',
		inputs: [],
		expectedOutput: 'dollars',
		work: '',
		result: '$104',
		status: 'checked',
		isDerived: false,
		samples: 1,
		checks: ['Recomputed: 48 + 56 = 104.'],
		checkedBy: 'arithmetic',
		...changes,
	}
}

/** A chain of steps; the last one gives the result. */
export function anExecution(...steps: readonly Partial<SolvedSubtask>[]): Execution {
	const subtasks = steps.map((step, index) => aSolvedStep({ id: `s${index + 1}`, ...step }))
	return { subtasks, final: subtasks.at(-1)?.result ?? '' }
}

/** What the alternatives have put out: the chain, and samples of one answer each. */
export function alternativesOf(
	execution: Execution,
	...samples: readonly (readonly [answer: string, key: string | null, weight: number])[]
): Alternatives {
	const chain = {
		answer: execution.final,
		key: execution.final.replace('$', ''),
		weight: chainWeight(execution.subtasks),
		refuted: null,
	}
	return {
		chain,
		samples: samples.map(([answer, key, weight], index) => ({
			answer,
			key,
			weight,
			method: 'forwards',
			work: `Way ${index + 1}.`,
			check: 'Recomputed.',
		})),
		groups: [],
		stoppedEarly: false,
	}
}

/** What a step looks like whose check failed. */
export const doubtful = {
	status: 'low-confidence',
	checks: ['Recomputed: 8 * 7 is 56, not 54.'],
} as const satisfies Partial<SolvedSubtask>

/** Chooses the step by the objective of the subtask. The order in one piece is worked out as it should. */
export function byObjective(steps: Readonly<Record<string, ScriptedStep>>): ScriptedStep {
	return (request, response) => {
		const objective = sectionOf(request, 'objective')
		const isWhole = objective.startsWith('Answer the whole question')
		const step = steps[objective] ?? (isWhole ? replyJson(solution('12 * 4 + 8 * 7', '104')) : undefined)
		if (step === undefined) throw new Error(`no step for the objective ${objective}`)
		return step(request, response)
	}
}

export const orderResults = Object.fromEntries(
	Object.entries(order.results).map(([objective, result]) => [objective, replyJson(result)]),
)

/** Every role answers as it should. */
export const goodScript: Required<RoleScript> = {
	complexity: replyJson({ level: 'hard', reason: 'two prices to add', estimatedSteps: 3, ambiguous: false }),
	direct: reply('It is $104.'),
	analysis: replyJson(order.analysis),
	comparison: replyJson({ differences: [] }),
	plan: replyJson(order.plan),
	'subtask-result': byObjective(orderResults),
	'claim-check': replyJson({ holds: true, evidence: 'It follows from the inputs.' }),
	solution: replyJson(order.solution),
	sameness: replyJson({ same: true }),
	judgement: replyJson({ checks: [] }),
	choice: replyJson({ choice: 'neither', evidence: 'Both are as good.' }),
	answer: reply(order.answer),
}

export type ReasoningChoices = {
	readonly budget?: Partial<Budget>
	readonly model?: Partial<ModelAliasSettings>
}

/** Everything that reasoning needs, with the real models over HTTP to a scripted server. */
export type ReasoningWorld = AsyncDisposable & {
	readonly server: ScriptedModelServer
	readonly dependencies: ReasoningDependencies
	/** The requests so far, by role. */
	roles(): readonly Role[]
	session(choices?: SessionChoices): Session
	/** What the node of that id may use. */
	context(nodeId: string, effort?: Effort, choices?: SessionChoices): StageContext
	/** Runs a whole attempt. */
	attempt(choices?: AttemptChoices): Promise<Attempted>
}

export type SessionChoices = {
	readonly run?: Run
	readonly records?: readonly JournalRecord[]
	readonly signal?: AbortSignal
	readonly answerNow?: AbortSignal
	readonly budget?: Partial<Budget>
	/** The default one if absent. */
	readonly workflow?: string
}
export type AttemptChoices = Omit<SessionChoices, 'budget' | 'workflow'> &
	Pick<ReasoningDependencies, 'settings' | 'spending'> & {
		/** Told of each entry before the attempt goes on. */
		readonly onEntry?: (entry: JournalEntry) => void
	}

/** What an attempt left: its entries, and what it threw, if anything. */
export type Attempted = { readonly entries: readonly JournalEntry[]; readonly thrown: unknown }

const workflowsFolder = fileURLToPath(new URL('../../src/workflows', import.meta.url))
const never = new AbortController().signal

/** Opens a world in which the given roles answer as the script says and all others as they should. */
export async function openReasoning(script: RoleScript = {}, choices: ReasoningChoices = {}): Promise<ReasoningWorld> {
	const server = await startScriptedModelServer(stepsByRole({ ...goodScript, ...script }))
	const { models, dependencies } = reasoningAt(server.baseUrl, choices)
	return {
		server,
		dependencies,
		roles: () => server.requests.map(roleOf),
		session: (given) => sessionIn(dependencies, given),
		context: (nodeId, effort = 'medium', given = {}) => contextIn(sessionIn(dependencies, given), nodeId, effort),
		attempt: (given) => attemptIn(dependencies, given),
		[Symbol.asyncDispose]: async () => {
			await models.close()
			await server.close()
		},
	}
}

/** What reasoning needs, with the real models over HTTP to the server at this address; whoever opens it closes the models. */
export function reasoningAt(baseUrl: string, choices: ReasoningChoices = {}) {
	const alias = (name: string): ModelAliasSettings => ({
		endpoint: 'local',
		model: `${name}-model`,
		kind: 'plain',
		price: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 },
		allowsTemperature: true,
		timeoutMs: 20_000,
		...choices.model,
	})
	const aliases = { fast: alias('fast'), strong: alias('strong'), judge: alias('judge') }
	const models = createLanguageModels({ endpoints: { local: { baseUrl, apiKey: null } }, aliases })
	const prompts = createFilePromptSource([{ path: reasoningPromptFolder }, ...stagePromptFolders])
	const shipped = loadWorkflows(workflowsFolder, { prompts, aliases: Object.keys(aliases) })
	const dependencies: ReasoningDependencies = {
		models,
		prompts,
		workflow: (name) => withBudget(shipped(name), choices.budget),
		defaults: { effort: 'medium', workflow: 'default' },
		disclosure: null,
	}
	return { models, dependencies }
}

function stepsByRole(script: Required<RoleScript>) {
	const counts = new Map<Role, number>()
	return (request: RecordedRequest): ScriptedStep => {
		const role = roleOf(request)
		const count = counts.get(role) ?? 0
		counts.set(role, count + 1)
		const steps = script[role]
		if (typeof steps === 'function') return steps
		const step = steps[count] ?? steps.at(-1)
		if (step === undefined) throw new Error(`no step for the role ${role}`)
		return step
	}
}

type LoadedWorkflow = ReturnType<ReasoningDependencies['workflow']>

function withBudget({ workflow, hash }: LoadedWorkflow, budget: Partial<Budget> = {}): LoadedWorkflow {
	return { hash, workflow: { ...workflow, budget: { ...workflow.budget, ...budget } } }
}

function sessionIn(dependencies: ReasoningDependencies, choices: SessionChoices = {}): Session {
	const run = choices.run ?? aRun({ text: order.question })
	const { workflow } = withBudget(dependencies.workflow(choices.workflow ?? 'default'), choices.budget)
	return {
		run,
		question: order.question,
		history: '',
		workflow,
		replay: replayOf(choices.records ?? []),
		budget: createRunBudget(workflow.budget, noUsage, answerShare(workflow, order.question, dependencies.models)),
		account: null,
		models: dependencies.models,
		prompts: dependencies.prompts,
		write: async () => {},
		signal: choices.signal ?? never,
		answerNow: choices.answerNow ?? never,
	}
}

function contextIn(session: Session, nodeId: string, effort: Effort): StageContext {
	const node = session.workflow.nodes.find(({ id }) => id === nodeId)
	if (node === undefined) throw new Error(`the workflow has no node ${nodeId}`)
	return contextOf(node, session, effort)
}

/** Runs a whole attempt. */
export async function attemptIn(dependencies: ReasoningDependencies, choices: AttemptChoices = {}): Promise<Attempted> {
	const { run = aRun({ text: order.question }), records = [], signal = never, answerNow = never } = choices
	const { settings, spending } = choices
	const chosen = { ...(settings === undefined ? {} : { settings }), ...(spending === undefined ? {} : { spending }) }
	const entries: JournalEntry[] = []
	try {
		await reason({ run, records, signal, answerNow }, { ...dependencies, ...chosen }, async (entry) => {
			entries.push(entry)
			choices.onEntry?.(entry)
		})
		return { entries, thrown: null }
	} catch (thrown) {
		return { entries, thrown }
	}
}

/** How an attempt ended: the answer, a question back, the code of the failure, or the cause of the abort. */
export function outcomeOf({ entries, thrown }: Attempted): string {
	const failure =
		thrown instanceof ThreadwiseError ? thrown.code : thrown instanceof AbortedError ? thrown.abortCause : null
	const outcomes = [
		...eventsOf(entries, 'run-end').map((end) => `answered: ${end.content?.answer}`),
		...eventsOf(entries, 'run-wait').map((wait) => `asked back: ${wait.content?.question}`),
		...(thrown === null ? [] : [failure ?? `${thrown}`]),
	]
	return outcomes.join(' and ')
}

/** The calls in a journal, as node and key, in the order in which they ended. */
export function callsIn(entries: readonly JournalEntry[]): readonly string[] {
	return entries.flatMap(({ nodeId, event }) => (event.kind === 'model-call-end' ? [`${nodeId}/${event.callKey}`] : []))
}

/** The events of one kind, in order. */
export function eventsOf<Kind extends JournalEventKind>(
	entries: readonly JournalEntry[],
	kind: Kind,
): readonly JournalEventOf<Kind>[] {
	const isOfKind = (event: JournalEntry['event']): event is JournalEventOf<Kind> => event.kind === kind
	return entries.map(({ event }) => event).filter(isOfKind)
}

/** Runs a generator to its end. */
export async function collect<Event, Result>(
	generator: AsyncGenerator<Event, Result, void>,
): Promise<{ readonly events: readonly Event[]; readonly result: Result }> {
	const events: Event[] = []
	for (;;) {
		const { done, value } = await generator.next()
		if (done === true) return { events, result: value }
		events.push(value)
	}
}
