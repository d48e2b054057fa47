import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { IncomingMessage } from '../../src/core/conversation.ts'
import { aMessage } from '../support/builders.ts'
import { type PracticeServer, runProgram } from '../support/command-line.ts'
import type { TemporaryFolder } from '../support/data-folder.ts'
import { servePractice } from '../support/practice-server.ts'
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
/** How many runs one process is killed in. */
const atOnce = 6
type Finished = z.infer<typeof finishedSchema>

let folder: TemporaryFolder
let practice: PracticeServer
let log: string

beforeAll(async () => {
	folder = await preparedFolder()
	log = join(folder.path, 'requests.log')
	practice = await servePractice(['--log', log, '--mistake-pattern', 'notebooks'])
	// The log exists from the first request on; an empty one stands for none.
	await execa('touch', [log])
})

afterAll(async () => {
	await practice[Symbol.asyncDispose]()
	await folder[Symbol.asyncDispose]()
})

test('a run killed with kill -9 at every journal position ends in the same answer and repeats no recorded call', async () => {
	await runProcess([], [{ message: message('reference'), killAtSeq: Number.MAX_SAFE_INTEGER }])
	const [reference] = await runProcess([message('reference')], [])
	const {
		answer,
		journaledCalls: total,
		lastSeqAtKill: end,
	} = reference ?? { answer: '', journaledCalls: 0, lastSeqAtKill: 0 }
	expect(total).toBeGreaterThan(5)

	const finished: Finished[] = []
	let killed: readonly IncomingMessage[] = []
	let stretches = Array.from({ length: atOnce }, (_, index) => ({
		seq: Math.floor((index * end) / atOnce) + 1,
		end: Math.floor(((index + 1) * end) / atOnce) + 1,
	}))
	while (stretches.length > 0) {
		const ask = stretches.map(({ seq }) => ({ message: message(`killed-at-${seq}`), killAtSeq: seq }))
		// One process finishes what the one before it was killed in, then is killed itself.
		const lines = await runProcess(killed, ask)
		finished.push(...lines)
		killed = ask.map(({ message }) => message)
		stretches = stretches.map((stretch) => goOn(stretch, lines)).filter(({ seq, end }) => seq < end)
	}
	finished.push(...(await runProcess(killed, [])))

	expect(finished.length).toBeGreaterThan(15)
	for (const each of finished) {
		expect(each.answer).toBe(answer)
		expect(each.callsAfterwards).toBe(total - each.journaledCalls)
	}
})

type Stretch = { readonly seq: number; readonly end: number }

/** The next position, past all that were written at once with one that a run was killed at. */
function goOn({ seq, end }: Stretch, finished: readonly Finished[]): Stretch {
	const covered = finished.map(({ lastSeqAtKill }) => lastSeqAtKill).filter((last) => last < end)
	return { seq: Math.max(seq, ...covered) + 1, end }
}

function message(id: string): IncomingMessage {
	return aMessage({ id, threadId: id, text: question })
}

async function runProcess(
	finish: readonly IncomingMessage[],
	ask: readonly { readonly message: IncomingMessage; readonly killAtSeq: number }[],
): Promise<readonly Finished[]> {
	const options = { folder: folder.path, baseUrl: practice.baseUrl, log, finish, ask }
	const { stdout, signal, exitCode, stderr } = await runProgram([program, JSON.stringify(options)], {})
	if (signal !== 'SIGKILL' && exitCode !== 0)
		throw new Error(`The worker process ended with status ${exitCode}: ${stderr}`)
	const lines = String(stdout)
		.split('\n')
		.filter((line) => line !== '')
	return lines.map((line) => finishedSchema.parse(JSON.parse(line)))
}
