/**
 * A model server that plays an author and a blind verifier of a chain of steps, who err with the chances that the name of the model
 * says: `author:<step error>` and `verifier:<catches wrong>:<flags right>`. Every error is drawn by the call's own name alone.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { letters, wordIn } from '../closed-form/chain.ts'
import { draw } from '../closed-form/draws.ts'

const bodySchema = z.object({ model: z.string(), messages: z.array(z.object({ content: z.string() })) })

const server = createServer(async (request, response) => {
	const pieces: Buffer[] = []
	for await (const piece of request) pieces.push(Buffer.from(piece))
	const body = bodySchema.parse(JSON.parse(Buffer.concat(pieces).toString('utf8')))
	send(response, body.model, replyTo(body, callOf(request)))
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))

function callOf({ headers }: IncomingMessage): string {
	const call = headers['x-threadwise-call']
	if (typeof call !== 'string') throw new Error('The call has no name.')
	return call
}

function replyTo({ model, messages }: z.infer<typeof bodySchema>, call: string): unknown {
	const prompt = messages.at(-1)?.content ?? ''
	const [role, ...chances] = model.split(':')
	const word = wordIn(section(prompt, 'inputs'))
	if (role === 'author') {
		const isWrong = draw(call, 'author') < Number(chances[0])
		const result = word + (isWrong ? letters.wrong : letters.right)
		return { work: `The word is ${word}; the longer word is ${result}.`, calculations: [], result }
	}
	const claim = section(prompt, 'claimed-result').trim()
	const isRight = claim === word + letters.right
	const chance = Number(isRight ? chances[1] : chances[0])
	return { holds: draw(call, 'verifier') >= chance, evidence: `The word should be ${word}${letters.right}.` }
}

function section(prompt: string, tag: string): string {
	return prompt.split(`<${tag}>\n`)[1]?.split(`\n</${tag}>`)[0] ?? ''
}

function send(response: ServerResponse, model: string, reply: unknown): void {
	const chunk = (choices: unknown, usage?: unknown) =>
		`data: ${JSON.stringify({ id: 'simulated', object: 'chat.completion.chunk', model, choices, usage })}\n\n`
	response.writeHead(200, { 'content-type': 'text/event-stream' })
	response.end(
		chunk([{ index: 0, delta: { content: JSON.stringify(reply) }, finish_reason: null }]) +
			chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]) +
			chunk([], { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 }) +
			'data: [DONE]\n\n',
	)
}
