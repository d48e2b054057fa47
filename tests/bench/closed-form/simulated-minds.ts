import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const program = fileURLToPath(new URL('../programs/simulated-minds.ts', import.meta.url))
const readySchema = z.object({ port: z.number() })

/** Starts the model server of the benchmark in a process of its own. */
export async function startSimulatedMinds(): Promise<AsyncDisposable & { readonly baseUrl: string }> {
	const child = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
	const [message] = await Promise.race([
		once(child, 'message'),
		once(child, 'exit').then(([code]) => Promise.reject(new Error(`The simulated minds ended with status ${code}.`))),
	])
	return {
		baseUrl: `http://127.0.0.1:${readySchema.parse(message).port}/v1`,
		[Symbol.asyncDispose]: async () => {
			if (child.exitCode !== null || child.signalCode !== null) return
			child.kill('SIGTERM')
			await once(child, 'exit')
		},
	}
}
