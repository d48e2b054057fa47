import type { IncomingMessage } from '../core/conversation.ts'
import { refusalCodes, ThreadwiseError } from '../core/errors.ts'
import type { Observe } from '../core/telemetry.ts'

type Ask<Result> = (message: IncomingMessage) => Promise<Result>

/** The same, of which refusals are watched: they are told to whoever asks, and stand nowhere else. */
export function observedAsk<Result>(ask: Ask<Result>, observe: Observe): Ask<Result> {
	return (message) =>
		ask(message).catch((error: unknown) => {
			if (error instanceof ThreadwiseError && refusalCodes.has(error.code)) {
				const { platform } = message.conversation
				observe({ kind: 'run-refused', runId: null, platform, code: error.code })
			}
			throw error
		})
}
