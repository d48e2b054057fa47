import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { setUp } from '../../src/cli/commands/setup.ts'
import { createClackPrompter } from '../../src/cli/setup/clack-prompter.ts'

/** What is typed, each once its question is on the screen. */
export type TypedAnswers = readonly (readonly [question: string, keys: string])[]

export type SetupTerminal = {
	readonly folder: string
	/** Where setup looks for Ollama. */
	readonly ollama: string
	readonly environment?: NodeJS.ProcessEnv
	readonly colored?: boolean
}

/** Presses keys in a terminal in which `setup` runs. `screen` is what was written since the last answer. */
export async function setUpInTerminal(
	answers: TypedAnswers,
	{ folder, ollama, environment = {}, colored = false }: SetupTerminal,
) {
	const input = Object.assign(new PassThrough(), { isTTY: false })
	const output = Object.assign(new PassThrough(), { columns: 100, rows: 40 })
	let screen = ''
	let everything = ''
	output.on('data', (piece) => {
		screen += String(piece)
		everything += String(piece)
	})
	const failures: unknown[] = []
	const places = [{ id: 'ollama', title: 'Ollama', baseUrl: ollama, start: 'ollama serve' }]
	const place = { prompter: createClackPrompter(input, output), colored, folder, environment, places }
	const running = setUp(place, { fail: (error) => failures.push(error) })
	for (const [question, keys] of answers) {
		await vi.waitFor(() => expect(screen).toContain(question), { timeout: 20_000 })
		screen = ''
		for (const each of keys.split(/(?=\r)/)) {
			input.write(each)
			await sleep(20)
		}
	}
	const exitStatus = await running
	return { exitStatus, screen, everything, failures }
}
