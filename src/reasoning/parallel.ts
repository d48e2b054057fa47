import { AbortedError } from '../core/abort.ts'
import type { Progress, StageEvent } from '../core/stage.ts'

type Step<Result> =
	| { readonly index: number; readonly result: IteratorResult<StageEvent, Result> }
	| { readonly index: number; readonly error: unknown }

/**
 * Runs generators side by side and yields what each of them yields, as it comes; results in order. When one fails, or the
 * whole is left early, `abort` is called, the others are closed, and the error is thrown. When one isn't covered by the budget,
 * the others end first: what they have begun is paid for.
 */
export async function* parallel<Result>(
	work: readonly Progress<Result>[],
	abort: () => void,
): Progress<readonly Result[]> {
	const results = new Map<number, Result>()
	const pending = new Map<number, Promise<void>>()
	const steps = createQueue<Step<Result>>()
	const advance = (index: number, generator: Progress<Result>) => {
		pending.set(
			index,
			generator.next().then(
				(result) => steps.put({ index, result }),
				(error: unknown) => steps.put({ index, error }),
			),
		)
	}
	let uncovered: AbortedError | null = null
	let ended = 0
	for (const [index, generator] of work.entries()) advance(index, generator)
	try {
		while (ended < work.length) {
			const step = await steps.take()
			const { index } = step
			pending.delete(index)
			if ('error' in step) {
				const refusal = uncoveredOr(step.error)
				ended++
				uncovered ??= refusal
				continue
			}
			const { result } = step
			if (result.done === true) {
				ended++
				results.set(index, result.value)
				continue
			}
			yield result.value
			const generator = work[index]
			if (generator !== undefined) advance(index, generator)
		}
		if (uncovered !== null) throw uncovered
		return [...results.entries()].toSorted(([left], [right]) => left - right).map(([, result]) => result)
	} finally {
		if (ended < work.length) await closeAll(work, pending.values(), abort)
	}
}

/** What comes from several sides, in the order in which it came. A race would listen to every side anew for each step. */
function createQueue<Item>() {
	const items: Item[] = []
	let arrival = Promise.withResolvers<void>()
	return {
		put: (item: Item): void => {
			items.push(item)
			arrival.resolve()
		},
		take: async (): Promise<Item> => {
			for (;;) {
				const item = items.shift()
				if (item !== undefined) return item
				arrival = Promise.withResolvers<void>()
				await arrival.promise
			}
		},
	}
}

/** The refusal of the budget; any other error is thrown on. */
function uncoveredOr(error: unknown): AbortedError {
	if (error instanceof AbortedError && error.abortCause === 'budget') return error
	throw error
}

/**
 * A generator that awaits something is closed only when that has settled, and it may wait for another one: so all of them are
 * told at once. The abort makes the wait short.
 */
async function closeAll(
	work: readonly Progress<unknown>[],
	pending: Iterable<Promise<unknown>>,
	abort: () => void,
): Promise<void> {
	abort()
	await Promise.allSettled([...pending, ...work.map((generator) => generator.throw(new Error('closed')))])
}
