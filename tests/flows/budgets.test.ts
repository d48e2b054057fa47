import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { AbortedError } from '../../src/core/abort.ts'
import { BudgetUsedUp, budgetMeasureSchema, type DayBudgetScope } from '../../src/core/budget-level.ts'
import { reportError } from '../../src/core/errors.ts'
import type { JobQueue } from '../../src/core/job-queue.ts'
import type { JournalEntry } from '../../src/core/journal.ts'
import type { ReplyView } from '../../src/core/reply-view.ts'
import type { Run } from '../../src/core/run.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import {
	budgetUsedUp,
	type DayBudgets,
	type DayLimit,
	type Payer,
	type Spend,
	type SpendStore,
} from '../../src/core/spend-store.ts'
import type { Budget } from '../../src/core/workflow.ts'
import { createJobQueue } from '../../src/queue/index.ts'
import { bestAnswerIn, type ReasoningDependencies, reason } from '../../src/reasoning/index.ts'
import { english, foldJournal } from '../../src/rendering/index.ts'
import { createRunStore, createSpendStore } from '../../src/store/index.ts'
import { workOnRun } from '../../src/worker/work-on-run.ts'
import { aMessage, aRun, recordsOf } from '../support/builders.ts'
import {
	type Asking,
	type LimitedRun,
	limitedRun,
	logarithmic,
	type Metered,
	metered,
} from '../support/limited-runs.ts'
import type { Bill, MeteredTraits } from '../support/metered-model-server.ts'
import { eventsOf, openReasoning, order, type ReasoningWorld } from '../support/reasoning.ts'
import { databases, type TestDatabase } from '../support/stores.ts'

const runsInMemory = 1_000
/** Further ones, by workers on the store, that share the budgets of a day. */
const runsByWorkers = 200
const sideBySide = 10
const runsOfOneDay = 5

/** How late a request may begin on a busy machine after the time was over. */
const lateMs = 1_500

const never = new AbortController().signal
const troubles: unknown[] = []
let world: ReasoningWorld
let opened: TestDatabase
let store: RunStore
let onlyThatRun: RunStore
let queue: JobQueue

beforeAll(async () => {
	const [embedded] = databases
	if (embedded === undefined) throw new Error('there is no embedded database')
	world = await openReasoning()
	opened = await embedded.open()
	store = await createRunStore(opened.database)
	// Which run comes first is for others to test; here each has a worker of its own.
	onlyThatRun = { ...store, claimNext: async () => null }
	queue = await createJobQueue(
		{ kind: 'postgres', pool: opened.database.pool },
		{ onTrouble: (error) => troubles.push(error), onRelief: () => {} },
	)
})
afterAll(async () => {
	await queue.close()
	await store.close()
	await opened[Symbol.asyncDispose]()
	await world[Symbol.asyncDispose]()
	expect(troubles).toEqual([])
})
// Retries wait for a random part of their limit: here for none of it.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

/** What a run, whoever worked on it, has left behind. */
type Outcome = { readonly entries: readonly JournalEntry[]; readonly kind: 'answered' | 'stopped' }

async function runInMemory(run: Run, dependencies: ReasoningDependencies): Promise<Outcome> {
	const entries: JournalEntry[] = []
	try {
		const attempt = { run, records: [], signal: never }
		await reason(attempt, dependencies, async (entry) => void entries.push(entry))
		return { entries, kind: 'answered' }
	} catch (error) {
		expect(error).toBeInstanceOf(AbortedError)
		if (!(error instanceof AbortedError)) throw error
		expect(['budget', 'deadline']).toContain(error.abortCause)
		if (error.abortCause === 'budget') expect(error).toBeInstanceOf(BudgetUsedUp)
		return { entries, kind: 'stopped' }
	}
}

function expectWithinBudget({ server }: Metered, limits: Budget, { entries }: Outcome, startedAt: number): void {
	const { tokens, costMicroUsd } = server.bill()
	expect(tokens).toBeLessThanOrEqual(limits.tokens)
	expect(costMicroUsd).toBeLessThanOrEqual(limits.usd * 1_000_000)
	const calls = eventsOf(entries, 'model-call-end').length
	const allowed = eventsOf(entries, 'run-route').reduce((sum, { callLimit }) => sum + callLimit, 0)
	expect(calls).toBeLessThanOrEqual(Math.max(allowed, 1))
	const lastStart = Math.max(...server.requests.map((request) => request.startedAt), startedAt)
	expect(lastStart - startedAt).toBeLessThanOrEqual(limits.seconds * 1_000 + lateMs)
}

