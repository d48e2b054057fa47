import type { IncomingMessage } from '../core/conversation.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalRecord } from '../core/journal.ts'
import { openService, type ServiceOptions } from './service.ts'
import type { Service } from './service-port.ts'

/** One question's view of Threadwise, whoever holds the data folder meanwhile. */
export type LastingService = Pick<Service, 'ask' | 'stop' | 'follow' | 'conversationOf' | 'read'> & AsyncDisposable

/** Processes that end one after the other without the run getting any further. */
const mostHoldersInVain = 10

/**
 * Opens Threadwise so that it outlives the process that holds the data folder: when that ends, the next holder is used, or this
 * process becomes it, and the run goes on where its journal ends.
 */
export async function openLastingService(options: ServiceOptions): Promise<LastingService> {
	let service = await openService(options)
	let asked: IncomingMessage | null = null
	let inVain = 0

	const reopen = async () => {
		inVain += 1
		if (inVain > mostHoldersInVain) throw lostRun()
		await service[Symbol.asyncDispose]()
		service = await openService(options)
		// The same message again is the same run; this makes sure that somebody works on it.
		if (asked !== null) await service.ask(asked)
	}
	const use = async <Result>(call: (current: Service) => Promise<Result>): Promise<Result> => {
		for (;;) {
			try {
				return await call(service)
			} catch (error) {
				if (isFinalFailure(error, service)) throw error
				await reopen()
			}
		}
	}
	async function* follow(runId: string, afterSeq: number, signal: AbortSignal): AsyncGenerator<JournalRecord> {
		let seq = afterSeq
		while (!signal.aborted) {
			for await (const record of untilBroken(service, runId, seq, signal)) {
				seq = record.seq
				inVain = 0
				yield record
			}
			// Nobody asks for more after the outcome, so an end here is the end of the holder.
			if (!signal.aborted) await reopen()
		}
	}
	return {
		ask: (message) => {
			asked = message
			return use((current) => current.ask(message))
		},
		conversationOf: (runId) => use((current) => current.conversationOf(runId)),
		read: (runId) => use((current) => current.read(runId)),
		stop: (runId, reason) => use((current) => current.stop(runId, reason)),
		follow,
		[Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
	}
}

/** Follows a run until its outcome, or until the holder is gone. */
async function* untilBroken(
	service: Service,
	runId: string,
	afterSeq: number,
	signal: AbortSignal,
): AsyncGenerator<JournalRecord> {
	try {
		yield* service.follow(runId, afterSeq, signal)
	} catch (error) {
		if (!signal.aborted && isFinalFailure(error, service)) throw error
	}
}

/** A broken connection means that the holder has ended; everything else is an answer. */
function isFinalFailure(error: unknown, service: Service): boolean {
	return service.place === 'here' || error instanceof ThreadwiseError
}

function lostRun(): ThreadwiseError {
	return new ThreadwiseError('run-lost', 'The processes that worked on the question ended before it was answered.', {
		fix: 'Ask again. The question is kept, and the next start of Threadwise answers it.',
	})
}
