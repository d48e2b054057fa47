/**
 * A model server that answers the reference work after as many milliseconds as the path begins with: `/50/v1/chat/completions`. A
 * process of its own, so that its work isn't counted, and as fast as it can be. Prints its port, and ends with its parent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { replyTo } from '../support/reference-work.ts'

const server = createServer({ keepAliveTimeout: 600_000 }, async (request, response) => {
	const [, latencyMs = '0'] = (request.url ?? '').split('/')
	const bytes = bytesOf(replyTo(await bodyOf(request)))
	if (latencyMs === '0') send(response, bytes)
	else setTimeout(send, Number(latencyMs), response, bytes)
})
server.listen(0, '127.0.0.1', () => {
	const address = server.address()
	process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : null })}\n`)
})
process.stdin.resume().on('end', () => process.exit(0))

function bodyOf(request: IncomingMessage): Promise<string> {
	return new Promise((resolve, reject) => {
		let body = ''
		request.setEncoding('utf8')
		request.on('data', (piece: string) => {
			body += piece
		})
		request.on('end', () => resolve(body))
		request.on('error', reject)
	})
}

function send(response: ServerResponse, bytes: Buffer): void {
	response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': bytes.length })
	response.end(bytes)
}

/** There are a dozen different replies, so each is put together once. */
const known = new Map<string, Buffer>()

function bytesOf(text: string): Buffer {
	const bytes = known.get(text) ?? streamOf(text)
	known.set(text, bytes)
	return bytes
}

/** As few pieces as a stream can have: each one more would cost both sides the same, and make the difference look smaller. */
function streamOf(text: string): Buffer {
	const usage = { prompt_tokens: 400, completion_tokens: 40, total_tokens: 440 }
	const pieces = [
		{ choices: [{ index: 0, delta: { role: 'assistant', content: text }, finish_reason: null }] },
		{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
		{ choices: [], usage },
	]
	const frame = { id: 'reference', object: 'chat.completion.chunk', model: 'reference' }
	const lines = pieces.map((piece) => `data: ${JSON.stringify({ ...frame, ...piece })}\n\n`)
	return Buffer.from(`${lines.join('')}data: [DONE]\n\n`)
}