function askedRun({ text, preferences }: Asking): Run {
	return aRun({ text, preferences })
}

async function endsWithinItsBudget({ traits: given, budget: limits, asking: asked }: LimitedRun): Promise<Outcome> {
	await using limited = await metered(world.dependencies, given, limits)
	const startedAt = Date.now()
	const outcome = await runInMemory(askedRun(asked), limited.dependencies)
	expectWithinBudget(limited, limits, outcome, startedAt)
	const end = outcome.entries.at(-1)?.event
	if (outcome.kind === 'answered') expect(end?.kind === 'run-end' && end.content?.answer).toBeTruthy()
	return outcome
}

describe(`${runsInMemory + runsByWorkers} runs with small budgets and deadlines`, () => {
	test(`${runsInMemory} of them: what is billed is within the budget, and each ends in an answer or a clear stop`, async () => {
		const counts = { answered: 0, stopped: 0, withBestAnswer: 0 }
		await fc.assert(
			fc.asyncProperty(fc.array(limitedRun, { minLength: sideBySide, maxLength: sideBySide }), async (runs) => {
				for (const { kind, entries } of await Promise.all(runs.map(endsWithinItsBudget))) {
					counts[kind] += 1
					if (kind === 'stopped' && bestAnswerIn(recordsOf(entries)).answer !== '') counts.withBestAnswer += 1
				}
			}),
			{ numRuns: runsInMemory / sideBySide, seed: 7, endOnFailure: true },
		)
		// Budgets that never end anything, or always, would prove nothing.
		expect(counts.answered).toBeGreaterThan(runsInMemory / 5)
		expect(counts.stopped).toBeGreaterThan(runsInMemory / 5)
		expect(counts.withBestAnswer).toBeGreaterThan(runsInMemory / 20)
	}, 60_000)

	test(`${runsByWorkers} of them by workers that share a day's budgets: what is billed is within those as well`, async () => {
		const counts = { answered: 0, stopped: 0, stoppedByDay: 0 }
		await fc.assert(
			fc.asyncProperty(sharedDay, async (day) => {
				for (const outcome of await endWithinTheDay(day)) {
					counts[outcome.kind] += 1
					const [stop] = eventsOf(outcome.entries, 'run-stop')
					if (stop?.budget !== undefined && stop.budget.scope !== 'run') counts.stoppedByDay += 1
				}
			}),
			{ numRuns: runsByWorkers / runsOfOneDay, seed: 7, endOnFailure: true },
		)
		expect(counts.answered).toBeGreaterThan(runsByWorkers / 5)
		expect(counts.stopped).toBeGreaterThan(runsByWorkers / 5)
		expect(counts.stoppedByDay).toBeGreaterThan(runsByWorkers / 10)
	}, 60_000)
})

