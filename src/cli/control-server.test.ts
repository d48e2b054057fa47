import { describe, expect, onTestFinished, test } from 'vitest'
import { aMessage, delta, outcomes, recordsOf } from '../../tests/support/builders.ts'
import { freePort } from '../../tests/support/servers.ts'
import type { StopReason } from '../core/abort.ts'
import type { IncomingMessage } from '../core/conversation.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalRecord } from '../core/journal.ts'
import { connectToHolder } from './control-client.ts'
import { startControlServer } from './control-server.ts'

const records = recordsOf([delta('It is '), delta('104.\u{2028}\u{2029}\r\n'), { event: outcomes.end('It is 104.') }])
type Service = Parameters<typeof startControlServer>[0]
const never = new AbortController().signal

/** A service in this process that remembers what it was asked. */
function keptService(change: Partial<Service> = {}) {
	const asked: IncomingMessage[] = []
	const stopped: string[] = []
	const service: Service = {
		place: 'here',
		ask: async (message: IncomingMessage) => {
			asked.push(message)
			return 'run-1'
		},
		stop: async (runId: string, reason: StopReason) => {
			stopped.push(`${runId} ${reason}`)
			return 'running'
		},
		conversationOf: async () => aMessage({ threadId: 'thread' }).conversation,
		read: async () => records,
		follow: async function* (_runId: string, afterSeq: number) {
			yield* records.filter(({ seq }) => seq > afterSeq)
		},
		...change,
	}
	return { service, asked, stopped }
}

/** The service as another process of the same user reaches it. */
async function reached(service: Service) {
	const control = await startControlServer(service)
	onTestFinished(() => control[Symbol.asyncDispose]())
	const elsewhere = await connectToHolder(control)
	if (elsewhere === null) throw new Error('nobody answers')
	return { control, elsewhere }
}

async function followed(records: AsyncIterable<JournalRecord>): Promise<readonly JournalRecord[]> {
	const read: JournalRecord[] = []
	for await (const record of records) read.push(record)
	return read
}

describe('the process that holds the data folder, reached from another one', () => {
	test('asks, stops, reads and follows as it would itself', async () => {
		const { service, asked, stopped } = keptService()
		const { elsewhere } = await reached(service)
		const message = aMessage({ text: 'How much is 6 × 7? 🙏' })
		expect(elsewhere.place).toBe('elsewhere')
		expect(await elsewhere.ask(message)).toBe('run-1')
		expect(asked).toEqual([message])
		expect(await elsewhere.conversationOf('run-1')).toMatchObject({ platform: 'testing', threadId: 'thread' })
		expect(await elsewhere.stop('run-1', 'user')).toBe('running')
		expect(stopped).toEqual(['run-1 user'])
		expect(await elsewhere.read('run-1')).toEqual(records)
		expect(await followed(elsewhere.follow('run-1', 0, never))).toEqual(records)
		expect(await followed(elsewhere.follow('run-1', 2, never))).toEqual(records.slice(2))
	})

	test('tells what went wrong with its code and its fix', async () => {
		const refused = new ThreadwiseError('question-empty', 'There is no question.', { fix: 'Write one.' })
		const { service } = keptService({ ask: () => Promise.reject(refused) })
		const { elsewhere } = await reached(service)
		await expect(elsewhere.ask(aMessage())).rejects.toMatchObject({
			name: 'ThreadwiseError',
			code: 'question-empty',
			message: 'There is no question.',
			fix: 'Write one.',
		})
	})

	test('a record is passed on when it is written, not at the end', async () => {
		const open = Promise.withResolvers<void>()
		const { service } = keptService({
			follow: async function* () {
				yield* records.slice(0, 1)
				await open.promise
			},
		})
		const { elsewhere } = await reached(service)
		const reading = elsewhere.follow('run-1', 0, never)[Symbol.asyncIterator]()
		expect((await reading.next()).value).toEqual(records[0])
		open.resolve()
		expect((await reading.next()).done).toBe(true)
	})

	test('whoever leaves is no longer followed for', async () => {
		const left = Promise.withResolvers<void>()
		const { service } = keptService({
			follow: async function* (_runId, _afterSeq, signal) {
				signal.addEventListener('abort', () => left.resolve(), { once: true })
				yield* records.slice(0, 1)
				await left.promise
			},
		})
		const { elsewhere } = await reached(service)
		const leave = new AbortController()
		const reading = elsewhere.follow('run-1', 0, leave.signal)[Symbol.asyncIterator]()
		await reading.next()
		leave.abort()
		await expect(reading.next()).rejects.toThrow()
		await left.promise
	})
})

describe('the door of that process', () => {
	test.each([
		['no token', {}],
		['another token', { authorization: 'Bearer guessed' }],
		['the token without its scheme', (token: string) => ({ authorization: token })],
	])('is closed to whoever has %s', async (_, headers) => {
		const { service, asked } = keptService()
		const { control } = await reached(service)
		const given = typeof headers === 'function' ? headers(control.token) : headers
		const response = await fetch(`http://127.0.0.1:${control.port}/runs`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...given },
			body: JSON.stringify(aMessage()),
		})
		expect(response.status).toBe(401)
		expect(asked).toEqual([])
	})

	test('takes nothing that is no message, and nothing that is too large', async () => {
		const { service, asked } = keptService()
		const { control } = await reached(service)
		const post = (body: string) =>
			fetch(`http://127.0.0.1:${control.port}/runs`, {
				method: 'POST',
				headers: { authorization: `Bearer ${control.token}`, 'content-type': 'application/json' },
				body,
			})
		expect((await post('{}')).status).toBe(422)
		expect((await post('not JSON')).status).toBe(422)
		expect((await post(JSON.stringify(aMessage({ text: 'x'.repeat(5_000_000) })))).ok).toBe(false)
		expect(asked).toEqual([])
	})

	test('nobody behind it is not an error: the process may have just ended', async () => {
		expect(await connectToHolder({ port: await freePort(), token: 'any' })).toBeNull()
	})
})
