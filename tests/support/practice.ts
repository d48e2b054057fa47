import type { RunPreferences } from '../../src/core/run-preferences.ts'
import type { PracticeOptions } from '../../src/models/practice/options.ts'
import { type RunningServer, runServer } from '../../src/models/practice/testing/running-server.ts'
import { aRun } from './builders.ts'
import { type Attempted, attemptIn, reasoningAt } from './reasoning.ts'

/** Reasoning by the practice model, over HTTP. */
export type Practice = AsyncDisposable & {
	readonly server: RunningServer
	/** Runs a whole attempt. */
	ask(question: string, preferences?: Partial<RunPreferences>): Promise<Attempted>
}

/** Starts the practice model with the mistakes that it is to make, and what reasons with it. */
export async function openPractice(mistakes: Partial<PracticeOptions> = {}): Promise<Practice> {
	const server = await runServer(mistakes)
	const { models, dependencies } = reasoningAt(`${server.url}/v1`)
	return {
		server,
		ask: (text, preferences = {}) => attemptIn(dependencies, { run: aRun({ text, preferences }) }),
		[Symbol.asyncDispose]: async () => {
			await models.close()
			await server[Symbol.asyncDispose]()
		},
	}
}