describe("a person's budget of a day", () => {
	const unlimited: DayLimit = { calls: null, tokens: null, costMicroUsd: null }
	const calm: MeteredTraits = {
		seed: 1,
		latencyMs: 1,
		reportsUsage: true,
		thinking: 0,
		faults: 0,
		charactersPerToken: 4,
		price: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 },
		excess: 1,
	}
	const hard: Asking = { text: order.question, preferences: { route: 'staged', effort: 'low' } }
	/** Analysis, plan, three subtasks and the answer. */
	const callsOfHard = 6

	/** Asks as often as said, one after the other, and gives the view of each and how many requests were made for it. */
	async function asked(budgets: DayBudgets, times = 1) {
		const place = { workspaceId: randomUUID(), personId: 'ada', channelId: 'channel' }
		const spending = createSpendStore(opened.database, budgets)
		const views: (ReplyView & { readonly requests: number })[] = []
		for (let count = 0; count < times; count++) {
			await using limited = await metered(world.dependencies, calm, {})
			const { entries } = await runByWorker(hard, place, limited, spending)
			views.push({ ...foldJournal(recordsOf(entries)), requests: limited.server.requests.length })
		}
		return { views, spending, payer: { platform: 'testing', ...place } }
	}
	const personWith = (limit: Partial<DayLimit>): DayBudgets => ({
		person: { ...unlimited, ...limit },
		channel: unlimited,
		installation: unlimited,
	})

	test('that ends in the middle of a question ends it with what there is, and says which one it was', async () => {
		const { views } = await asked(personWith({ calls: callsOfHard - 1 }))
		expect(views).toMatchObject([
			{
				status: 'stopped',
				stopReason: 'budget',
				budget: { scope: 'person', measure: 'calls', limit: callsOfHard - 1, left: 0 },
				answer: expect.stringContaining('Price the pens. → $48'),
				requests: callsOfHard - 2,
			},
		])
	})

	test('gives back what was put aside for an answer that was not written', async () => {
		const { spending, payer } = await asked(personWith({ calls: callsOfHard - 1 }))
		expect(await spending.exhausted(payer)).toBeNull()
	})

	test('is told with the answer once less than a fifth is left of it, and not before', async () => {
		const { views: low } = await asked(personWith({ calls: callsOfHard + 1 }))
		expect(low).toMatchObject([{ status: 'answered', budget: { scope: 'person', limit: callsOfHard + 1, left: 1 } }])
		const { views: ample } = await asked(personWith({ calls: callsOfHard * 2 }))
		expect(ample).toMatchObject([{ status: 'answered', budget: null }])
	})

	test('that is used up ends a question before anything is asked, and refuses the next one', async () => {
		const { views, spending, payer } = await asked(personWith({ calls: callsOfHard }), 2)
		expect(views).toMatchObject([
			{ status: 'answered' },
			{ status: 'stopped', stopReason: 'budget', budget: { scope: 'person', left: 0 }, answer: '', requests: 0 },
		])
		const usedUp = await spending.exhausted(payer)
		expect(usedUp === null ? null : reportError(budgetUsedUp(usedUp))).toEqual({
			code: 'budget',
			message: 'Your budget for today, 6 model calls, is used up.',
			fix: expect.stringContaining('00:00 UTC'),
		})
	})

	test('that does not exist costs nothing: the store of spend is never asked', async () => {
		const refuses = () => Promise.reject(new Error('the store was asked'))
		const nobody: SpendStore = { limits: () => false, charge: refuses, correct: refuses, exhausted: refuses }
		await using limited = await metered(world.dependencies, calm, {})
		const place = { workspaceId: randomUUID(), personId: 'ada', channelId: 'channel' }
		expect(await runByWorker(hard, place, limited, nobody)).toMatchObject({ kind: 'answered' })
	})
})

const dayLimit: fc.Arbitrary<DayLimit> = fc.record({
	calls: fc.option(fc.integer({ min: 1, max: 60 }), { nil: null }),
	tokens: fc.option(logarithmic(5_000, 150_000).map(Math.ceil), { nil: null }),
	costMicroUsd: fc.option(logarithmic(10_000, 2_000_000).map(Math.ceil), { nil: null }),
})

const sharedDay = fc.record({
	budgets: fc.record({ person: dayLimit, channel: dayLimit, installation: dayLimit }),
	runs: fc.array(limitedRun, { minLength: runsOfOneDay, maxLength: runsOfOneDay }),
})
type SharedDay = typeof sharedDay extends fc.Arbitrary<infer Value> ? Value : never

