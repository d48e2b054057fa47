import type { StopReason } from '../core/abort.ts'
import type { Action, ActionResult, Actor, RunBegun } from '../core/actor.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { GivenFeedback } from '../core/feedback.ts'
import type { JobQueue } from '../core/job-queue.ts'
import { insistOn, may, mayNameAsAllowed, runAsSubject, settingsAsSubject } from '../core/may.ts'
import { isFinished, type Run } from '../core/run.ts'
import type { Effort, RunPreferences } from '../core/run-preferences.ts'
import type { Again, RunStore } from '../core/run-store.ts'
import type { Settings, SettingsKey, SettingsStore } from '../core/settings.ts'
import { type Admit, refusalFrom } from './admit.ts'

/** What people do with runs. Nothing changes where they may not. */
export type Actions = {
	/** Stops a run. One that has its outcome stays as it is. */
	stop(runId: string, actor: Actor): Promise<ActionResult>
	/** Has a run answer from what it has. */
	answerNow(runId: string, actor: Actor): Promise<ActionResult>
	/** Begins another run of a question that was answered. Pressed twice, it is one run. */
	again(runId: string, kind: Again['kind'], actor: Actor): Promise<RunBegun>
	/** Keeps what somebody thinks of an answer. */
	feedback(runId: string, actor: Actor, feedback: GivenFeedback): Promise<ActionResult>
}

export type ActionDependencies = {
	readonly store: RunStore
	readonly queue: Pick<JobQueue, 'cancel'>
	readonly admit: Admit
	readonly enqueue: (runId: string, attempt: number) => Promise<void>
	readonly stop: (runId: string, reason: StopReason) => Promise<unknown>
	readonly onTrouble: (error: unknown, runId: string) => void
}

/** In characters. */
const longestReason = 2_000

const done: ActionResult = { outcome: 'done' }

export function createActions(dependencies: ActionDependencies): Actions {
	const { store, stop } = dependencies
	/** The run, if they may do this with it. */
	const permitted = async (runId: string, action: Action, actor: Actor): Promise<Run> => {
		const run = await store.find(runId)
		if (run === null) throw unknownRun(runId)
		insistOn(may(actor, action, runAsSubject(run)))
		return run
	}
	return {
		stop: (runId, actor) =>
			orRefusal(async () => {
				await permitted(runId, 'stop', actor)
				await stop(runId, 'user')
				return done
			}),
		answerNow: (runId, actor) =>
			orRefusal(async () => {
				await permitted(runId, 'answer-now', actor)
				await hurry(runId, dependencies)
				return done
			}),
		again: (runId, kind, actor) =>
			orRefusal(async () => {
				const run = await permitted(runId, 'again', actor)
				return beginAgain(run, kind, actor, dependencies)
			}),
		feedback: (runId, actor, feedback) =>
			orRefusal(async () => {
				const { state } = await permitted(runId, 'feedback', actor)
				if (!isFinished(state)) throw unfinished()
				await keepFeedback(store, runId, actor.personId, feedback)
				return done
			}),
	}
}

/** Changes settings, if whoever wants it may and isn't shut out by it. */
export function changeSettings(
	store: Pick<SettingsStore, 'write'>,
	actor: Actor,
	key: SettingsKey,
	settings: Settings,
): Promise<ActionResult> {
	return orRefusal(async () => {
		insistOn(may(actor, 'change-settings', settingsAsSubject(key)))
		insistOn(mayNameAsAllowed(actor, key, settings))
		await store.write(key, settings)
		return done
	})
}

async function orRefusal<Result>(act: () => Promise<Result>) {
	return act().catch(refusalFrom)
}

async function hurry(runId: string, { store, queue, enqueue, onTrouble }: ActionDependencies): Promise<void> {
	const requested = await store.requestAnswerNow(runId)
	if (requested === null) throw unknownRun(runId)
	const { state, nextAttempt } = requested
	if (nextAttempt !== null) await enqueue(runId, nextAttempt)
	if (state === 'running') await queue.cancel(runId, 'answer-now').catch((error) => onTrouble(error, runId))
}

async function beginAgain(
	run: Run,
	kind: Again['kind'],
	actor: Actor,
	{ store, admit, enqueue }: ActionDependencies,
): Promise<RunBegun> {
	const { conversation, asker } = run
	const wanted = { actor, action: 'again', conversation, ownerId: asker.id, replacesOne: false } as const
	const { effort } = await admit(wanted)
	const preferences = kind === 'regenerate' ? run.preferences : await harder(run, effort, store)
	const recorded = await store.recordAgain(run.id, { kind, preferences, personId: actor.personId })
	if (recorded.outcome === 'unknown') throw unknownRun(run.id)
	if (recorded.outcome === 'unfinished') throw unfinished()
	if (recorded.outcome === 'outdated') throw outdated()
	if (recorded.outcome === 'recorded') await enqueue(recorded.runId, 1)
	return { outcome: 'begun', runId: recorded.runId }
}

const nextEffort: Readonly<Record<Effort, Effort>> = { low: 'medium', medium: 'high', high: 'high' }

/** The stages, at the effort that comes next after the one the run was answered with. */
async function harder(
	{ id, preferences }: Run,
	preferred: Effort,
	store: Pick<RunStore, 'read'>,
): Promise<RunPreferences> {
	const routed = (await store.read(id)).findLast((record) => record.kind === 'run-route')
	const effort = nextEffort[routed?.effort ?? preferences.effort ?? preferred]
	return { ...preferences, route: 'staged', effort }
}

async function keepFeedback(
	store: RunStore,
	runId: string,
	personId: string,
	{ helpful, reason }: GivenFeedback,
): Promise<void> {
	const said = (reason === undefined && !helpful ? await foundWrong(store, runId, personId) : reason)?.trim() ?? ''
	if (said.length > longestReason) {
		const length = said.length.toLocaleString('en')
		throw new ThreadwiseError('usage', `The reason has ${length} characters; 2,000 fit.`, { fix: 'Shorten it.' })
	}
	const content = said === '' ? null : { reason: said }
	await store.annotate(runId, [{ event: { kind: 'feedback', personId, helpful, content } }])
}

/** What somebody has said before of an answer that didn't help them, if anything. */
async function foundWrong(store: RunStore, runId: string, personId: string): Promise<string | null> {
	const records = await store.read(runId)
	const given = records.filter((record) => record.kind === 'feedback')
	const before = given.findLast((feedback) => feedback.personId === personId)
	return before?.helpful === false ? (before.content?.reason ?? null) : null
}

function unknownRun(runId: string): ThreadwiseError {
	return new ThreadwiseError('run-unknown', `There is no run ${runId}.`, {
		fix: 'It may have been deleted; ask the question again.',
	})
}

function unfinished(): ThreadwiseError {
	return new ThreadwiseError('usage', 'This question is still being answered.', {
		fix: 'Wait for the answer, or stop it first.',
	})
}

function outdated(): ThreadwiseError {
	return new ThreadwiseError('usage', 'The question of this answer was edited since.', {
		fix: 'Do this with the answer to what it says now.',
	})
}
