import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { standardAliases } from '../config/index.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { ModelSettings } from '../models/index.ts'

const program = fileURLToPath(new URL('../models/practice/main.ts', import.meta.url))
const readySchema = z.object({ port: z.number().int() })
const silenceMs = 30_000

export const setupCommand = 'npm run -s threadwise -- setup'

/** What an answer of the practice model says about itself. */
export const practiceDisclosure = `Answered by the built-in practice model, which only solves small word problems. Connect a real model: ${setupCommand}`

export type PracticeModel = AsyncDisposable & { readonly settings: ModelSettings }

/** Starts the practice model as a process of its own, which ends with this one. Arguments are those of its command line. */
export async function startPracticeModel(args: readonly string[] = []): Promise<PracticeModel> {
	const child = fork(program, ['--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
	const port = await readPort(child)
	const endpoint = { baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: null }
	return {
		settings: { endpoints: { practice: endpoint }, aliases: Object.fromEntries(standardAliases.map(practiceAlias)) },
		[Symbol.asyncDispose]: async () => {
			if (child.exitCode !== null || child.signalCode !== null) return
			child.kill('SIGTERM')
			await once(child, 'exit')
		},
	}
}

function practiceAlias(alias: string) {
	const settings = {
		endpoint: 'practice',
		model: `practice-${alias}`,
		kind: 'plain' as const,
		price: { inputUsdPerMillion: 0, outputUsdPerMillion: 0 },
		allowsTemperature: true,
		timeoutMs: silenceMs,
	}
	return [alias, settings] as const
}

async function readPort(child: ChildProcess): Promise<number> {
	if (child.stdout === null) throw notStarted('it has no output')
	const lines = createInterface({ input: child.stdout })
	const exited = once(child, 'exit').then(([code]) => Promise.reject(notStarted(`it ended with status ${code}`)))
	const [line] = await Promise.race([once(lines, 'line'), exited])
	exited.catch(() => {})
	return readySchema.parse(JSON.parse(String(line))).port
}

function notStarted(why: string): ThreadwiseError {
	return new ThreadwiseError('model-unreachable', `The practice model could not be started: ${why}.`, {
		fix: `Try again, or connect a real model: ${setupCommand}`,
	})
}
