import { ThreadwiseError } from '../core/errors.ts'
import type { AppendedRow, ClaimedEntries } from './append-events.ts'

/**
 * Appends under a claim, in the order of the calls: when one fails, those of the same run that wait behind it fail as well. Null
 * where the condition for it isn't met.
 */
export type AppendInGroups = (claimed: ClaimedEntries) => Promise<AppendedRow | null>

/** Appends to several runs in one statement and returns the rows of those whose condition is met. */
export type AppendToRuns = (claimed: readonly ClaimedEntries[]) => Promise<readonly AppendedRow[]>

type Waiting = ClaimedEntries & { readonly settled: PromiseWithResolvers<AppendedRow | null> }
/** What one statement appends to one run. */
type Share = readonly [Waiting, ...Waiting[]]

/** More would keep the first ones waiting for the last one's lines. */
const mostRuns = 100
/** One that is being written while the next one is gathered, and one more so that nobody waits for two commits. */
const mostStatements = 2

/**
 * Writes what the runs of this process append at the same time in one statement, and so with one commit: while groups are being
 * written, the next one gathers. What a run appends while its last group is being written waits for that. Each run's entries are written under its own claim, with or without those of the others.
 */
export function createAppendInGroups(append: AppendToRuns): AppendInGroups {
	let waiting: Waiting[] = []
	const beingWritten = new Set<string>()
	let statements = 0
	let isScheduled = false

	const fail = (runId: string, error: unknown) => {
		const failed = waiting.filter(({ claim }) => claim.runId === runId)
		waiting = waiting.filter(({ claim }) => claim.runId !== runId)
		for (const { settled } of failed) settled.reject(error)
	}
	const writeShares = async (shares: readonly Share[]): Promise<void> => {
		try {
			const rows = new Map((await append(shares.map(toGiven))).map((row) => [row.id, row]))
			for (const { claim, settled } of shares.flat()) settled.resolve(rows.get(claim.runId) ?? null)
		} catch (error) {
			if (isRefusal(error) && shares.flat().length > 1) return writeOneByOne(shares)
			for (const { claim, settled } of shares.flat()) {
				settled.reject(error)
				fail(claim.runId, error)
			}
		}
	}
	/** What the database will never take spoils the statement that it is in: nothing else shall end with it. */
	const writeOneByOne = async (shares: readonly Share[]): Promise<void> => {
		for (const [first, ...others] of shares) {
			waiting = [...others, ...waiting]
			await writeShares([[first]])
		}
	}
	const writeNext = async (): Promise<void> => {
		if (statements === mostStatements) return
		const shares = sharesOf(waiting.filter(({ claim }) => !beingWritten.has(claim.runId)))
		if (shares.length === 0) return
		const taken = new Set(shares.flat())
		const runIds = shares.map(([{ claim }]) => claim.runId)
		waiting = waiting.filter((appended) => !taken.has(appended))
		for (const runId of runIds) beingWritten.add(runId)
		statements += 1
		await writeShares(shares)
		statements -= 1
		for (const runId of runIds) beingWritten.delete(runId)
		void writeNext()
	}
	/**
	 * What else the same piece of news brings goes along; while something is being written, also whatever else comes in during this turn
	 * of the event loop. Where nothing is, waiting for the rest of the turn would cost the run more than the database a statement.
	 */
	const scheduleNext = () => {
		if (isScheduled || statements === mostStatements) return
		isScheduled = true
		const begin = () => {
			isScheduled = false
			void writeNext()
		}
		if (statements === 0) process.nextTick(begin)
		else setImmediate(begin)
	}
	return (claimed) => {
		const settled = Promise.withResolvers<AppendedRow | null>()
		waiting.push({ ...claimed, settled })
		scheduleNext()
		return settled.promise
	}
}

function isRefusal(error: unknown): boolean {
	return error instanceof ThreadwiseError && error.code === 'store-refused'
}

/** One statement updates each run once and under one condition: whatever needs another one waits, with all that is behind it. */
function sharesOf(waiting: readonly Waiting[]): readonly Share[] {
	const shares = new Map<string, Share>()
	const complete = new Set<string>()
	for (const appended of waiting) {
		const { runId } = appended.claim
		const share = shares.get(runId)
		if (share === undefined) {
			if (shares.size < mostRuns) shares.set(runId, [appended])
		} else if (!complete.has(runId) && isAlike(share[0], appended)) shares.set(runId, [...share, appended])
		else complete.add(runId)
	}
	return [...shares.values()]
}

function isAlike(first: Waiting, other: Waiting): boolean {
	return first.claim.attempt === other.claim.attempt && first.yieldsToStop === other.yieldsToStop
}

function toGiven(share: Share): ClaimedEntries {
	const [{ claim, yieldsToStop }] = share
	return { claim, yieldsToStop, entries: share.flatMap((appended) => appended.entries) }
}
