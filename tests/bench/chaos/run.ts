import { setTimeout as sleep } from 'node:timers/promises'
import { repliesIn } from '../../support/loopback-chat/replies.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { type CallFigures, judgeCalls, type Kill, slowestTakeoverMs } from './calls.ts'
import { keepEvidence } from './evidence.ts'
import { type AskedQuestion, findingsAbout, judgeOutcomes, type OutcomeFigures } from './outcomes.ts'
import { type PlannedQuestion, planQuestions } from './questions.ts'
import type { DatabaseReader } from './records.ts'
import { type ChaosScene, type ChaosStore, openScene } from './scene.ts'
import { openSlot, type Slot } from './slots.ts'
import { killBot, killWorkers } from './unrest.ts'

export type ChaosParameters = {
	readonly store: ChaosStore
	readonly questions: number
	readonly seed: number
	readonly workers: number
	readonly killEveryMs: number
	/** Over what time the questions are asked. */
	readonly askOverMs: number
	/** When workers are left alone; null: not before the last outcome. */
	readonly killForMs: number | null
	/** When the bot is killed. */
	readonly killBotAtMs: readonly number[]
	/** When what has no outcome yet counts as lost. */
	readonly limitMs: number
	/** How long to watch for something that is shown twice after the last outcome. */
	readonly watchMs: number
}

export type ChaosFigures = OutcomeFigures &
	CallFigures & {
		readonly kills: number
		readonly botKills: number
		readonly slowestTakeoverMs: number
		/** Deliveries of the chat's events beyond the first of each. */
		readonly redeliveries: number
		/** Runs by their end. */
		readonly answered: number
		readonly failed: number
		readonly seconds: number
	}

export type ChaosResult = {
	readonly figures: ChaosFigures
	/** What to look into, in sentences: the lost, the doubled, the failed, and processes that couldn't be started again. */
	readonly findings: readonly string[]
}

/** Has people ask while workers and the bot are killed, and judges what came of it. `onProgress` is told of every outcome. */
export async function runChaos(
	parameters: ChaosParameters,
	onProgress: (outcomes: number) => void,
	signal: AbortSignal,
): Promise<ChaosResult> {
	const random = seededRandom(parameters.seed)
	const questions = planQuestions(parameters.questions, parameters.askOverMs, random)
	await using scene = await openScene(parameters.store)
	const troubles: string[] = []
	const onTrouble = (error: unknown) => void troubles.push(String(error))
	await using slots = new AsyncDisposableStack()
	const [bot, ...workers] = await Promise.all([
		openSlot(scene.startBot, onTrouble),
		...Array.from({ length: parameters.workers }, () => openSlot(scene.startWorker, onTrouble)),
	])
	for (const slot of [bot, ...workers]) slots.use(slot)

	const startedAt = performance.now()
	await using unrest = startUnrest(parameters, { bot, workers, database: scene.database, random })
	const asked = await askAll(questions, scene, signal)
	const leftMs = Math.max(0, Math.round(parameters.limitMs - (performance.now() - startedAt)))
	await untilAllAnswered(scene, asked.length, AbortSignal.timeout(leftMs), signal, onProgress)
	const seconds = (performance.now() - startedAt) / 1_000
	const { kills, botKills } = await unrest.end()
	await sleep(parameters.watchMs, undefined, { signal })

	const [runs, events, requests] = await Promise.all([scene.database.runs(), scene.database.events(), scene.requests()])
	const { messages } = scene.chat
	const countOf = (wanted: string) => runs.filter(({ state }) => state === wanted).length
	const figures: ChaosFigures = {
		...judgeOutcomes(asked, runs, messages),
		kills: kills.length,
		botKills,
		...judgeCalls(events, requests, kills),
		slowestTakeoverMs: slowestTakeoverMs(events, kills),
		redeliveries: scene.chat.redeliveries(),
		answered: countOf('answered'),
		failed: countOf('failed'),
		seconds: Math.round(seconds),
	}
	const findings = [...findingsAbout(asked, runs, messages), ...troubles]
	if (findings.length === 0 && keepsPromise(figures)) return { figures, findings }
	const folder = await keepEvidence({
		figures,
		asked,
		runs,
		events,
		requests,
		kills,
		messages,
		deliveries: await scene.database.deliveries(),
		...Object.fromEntries(
			[bot, ...workers].map((slot, index) => [index === 0 ? 'bot' : `worker-${index}`, slot.output()]),
		),
	})
	return { figures, findings: [...findings, `evidence: ${folder}`] }
}

/** Every question had exactly one visible outcome, no recorded result was computed twice, repeats were in flight at a kill. */
export function keepsPromise(figures: ChaosFigures): boolean {
	const { lost, doubled, takenBack, recordedResultsComputedTwice, unexplainedRepeats } = figures
	const faults = [lost, doubled, takenBack, recordedResultsComputedTwice, unexplainedRepeats]
	return faults.every((count) => count === 0) && figures.callsMadeAgain <= figures.callsInFlightAtKills
}

type Unrest = {
	readonly bot: Slot
	readonly workers: readonly Slot[]
	readonly database: DatabaseReader
	readonly random: () => number
}

function startUnrest(parameters: ChaosParameters, { bot, workers, database, random }: Unrest) {
	const over = new AbortController()
	const kills: Kill[] = []
	const { killEveryMs: everyMs, killForMs } = parameters
	const worn = killForMs === null ? over.signal : AbortSignal.any([over.signal, AbortSignal.timeout(killForMs)])
	const killing = killWorkers({ workers, database, everyMs, random, onKill: (kill) => void kills.push(kill) }, worn)
	const killingBot = killBot(bot, parameters.killBotAtMs, over.signal)
	const end = async () => {
		over.abort()
		await killing
		return { kills, botKills: await killingBot }
	}
	return {
		end,
		[Symbol.asyncDispose]: async () => {
			await end()
		},
	}
}

async function askAll(
	questions: readonly PlannedQuestion[],
	{ chat }: ChaosScene,
	signal: AbortSignal,
): Promise<readonly AskedQuestion[]> {
	const startedAt = performance.now()
	const asked: AskedQuestion[] = []
	for (const question of questions) {
		await sleep(Math.max(0, question.atMs - (performance.now() - startedAt)), undefined, { signal })
		const askedAt = Date.now()
		asked.push({ ...question, askedAt, messageId: chat.ask(question).id })
	}
	return asked
}

async function untilAllAnswered(
	{ chat }: ChaosScene,
	count: number,
	limit: AbortSignal,
	signal: AbortSignal,
	onProgress: (outcomes: number) => void,
): Promise<void> {
	const isDone = () => {
		const outcomes = repliesIn(chat.messages).filter(({ isComplete }) => isComplete).length
		onProgress(outcomes)
		return outcomes >= count
	}
	await chat.until(isDone, AbortSignal.any([limit, signal])).catch((error: unknown) => {
		signal.throwIfAborted()
		// What is missing at the limit is what the figures are about.
		if (!limit.aborted) throw error
	})
}
