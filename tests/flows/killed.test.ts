import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { IncomingMessage } from '../../src/core/conversation.ts'
import { aMessage } from '../support/builders.ts'
import { type PracticeServer, startPractice } from '../support/command-line.ts'
import type { TemporaryFolder } from '../support/data-folder.ts'
import { preparedFolder } from '../support/prepared-folder.ts'

// Every step here is a process of its own that opens a database.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 })

const program = fileURLToPath(new URL('../support/doomed-worker.ts', import.meta.url))
const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'
const finishedSchema = z.object({
	answer: z.string(),
	lastSeqAtKill: z.number(),
	journaledCalls: z.number(),
	callsAfterwards: z.number(),
})
type Finished = z.infer<typeof finishedSchema>

let folder: TemporaryFolder
let practice: PracticeServer
let log: string

beforeAll(async () => {
	folder = await preparedFolder()
	log = join(folder.path, 'requests.log')
	practice = await startPractice(['--log', log, '--mistake-pattern', 'notebooks'])
	// The log exists from the first request on; an empty one stands for none.
	await execa('touch', [log])
})

afterAll(async () => {
	await practice[Symbol.asyncDispose]()
	await folder[Symbol.asyncDispose]()
})

test('a run killed with kill -9 at every journal position ends in the same answer and repeats no recorded call', async () => {
	const never = Number.MAX_SAFE_INTEGER
	await runProcess(null, message('reference'), never)
	const reference = await runProcess(message('reference'), null, never)
	const total = reference?.journaledCalls ?? 0
	expect(total).toBeGreaterThan(5)

	const finished: Finished[] = []
	let killed: IncomingMessage | null = null
	let seq = 1
	while (seq < (reference?.lastSeqAtKill ?? 0)) {
		const next = message(`killed-at-${seq}`)
		// One process finishes what the one before it was killed in, then is killed itself.
		const line = await runProcess(killed, next, seq)
		if (line !== null) finished.push(line)
		killed = next
		seq = Math.max(seq, line?.lastSeqAtKill ?? 0) + 1
	}
	const last = await runProcess(killed, null, never)
	if (last !== null) finished.push(last)

	expect(finished.length).toBeGreaterThan(15)
	for (const { answer, journaledCalls, callsAfterwards } of finished) {
		expect(answer).toBe(reference?.answer)
		expect(callsAfterwards).toBe(total - journaledCalls)
	}
})

function message(id: string): IncomingMessage {
	return aMessage({ id, threadId: id, text: question })
}

async function runProcess(
	finish: IncomingMessage | null,
	ask: IncomingMessage | null,
	killAtSeq: number,
): Promise<Finished | null> {
	const options = { folder: folder.path, baseUrl: practice.baseUrl, log, finish, ask, killAtSeq }
	const { stdout, signal, exitCode, stderr } = await execa(process.execPath, [program, JSON.stringify(options)], {
		reject: false,
	})
	if (signal !== 'SIGKILL' && exitCode !== 0)
		throw new Error(`The worker process ended with status ${exitCode}: ${stderr}`)
	return stdout === '' ? null : finishedSchema.parse(JSON.parse(stdout))
}
