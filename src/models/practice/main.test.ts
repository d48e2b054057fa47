import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const children: ChildProcess[] = []

afterEach(() => {
	for (const child of children.splice(0)) child.kill('SIGKILL')
})

function started(child: ChildProcess): { readonly child: ChildProcess; readonly exited: Promise<unknown[]> } {
	children.push(child)
	return { child, exited: once(child, 'exit') }
}

async function portOf({ stdout }: ChildProcess): Promise<number> {
	if (stdout === null) throw new Error('The child has no output.')
	const [line] = await once(stdout, 'data')
	return (JSON.parse(String(line)) as { port: number }).port
}

describe('as a process of its own', { timeout: 15_000 }, () => {
	test('it says its port in one line, serves, and ends with its parent', async () => {
		const { child, exited } = started(fork(main, ['--port', '0'], { silent: true }))
		const port = await portOf(child)
		expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
		child.disconnect()
		expect(await exited).toEqual([0, null])
	})

	test('SIGTERM ends it', async () => {
		const { child, exited } = started(spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'ignore'] }))
		await portOf(child)
		child.kill('SIGTERM')
		expect(await exited).toEqual([0, null])
	})
})
