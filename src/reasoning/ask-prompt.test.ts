import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openReasoning, type RoleScript, replyJson } from '../../tests/support/reasoning.ts'
import { reply, status } from '../../tests/support/scripted-model-server.ts'
import { askPrompt } from './ask-prompt.ts'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterEach(() => void vi.restoreAllMocks())

const claim = {
	prompt: 'execute/verify@1',
	model: 'judge',
	values: { objective: 'Add.', inputs: 'g1: 2\ng2: 2', expected: 'a number', result: '4' },
}
const never = new AbortController().signal

async function ask(script: RoleScript, question: Parameters<typeof askPrompt>[0] = claim) {
	await using world = await openReasoning(script)
	const reply = await askPrompt(question, world.dependencies, never)
	return { reply, requests: world.server.requests.map(({ body }) => body) }
}

test('asks as the stage does: its model, its shape, its limit', async () => {
	const { reply, requests } = await ask({ 'claim-check': replyJson({ holds: true, evidence: '2 + 2 is 4.' }) })
	expect(reply).toMatchObject({ value: { holds: true, evidence: '2 + 2 is 4.' }, problem: null, usage: { calls: 1 } })
	expect(JSON.parse(reply.text)).toEqual(reply.value)
	const [request] = requests
	expect(request).toMatchObject({ model: 'judge-model', max_tokens: 300 })
	expect(request).toMatchObject({ response_format: { json_schema: { name: 'claim-check' } } })
})

test('a judge writes down its evidence before it judges, since models read what they have written', async () => {
	const { requests } = await ask({})
	expect(JSON.stringify(requests[0])).toMatch(/"properties":\{"evidence":.*"holds":/)
})

test('a prompt that is answered in text gives the text', async () => {
	const question = { prompt: 'direct@1', model: 'fast', values: { history: 'none', question: 'Why?' } }
	const { reply: replied } = await ask({ direct: reply('Because.') }, question)
	expect(replied).toMatchObject({ value: 'Because.', text: 'Because.', problem: null })
})

test('a reply that can be used only when asked again says so by its calls', async () => {
	const script = { 'claim-check': [reply('Sure!'), replyJson({ holds: false, evidence: '2 + 2 is 4.' })] }
	const { reply: replied } = await ask(script)
	expect(replied).toMatchObject({ value: { holds: false }, problem: null, usage: { calls: 2 } })
})

test('a reply that cannot be used is given with what is wrong with it', async () => {
	const { reply: replied } = await ask({ 'claim-check': reply('{"holds": "perhaps"}') })
	expect(replied).toMatchObject({ value: null, text: '{"holds": "perhaps"}', usage: { calls: 2 } })
	expect(replied.problem).toContain("The model's claim-check could not be read")
})

test('what is refused for now is tried again, and what says nothing about the prompt is thrown', async () => {
	const good = replyJson({ holds: true, evidence: '2 + 2 is 4.' })
	const busy = await ask({ 'claim-check': [status(503, 'busy'), good] })
	expect(busy.reply.problem).toBeNull()
	await expect(ask({ 'claim-check': status(401, 'wrong key') })).rejects.toMatchObject({ code: 'model-auth' })
})

test('a prompt that is not there is refused', async () => {
	await expect(ask({}, { ...claim, prompt: 'execute@99' })).rejects.toMatchObject({ code: 'prompt' })
})
