import { OpenAI } from 'openai'
import { expect, test, vi } from 'vitest'
import { readBody } from './reply-body.ts'
import { SupervisedCall } from './supervised-call.ts'

const client = new OpenAI({ apiKey: 'none', logLevel: 'off' })
const asked = { alias: 'strong', model: 'scripted-1', server: 'localhost:1', redact: (text: string) => text }

test('every byte counts as a sign of life, also the comments of a server that queues', async () => {
	const pieces = [
		': queued\n\n',
		': queued\n\n',
		'data: {"choices":[{"delta":{"content":"Eight"}}]}\n\n',
		'data: [DONE]\n\n',
	]
	const bytes = pieces.map((piece) => new TextEncoder().encode(piece))
	const response = new Response(ReadableStream.from(bytes), { headers: { 'content-type': 'text/event-stream' } })
	const call = new SupervisedCall(new AbortController().signal, 60_000)
	const heard = vi.spyOn(call, 'heard')
	const texts: string[] = []
	for await (const event of readBody(response, call, client, asked)) texts.push(event.text)
	expect(texts).toEqual(['Eight'])
	expect(heard).toHaveBeenCalledTimes(4)
})

test('a server that keeps the connection open after the end mark does not keep the reply back', async () => {
	const body = new ReadableStream<Uint8Array>({
		start: (controller) => controller.enqueue(new TextEncoder().encode('data: {"choices":[]}\n\ndata: [DONE]\n\n')),
	})
	const call = new SupervisedCall(new AbortController().signal, 60_000)
	const events = readBody(new Response(body), call, client, asked)
	expect(await events.next()).toMatchObject({ done: false, value: { text: '' } })
	expect(await events.next()).toEqual({ done: true, value: undefined })
})
