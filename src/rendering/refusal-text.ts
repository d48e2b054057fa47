import type { ActionResult } from '../core/actor.ts'
import type { ErrorReport } from '../core/errors.ts'

/** What somebody reads who may not do what they wanted. */
export function refusalText({ message, fix }: Pick<ErrorReport, 'message' | 'fix'>): string {
	return `${message} ${fix}`
}

/** The same for what was wanted of several runs; null where it was done with one of them, or there were none. */
export function refusalIn(results: readonly ActionResult[]): string | null {
	const refusals = results.filter((result) => result.outcome === 'refused')
	const [refusal] = refusals
	return refusal === undefined || refusals.length < results.length ? null : refusalText(refusal)
}
