import { OpenAI } from 'openai'
import { Agent } from 'undici'
import { expect, test, vi } from 'vitest'
import {
	hang,
	reply,
	type ScriptedStep,
	startScriptedModelServer,
	statusWithBody,
} from '../../tests/support/scripted-model-server.ts'
import { createModelEndpoint } from './endpoint.ts'
import { createEndpointFetch, createPatientAgent } from './endpoint-fetch.ts'

const messages = [{ role: 'user' as const, content: 'hello' }]

// The clock of undici's own limits ticks once a second, so these two take that long; they do so at the same time.
test.concurrent('waits for headers where an agent with a limit of its own gives up', async () => {
	const { promise: limitReached, resolve: openGate } = Promise.withResolvers<void>()
	const late: ScriptedStep = async (request, response) => {
		await limitReached
		await reply('Eight')(request, response)
	}
	await using server = await startScriptedModelServer(({ body }) => (body.model === 'impatient' ? hang() : late))
	const ask = (agent: Agent, model: string) =>
		createEndpointFetch(agent)(`${server.baseUrl}/chat/completions`, {
			method: 'POST',
			body: JSON.stringify({ model }),
		})
	const [impatientAgent, patientAgent] = [new Agent({ headersTimeout: 50, bodyTimeout: 50 }), createPatientAgent()]
	const patient = ask(patientAgent, 'patient')
	await server.request(0)
	await expect(ask(impatientAgent, 'impatient')).rejects.toMatchObject({ cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } })
	openGate()
	expect((await patient).status).toBe(200)
	await Promise.all([impatientAgent.destroy(), patientAgent.destroy()])
})

test.concurrent('waits between two pieces of the body where an agent with a limit of its own gives up', async () => {
	const { promise: limitReached, resolve: openGate } = Promise.withResolvers<void>()
	await using server = await startScriptedModelServer(() => async (_request, response) => {
		response.writeHead(200).write('first ')
		await limitReached
		response.end('second')
	})
	const ask = (agent: Agent) => createEndpointFetch(agent)(server.baseUrl, { method: 'POST', body: '{}' })
	const [impatientAgent, patientAgent] = [new Agent({ headersTimeout: 0, bodyTimeout: 50 }), createPatientAgent()]
	const patient = await ask(patientAgent)
	const impatient = await ask(impatientAgent)
	await expect(impatient.text()).rejects.toMatchObject({ cause: { code: 'UND_ERR_BODY_TIMEOUT' } })
	openGate()
	expect(await patient.text()).toBe('first second')
	await Promise.all([impatientAgent.destroy(), patientAgent.destroy()])
})

test('an endpoint uses the patient connections and closes them all', async () => {
	await using server = await startScriptedModelServer(() => reply('Eight'))
	const endpoint = createModelEndpoint({ name: 'scripted', baseUrl: server.baseUrl, apiKey: null })
	const answer = await endpoint.client().chat.completions.create({ model: 'scripted-1', messages }).asResponse()
	await answer.text()
	expect(endpoint.client()).toBe(endpoint.client())
	expect(server.openSockets()).toBe(1)
	await endpoint.close()
	await vi.waitFor(() => expect(server.openSockets()).toBe(0))
})

const bodies = [
	{ body: { error: { message: 'no', code: 'x' } }, words: 'no' },
	{ body: { error: 'no such thing' }, words: 'no such thing' },
	{ body: { object: 'error', message: 'from an old vLLM', code: 400 }, words: 'from an old vLLM' },
	{ body: { detail: 'Not found' }, words: 'Not found' },
	{
		body: { detail: [{ loc: ['body', 'seed'], msg: 'not permitted', input: { temperature: 1 } }] },
		words: 'body.seed: not permitted',
	},
	{ body: null, words: 'null' },
]

test.each(bodies)('finds the words in the error body $body', async ({ body, words }) => {
	await using server = await startScriptedModelServer([statusWithBody(400, body)])
	const agent = createPatientAgent()
	const fetch = createEndpointFetch(agent)
	const client = new OpenAI({ apiKey: 'none', baseURL: server.baseUrl, fetch, maxRetries: 0, logLevel: 'off' })
	const asking = client.chat.completions.create({ model: 'scripted-1', messages })
	await expect(asking).rejects.toMatchObject({ status: 400, message: `400 ${words}` })
	await agent.destroy()
})
