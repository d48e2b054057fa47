import type { Progress, StageEvent } from '../core/stage.ts'

type Step<Result> = { readonly index: number; readonly result: IteratorResult<StageEvent, Result> }

/**
 * Runs generators side by side and yields what each of them yields, as it comes; results in order. When one fails, or the
 * whole is left early, `abort` is called, the others are closed, and the error is thrown.
 */
export async function* parallel<Result>(
	work: readonly Progress<Result>[],
	abort: () => void,
): Progress<readonly Result[]> {
	const results = new Map<number, Result>()
	const pending = new Map<number, Promise<Step<Result>>>()
	const advance = (index: number, generator: Progress<Result>) => {
		pending.set(
			index,
			generator.next().then((result) => ({ index, result })),
		)
	}
	for (const [index, generator] of work.entries()) advance(index, generator)
	try {
		while (pending.size > 0) {
			const { index, result } = await Promise.race(pending.values())
			pending.delete(index)
			if (result.done === true) {
				results.set(index, result.value)
				continue
			}
			yield result.value
			const generator = work[index]
			if (generator !== undefined) advance(index, generator)
		}
		return [...results.entries()].toSorted(([left], [right]) => left - right).map(([, result]) => result)
	} finally {
		if (results.size < work.length) await closeAll(work, pending.values(), abort)
	}
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
