import { randomUUID } from 'node:crypto'
import { conversationOf, toIncomingMessage } from '../../../adapters/playground/receive.ts'
import { createLog } from '../../../src/cli/log.ts'
import { createOpenParts } from '../../../src/cli/open-parts.ts'
import { openRuntime, type Runtime } from '../../../src/cli/runtime.ts'
import { loadConfig } from '../../../src/config/index.ts'
import { noPreferences } from '../../../src/core/run-preferences.ts'
import { schoolTrip } from '../../support/school-trip.ts'

/** How much there is in a data folder before anybody looks at it. */
export type Seeds = {
	readonly conversations: number
	readonly finishedRuns: number
	readonly signal: AbortSignal
}

/** Questions that are answered side by side. */
const concurrency = 20
const patienceMs = 60_000

/** Fills a data folder with conversations of answered questions. Returns their thread ids. */
export async function fillFolder(folder: string, modelUrl: string, seeds: Seeds): Promise<readonly string[]> {
	const variables = {
		THREADWISE_DATA_DIR: folder,
		OPENAI_BASE_URL: modelUrl,
		THREADWISE_CONCURRENCY: String(concurrency),
	}
	const loaded = loadConfig(variables, null)
	if (!loaded.ok) throw new Error('the settings of the benchmark are wrong')
	await using opened = createOpenParts()
	const runtime = await openRuntime({ config: loaded.config, log: createLog('silent').log }, opened)
	await runtime.startWorker()
	const threadIds = Array.from({ length: seeds.conversations }, () => randomUUID())
	const waiting = Array.from({ length: seeds.finishedRuns }, () => threadIds).flat()
	const answerRest = async () => {
		for (let threadId = waiting.pop(); threadId !== undefined; threadId = waiting.pop()) {
			seeds.signal.throwIfAborted()
			await answer(runtime, threadId)
		}
	}
	await Promise.all(Array.from({ length: concurrency }, answerRest))
	return threadIds
}

async function answer({ intake, store }: Runtime, threadId: string): Promise<void> {
	const message = toIncomingMessage({
		threadId,
		messageId: randomUUID(),
		text: schoolTrip.question,
		preferences: noPreferences,
		person: { id: 'owner', name: 'Ada' },
		timeZone: undefined,
		acceptLanguage: undefined,
		at: new Date(),
	})
	const { runId } = await intake.ask(message)
	for await (const { kind } of store.follow(runId, 0, AbortSignal.timeout(patienceMs))) if (kind === 'run-end') return
	throw new Error(`The run ${runId} in ${JSON.stringify(conversationOf(threadId))} was not answered.`)
}
