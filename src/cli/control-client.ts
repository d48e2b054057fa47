import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { z } from 'zod'
import { conversationSchema } from '../core/conversation.ts'
import { ThreadwiseError } from '../core/errors.ts'
import { type JournalRecord, parseJournalRecord } from '../core/journal.ts'
import { runStateSchema } from '../core/run.ts'
import type { ServiceElsewhere } from './service-port.ts'

const answerMs = 10_000
const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string(), fix: z.string() }) })
const askedSchema = z.object({ runId: z.string() })
const stoppedSchema = z.object({ state: runStateSchema.nullable() })

/** Uses the process that holds the data folder. Null if nobody answers there. */
export async function connectToHolder({
	port,
	token,
}: {
	port: number
	token: string
}): Promise<ServiceElsewhere | null> {
	const call = caller(`http://127.0.0.1:${port}`, token)
	if (!(await answers(call))) return null
	return {
		place: 'elsewhere',
		ask: async (message) => askedSchema.parse(await json(await call('/runs', message))).runId,
		stop: async (runId, reason) => stoppedSchema.parse(await json(await call(`/runs/${runId}/stop`, { reason }))).state,
		conversationOf: async (runId) => conversationSchema.parse(await json(await call(`/runs/${runId}/conversation`))),
		read: async (runId) =>
			z
				.array(z.unknown())
				.parse(await json(await call(`/runs/${runId}/journal`)))
				.map(parseJournalRecord),
		follow: (runId, afterSeq, signal) => followLines(call, runId, afterSeq, signal),
		[Symbol.asyncDispose]: async () => {},
	}
}

type Call = (path: string, body?: unknown, signal?: AbortSignal) => Promise<Response>

function caller(origin: string, token: string): Call {
	return async (path, body, signal = AbortSignal.timeout(answerMs)) => {
		const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
		const request =
			body === undefined ? { headers, signal } : { method: 'POST', headers, body: JSON.stringify(body), signal }
		const response = await fetch(`${origin}${path}`, request)
		if (!response.ok) throw await failureOf(response)
		return response
	}
}

async function json(response: Response): Promise<unknown> {
	return response.json()
}

/** The holder may have ended between the reading of its file and the call. */
async function answers(call: Call): Promise<boolean> {
	return call('/').then(
		() => true,
		(error: unknown) => error instanceof ThreadwiseError,
	)
}

async function failureOf(response: Response): Promise<Error> {
	const report = errorSchema.safeParse(await response.json().catch(() => null))
	if (!report.success) {
		return new ThreadwiseError('internal', `The running process answered with status ${response.status}.`, {
			fix: 'End that process and start it again, so that both are of one version.',
		})
	}
	const { code, message, fix } = report.data.error
	return new ThreadwiseError(knownCode(code), message, { fix })
}

/** What the holder may refuse a request with. */
const passedOn = z.enum([
	'question-empty',
	'question-too-long',
	'run-unknown',
	'store-unavailable',
	'store-refused',
	'queue-unavailable',
])

function knownCode(code: string) {
	const known = passedOn.safeParse(code)
	return known.success ? known.data : 'internal'
}

/** A connection that breaks means that the process died: whoever holds the folder next goes on with the run. */
async function* followLines(
	call: Call,
	runId: string,
	afterSeq: number,
	signal: AbortSignal,
): AsyncGenerator<JournalRecord> {
	const response = await call(`/runs/${runId}/follow?after=${afterSeq}`, undefined, signal)
	if (response.body === null) return
	const lines = createInterface({ input: Readable.fromWeb(response.body as ReadableStream) })
	// Empty lines only show that the holder is alive.
	for await (const line of lines) if (line !== '') yield parseJournalRecord(JSON.parse(line))
}
