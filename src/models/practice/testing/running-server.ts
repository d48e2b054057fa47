import { mkdtempSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { defaultOptions, type PracticeOptions } from '../options.ts'
import type { RequestRecord } from '../request-log.ts'
import { createPracticeServer } from '../server.ts'

/** A practice server on loopback, a real client for it, and what it has logged. */
export type RunningServer = AsyncDisposable & {
	readonly url: string
	readonly client: OpenAI
	records(): readonly RequestRecord[]
}

/** Starts a server on a free port; `await using` ends it with the test. */
export async function runServer(changed: Partial<PracticeOptions> = {}): Promise<RunningServer> {
	const log = join(mkdtempSync(join(tmpdir(), 'practice-')), 'requests.jsonl')
	const server = createPracticeServer({ ...defaultOptions, log, ...changed })
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	const { port } = server.address() as AddressInfo
	const url = `http://127.0.0.1:${port}`
	return {
		url,
		client: new OpenAI({ apiKey: 'none', baseURL: `${url}/v1`, maxRetries: 0, logLevel: 'off' }),
		records: () => readRecords(log),
		async [Symbol.asyncDispose]() {
			server.closeAllConnections()
			await new Promise((resolve) => server.close(resolve))
		},
	}
}

function readRecords(file: string): readonly RequestRecord[] {
	const lines = readFileSync(file, 'utf8').trim().split('\n')
	return lines.map((line): RequestRecord => JSON.parse(line))
}
