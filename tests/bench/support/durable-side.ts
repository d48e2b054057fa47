import { randomUUID } from 'node:crypto'
import { textContent } from '../../../src/core/content.ts'
import type { IncomingMessage } from '../../../src/core/conversation.ts'
import type { LanguageModels } from '../../../src/core/language-model.ts'
import { noPreferences } from '../../../src/core/run-preferences.ts'
import type { RunStore } from '../../../src/core/run-store.ts'
import { createIntake } from '../../../src/intake/index.ts'
import { startWorker } from '../../../src/worker/index.ts'
import type { Backend } from './backends.ts'
import { referenceReasoning } from './reference-reasoning.ts'
import { referenceQuestion } from './reference-work.ts'

/** Questions answered as the bot and a worker answer them, in this process. */
export type DurableSide = AsyncDisposable & {
	/** Resolves when the answer is in the journal. Rejects if the run ended in any other way. */
	answer(): Promise<void>
}

/** Starts a worker that works on so many runs side by side, and an intake before it. */
export async function startDurableSide(
	{ store, queue }: Pick<Backend, 'store' | 'queue'>,
	models: LanguageModels,
	concurrency: number,
): Promise<DurableSide> {
	const outcomes = createOutcomes()
	const intake = createIntake({ store, queue, longestQuestion: 10_000, longestQueue: 10_000, onTrouble: rethrow })
	const worker = await startWorker(
		{ store: outcomes.heardFrom(store), queue, reasoning: referenceReasoning(models), owner: `bench-${process.pid}` },
		{ concurrency, onTrouble: outcomes.fail, onRelief: () => {} },
	)
	return {
		answer: async () => {
			const { runId } = await intake.receive(referenceMessage())
			await outcomes.of(runId)
		},
		[Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
	}
}

/** The reference question as a platform would hand it over, each time in a conversation of its own. */
export function referenceMessage(): IncomingMessage {
	return {
		id: randomUUID(),
		conversation: { platform: 'bench', workspaceId: 'workspace', channelId: 'channel', threadId: randomUUID() },
		author: { id: 'person', name: 'Ada' },
		content: [...textContent(referenceQuestion)],
		preferences: noPreferences,
		sentAt: new Date().toISOString(),
	}
}

/** Who waits for which run. A run may end before anybody knows its id. */
function createOutcomes() {
	const waiting = new Map<string, PromiseWithResolvers<void>>()
	const waitingFor = (runId: string) => {
		const known = waiting.get(runId) ?? Promise.withResolvers<void>()
		waiting.set(runId, known)
		return known
	}
	return {
		of: async (runId: string) => {
			await waitingFor(runId).promise
			waiting.delete(runId)
		},
		fail: (error: unknown) => {
			for (const { reject } of waiting.values()) reject(error)
		},
		/** The same store, which tells here when an outcome has been written: following the journal would be the bot's work. */
		heardFrom: (store: RunStore): RunStore => ({
			...store,
			append: async (claim, entries) => {
				const appended = await store.append(claim, entries)
				const last = entries.at(-1)?.event.kind
				if (last === 'run-end') waitingFor(claim.runId).resolve()
				if (last === 'run-fail' || last === 'run-stop') {
					waitingFor(claim.runId).reject(
						new Error(`The run ${claim.runId} ended in ${JSON.stringify(entries.at(-1))}.`),
					)
				}
				return appended
			},
		}),
	}
}

function rethrow(error: unknown): never {
	throw error
}