/** Several people in several channels of one workspace ask at once, and two processes work on it. */
async function endWithinTheDay({ budgets, runs }: SharedDay): Promise<readonly Outcome[]> {
	const workspaceId = randomUUID()
	const processes = [opened.database, opened.sameFromElsewhere].map((database) => createSpendStore(database, budgets))
	const worked = await Promise.all(
		runs.map(async ({ traits: given, budget: limits, asking: asked }, index): Promise<Worked> => {
			const place = { personId: `person-${index % 2}`, channelId: `channel-${index % 3}` }
			await using limited = await metered(world.dependencies, given, limits)
			const spending = processes[index % 2]
			if (spending === undefined) throw new Error('there is no such process')
			const startedAt = Date.now()
			const outcome = await runByWorker(asked, { workspaceId, ...place }, limited, spending)
			expectWithinBudget(limited, limits, outcome, startedAt)
			return { place, outcome, bill: limited.server.bill() }
		}),
	)
	for (const payer of worked.map(({ place }) => place)) {
		const charged = await chargedTo({ platform: 'testing', workspaceId, ...payer })
		expectCovered(
			worked.filter(({ place }) => place.personId === payer.personId),
			charged.person,
			budgets.person,
		)
		expectCovered(
			worked.filter(({ place }) => place.channelId === payer.channelId),
			charged.channel,
			budgets.channel,
		)
		expectCovered(worked, charged.installation, budgets.installation)
	}
	return worked.map(({ outcome }) => outcome)
}

type Place = { readonly personId: string; readonly channelId: string }
type Worked = { readonly place: Place; readonly outcome: Outcome; readonly bill: Bill }

/** The bills are within what was charged, and that within the budget, wherever there is one. */
function expectCovered(worked: readonly Worked[], charged: Partial<Spend>, limit: DayLimit): void {
	const billed: Spend = {
		calls: worked.flatMap(({ outcome }) => eventsOf(outcome.entries, 'model-call-end')).length,
		tokens: worked.reduce((sum, { bill }) => sum + bill.tokens, 0),
		costMicroUsd: worked.reduce((sum, { bill }) => sum + bill.costMicroUsd, 0),
	}
	for (const measure of budgetMeasureSchema.options) {
		const [most, counted] = [limit[measure], charged[measure]]
		if (most === null || counted === undefined) continue
		expect(billed[measure]).toBeLessThanOrEqual(counted)
		expect(counted).toBeLessThanOrEqual(most)
	}
}

const chargedRow = z.object({
	scope: z.string(),
	calls: z.number(),
	tokens: z.coerce.number(),
	cost: z.coerce.number(),
})

/** What the database says of today. */
async function chargedTo({ workspaceId, personId, channelId }: Payer): Promise<Record<DayBudgetScope, Partial<Spend>>> {
	const { rows } = z.object({ rows: z.array(chargedRow) }).parse(
		await opened.database.orm.execute(sql`
			select scope, calls, tokens, cost_micro_usd as cost from threadwise.spend s
				join threadwise.installations i on i.id = s.installation_id
			where i.workspace_id = ${workspaceId} and subject in ('', ${personId}, ${channelId})`),
	)
	const of = (scope: DayBudgetScope): Partial<Spend> => {
		const row = rows.find((each) => each.scope === scope)
		return row === undefined ? {} : { calls: row.calls, tokens: row.tokens, costMicroUsd: row.cost }
	}
	return { person: of('person'), channel: of('channel'), installation: of('installation') }
}

/** Records a question and has a worker with these models work on it. */
async function runByWorker(
	{ text, preferences }: Asking,
	{ workspaceId, personId, channelId }: Place & { readonly workspaceId: string },
	{ dependencies }: Metered,
	spending: SpendStore,
): Promise<Outcome> {
	const message = aMessage({ text, workspaceId, author: { id: personId, name: 'Ada' } })
	const asked = {
		...message,
		conversation: { ...message.conversation, channelId },
		preferences: { ...message.preferences, ...preferences },
	}
	const { runId } = await store.record(asked)
	const worker = {
		store: onlyThatRun,
		queue,
		reasoning: { ...dependencies, spending },
		owner: 'worker',
		onTrouble: (error: unknown) => void troubles.push(error),
	}
	expect(await workOnRun(runId, never, worker)).toEqual({ kind: 'done' })
	const records = await store.read(runId)
	const view = foldJournal(records)
	expect(['answered', 'stopped']).toContain(view.status)
	if (view.status === 'answered') expect(view.answer).not.toBe('')
	if (view.stopReason === 'budget') expect(english.stopped('budget', view.budget)).toMatch(/budget .* is used up/)
	return { entries: records.map((event) => ({ event })), kind: view.status === 'answered' ? 'answered' : 'stopped' }
}
