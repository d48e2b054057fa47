import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { execa, type Options } from 'execa'
import { z } from 'zod'

/** The file behind the command `threadwise`. */
export const threadwiseProgram = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

const practice = fileURLToPath(new URL('../../src/models/practice/main.ts', import.meta.url))
const readySchema = z.object({ port: z.number() })

/** The variables that a command starts with: nothing of this machine's own configuration. */
function cleanEnvironment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
	const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env
	return { PATH, HOME, NODE_COMPILE_CACHE, ...variables }
}

/** Runs a command of Threadwise as a process of its own. Never rejects for an exit status. */
export function threadwise(
	args: readonly string[],
	variables: Readonly<Record<string, string>>,
	options: Options = {},
) {
	return runProgram([threadwiseProgram, ...args], variables, options)
}

/** Runs a program, which is a file and its arguments, as a process of its own. Never rejects for an exit status. */
export function runProgram(
	fileAndArguments: readonly string[],
	variables: Readonly<Record<string, string>>,
	options: Options = {},
) {
	return execa(process.execPath, [...fileAndArguments], {
		reject: false,
		extendEnv: false,
		env: cleanEnvironment(variables),
		stdin: 'ignore',
		...options,
	})
}

export type PracticeServer = AsyncDisposable & { readonly baseUrl: string }

/** Starts the practice model as a process of its own. */
export async function startPractice(args: readonly string[] = []): Promise<PracticeServer> {
	const child = execa(process.execPath, [practice, '--port', '0', ...args], { reject: false, stdin: 'ignore' })
	const [line] = await once(createInterface({ input: child.stdout }), 'line')
	const { port } = readySchema.parse(JSON.parse(String(line)))
	return {
		baseUrl: `http://127.0.0.1:${port}/v1`,
		[Symbol.asyncDispose]: async () => {
			child.kill('SIGTERM')
			await child
		},
	}
}
