import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { runProgram, threadwiseProgram } from '../support/command-line.ts'
import { servePractice } from '../support/practice-server.ts'
import { preparedFolder } from '../support/prepared-folder.ts'

// The command is a process of its own that opens a database.
vi.setConfig({ testTimeout: 60_000 })

const noteLoaded = fileURLToPath(new URL('../support/note-loaded.ts', import.meta.url))

/** What people would wait for in vain at every question: platforms, the page, what asks for settings, metrics, traces, Redis. */
const foreign =
	/^(?:discord\.js|@discordjs\/.+|@slack\/.+|rehype-.+|remark-.+|highlight\.js|@hono\/zod-openapi|@clack\/.+|prom-client|@opentelemetry\/.+|ioredis)$/

test('ask loads the terminal and what answers, and nothing of other platforms and commands', async () => {
	await using folder = await preparedFolder()
	await using practice = await servePractice()
	const file = join(folder.path, 'loaded-modules')
	const variables = { THREADWISE_DATA_DIR: folder.path, OPENAI_BASE_URL: practice.baseUrl, LOADED_MODULES: file }
	const asked = await runProgram(['--import', noteLoaded, threadwiseProgram, 'ask', 'What is 17 * 23?'], variables)
	expect(asked.stdout).toContain('391')

	const loaded = (await readFile(file, 'utf8')).split('\n')
	const packages = namesIn(loaded, /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/)
	expect(packages).toContain('openai')
	expect(packages.filter((name) => foreign.test(name))).toEqual([])
	expect(namesIn(loaded, /\/adapters\/([^/]+)\//)).toEqual(['terminal'])
	expect(namesIn(loaded, /\/src\/cli\/commands\/([^/]+)\.ts$/)).toEqual(['ask'])
})

/** What the pattern finds in the addresses, each once. */
function namesIn(addresses: readonly string[], pattern: RegExp): readonly string[] {
	return [...new Set(addresses.flatMap((address) => pattern.exec(address)?.[1] ?? []))]
}
