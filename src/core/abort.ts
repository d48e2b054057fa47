import { z } from 'zod'

/**
 * Why a run was stopped for good. `superseded`: the question was edited, and a newer run answers it. `uninstalled`: the bot was taken
 * off the place in which it was asked.
 */
export const stopReasonSchema = z.enum(['user', 'budget', 'deadline', 'superseded', 'uninstalled'])
export type StopReason = z.infer<typeof stopReasonSchema>

/** Why somebody interrupts a run from outside. `answer-now` ends no run: whatever leads to the answer ends, and the answer begins. */
export const cancelReasonSchema = z.enum([...stopReasonSchema.options, 'answer-now'])
export type CancelReason = z.infer<typeof cancelReasonSchema>

/** Why running work must end now. The causes that aren't stop reasons end nothing for the asker: another attempt goes on, or the run does. */
export type AbortCause = CancelReason | 'shutdown' | 'lease-lost' | 'sibling-failed'

/** The reason that every abort signal of Threadwise carries. */
export class AbortedError extends Error {
	override readonly name = 'AbortedError'
	readonly abortCause: AbortCause

	constructor(abortCause: AbortCause) {
		super(`aborted: ${abortCause}`)
		this.abortCause = abortCause
	}
}

/** The cause carried by an aborted signal, or null while it isn't aborted by Threadwise. */
export function abortCauseOf(signal: AbortSignal): AbortCause | null {
	return signal.aborted && signal.reason instanceof AbortedError ? signal.reason.abortCause : null
}

/** One signal that aborts with the first cause of several. */
export function mergeSignals(...signals: readonly AbortSignal[]): AbortSignal {
	return AbortSignal.any([...signals])
}
