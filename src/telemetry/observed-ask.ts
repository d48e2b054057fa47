import type { EditResult } from '../core/actor.ts'
import type { IncomingMessage } from '../core/conversation.ts'
import { type ErrorCode, ThreadwiseError } from '../core/errors.ts'
import type { Observe } from '../core/telemetry.ts'

const refusals: ReadonlySet<ErrorCode> = new Set(['question-empty', 'question-too-long', 'forbidden', 'budget', 'busy'])

type Ask<Result> = (message: IncomingMessage) => Promise<Result>

/** The same, of which refusals are watched: they are told to whoever asks, and stand nowhere else. */
export function observedAsk<Result>(ask: Ask<Result>, observe: Observe): Ask<Result> {
	return (message) =>
		ask(message).catch((error: unknown) => {
			if (error instanceof ThreadwiseError && refusals.has(error.code)) {
				const { platform } = message.conversation
				observe({ kind: 'run-refused', runId: null, platform, code: error.code })
			}
			throw error
		})
}

/** The same for edits: one that is refused changes nothing, so that no store hears of it. */
export function observedEdit<More extends readonly unknown[]>(
	edit: (message: IncomingMessage, ...more: More) => Promise<EditResult>,
	observe: Observe,
): typeof edit {
	return async (message, ...more) => {
		const result = await edit(message, ...more)
		const { platform } = message.conversation
		if (result.outcome === 'refused') observe({ kind: 'run-refused', runId: null, platform, code: result.code })
		return result
	}
}
