import { ThreadwiseError } from '../core/errors.ts'

/**
 * Waits for the database. Its driver's errors hold the whole statement with what people wrote in it, so only their cause gets
 * out: that names the problem and no text.
 * @throws ThreadwiseError `store-unavailable`.
 */
export async function fromDatabase<Result>(work: Promise<Result>): Promise<Result> {
	try {
		return await work
	} catch (error) {
		if (error instanceof ThreadwiseError) throw error
		const cause = error instanceof Error ? error.cause : undefined
		const reason = cause instanceof Error && cause.message !== '' ? cause.message : 'no connection'
		throw new ThreadwiseError('store-unavailable', `The database refused or could not be reached: ${reason}.`, {
			fix: 'Check that the database runs and that its disk is neither full nor read-only.',
			retry: { afterMs: null },
		})
	}
}
