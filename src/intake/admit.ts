import type { Action, Actor, Refused } from '../core/actor.ts'
import type { Conversation } from '../core/conversation.ts'
import { counted } from '../core/counted.ts'
import { type ErrorCode, reportError, ThreadwiseError } from '../core/errors.ts'
import { insistOn, may } from '../core/may.ts'
import type { ResolvedSettings, SettingsReader } from '../core/resolve-settings.ts'
import type { RunStore } from '../core/run-store.ts'
import { budgetUsedUp, type SpendStore } from '../core/spend-store.ts'
import { countOnceInAWhile } from './count-once-in-a-while.ts'

/** A run that somebody wants to begin. */
export type Wanted = {
	readonly actor: Actor
	readonly action: Extract<Action, 'ask' | 'edit' | 'again'>
	readonly conversation: Conversation
	/** Whose question it is; null where they were erased. */
	readonly ownerId: string | null
	/** Whether it takes the place of a run, so that no more of them wait. */
	readonly replacesOne: boolean
}

/**
 * Lets a run begin, or doesn't. Returns what is set for whoever wants it.
 * @throws ThreadwiseError `forbidden`, `budget` or `busy`; whatever the stores throw.
 */
export type Admit = (wanted: Wanted) => Promise<ResolvedSettings>

export type AdmitDependencies = {
	readonly store: Pick<RunStore, 'load'>
	readonly settings: SettingsReader
	readonly spending: Pick<SpendStore, 'exhausted'> | null
	/** How many runs may wait for a worker before further ones are refused. */
	readonly longestQueue: number
}

export function createAdmit({ store, settings, spending, longestQueue }: AdmitDependencies): Admit {
	const countWaiting = countOnceInAWhile(async () => (await store.load()).waiting)
	return async ({ actor, action, conversation, ownerId, replacesOne }) => {
		const place = { ...conversation, personId: actor.personId }
		const chosen = await settings(place)
		insistOn(may(actor, action, { ...conversation, ownerId, admission: chosen.admission }))
		const usedUp = (await spending?.exhausted({ ...place, usdPerDay: chosen.usdPerDay })) ?? null
		if (usedUp !== null) throw budgetUsedUp(usedUp)
		if (replacesOne) return chosen
		const waiting = await countWaiting()
		if (waiting >= longestQueue) throw busy(waiting)
		return chosen
	}
}

function busy(waiting: number): ThreadwiseError {
	return new ThreadwiseError('busy', `Threadwise is busy: ${counted(waiting, 'question')} are waiting already.`, {
		fix: 'Ask again in a few minutes.',
		retry: { afterMs: null },
	})
}

const refusals: ReadonlySet<ErrorCode> = new Set([
	'question-empty',
	'question-too-long',
	'run-unknown',
	'forbidden',
	'budget',
	'busy',
	'usage',
	'config',
	'workflow',
])

/**
 * What is told to whoever wanted something, or rethrown: a store that failed refuses nothing, since the platform delivers the same
 * again.
 */
export function refusalFrom(error: unknown): Refused {
	if (!(error instanceof ThreadwiseError && refusals.has(error.code))) throw error
	const { retry } = error
	return { outcome: 'refused', ...reportError(error), retryAfterMs: retry === 'never' ? null : retry.afterMs }
}
