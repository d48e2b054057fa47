import { setTimeout as sleep } from 'node:timers/promises'
import { runProgram, threadwiseProgram } from './command-line.ts'

/** A command that runs until it is told to end. Disposing it kills it if it still runs. */
export type RunningProcess = AsyncDisposable & {
	readonly pid: number
	/** What it has written so far, on both outputs. */
	output(): string
	kill(signal: NodeJS.Signals): void
	/** Its end: exit status (null after a signal) and how long it took from the call to this. */
	ended(): Promise<{ readonly exitCode: number | null; readonly tookMs: number }>
}

const startTimeoutMs = 60_000

/** Starts `start`, `bot` or `worker` and waits until it says that it is running. */
export function startedProcess(command: string, variables: Readonly<Record<string, string>>): Promise<RunningProcess> {
	return startedProgram([threadwiseProgram, command], variables)
}

/** Starts a program, which is a file and its arguments, and waits until it says that it is running. */
export async function startedProgram(
	fileAndArguments: readonly string[],
	variables: Readonly<Record<string, string>>,
): Promise<RunningProcess> {
	let output = ''
	const child = runProgram(fileAndArguments, variables, { all: true, buffer: false, forceKillAfterDelay: false })
	child.all?.on('data', (chunk: Buffer) => {
		output += chunk.toString()
	})
	let ended = false
	const ending = child.then((result) => {
		ended = true
		return result
	})
	const givenUpAt = performance.now() + startTimeoutMs
	while (!output.includes('is running.')) {
		if (ended || performance.now() > givenUpAt) {
			child.kill('SIGKILL')
			throw new Error(`${fileAndArguments.join(' ')} didn't start: ${output}`)
		}
		await sleep(20)
	}
	return {
		pid: child.pid ?? 0,
		output: () => output,
		kill: (signal) => {
			child.kill(signal)
		},
		ended: async () => {
			const before = performance.now()
			const { exitCode = null } = await ending
			return { exitCode, tookMs: performance.now() - before }
		},
		[Symbol.asyncDispose]: async () => {
			child.kill('SIGKILL')
			await ending
		},
	}
}
