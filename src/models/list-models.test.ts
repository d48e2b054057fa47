import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
	hang,
	proxyErrorPage,
	raw,
	type ScriptedStep,
	startScriptedModelServer,
	status,
	unauthorizedEchoingKey,
} from '../../tests/support/scripted-model-server.ts'
import { freePort } from '../../tests/support/servers.ts'
import { listModels } from './list-models.ts'

const patience = () => AbortSignal.timeout(2_000)
const body = (value: unknown) => raw(JSON.stringify(value), 'application/json')

async function listFrom(step: ScriptedStep, apiKey: string | null = null, signal = patience()) {
	const server = await startScriptedModelServer([step])
	onTestFinished(() => server.close())
	const list = await listModels({ baseUrl: server.baseUrl, apiKey }, signal)
	return { list, request: server.requests[0] }
}

describe('the list of models', () => {
	test('is asked for with the key, under the base address', async () => {
		const { list, request } = await listFrom(body({ object: 'list', data: [{ id: 'one' }, { id: 'two' }] }), 'k-1234')
		expect(list).toEqual({ kind: 'models', names: ['one', 'two'] })
		expect(request).toMatchObject({ path: '/v1/models', headers: { authorization: 'Bearer k-1234' } })
	})

	test.each([
		['of a server without any model', { object: 'list', data: null }, []],
		['as a bare list', [{ id: 'one' }], ['one']],
		['by names', { models: [{ name: 'one' }] }, ['one']],
	])('is read %s', async (_name, value, names) => {
		expect((await listFrom(body(value))).list).toEqual({ kind: 'models', names })
	})

	test.each([
		['nothing under this address', status(404, 'not found'), { kind: 'no-list' }],
		['another method', status(405, 'no'), { kind: 'no-list' }],
		['something else', body({ hello: 'world' }), { kind: 'no-list' }],
		['no JSON', raw('Ollama is running', 'text/plain'), { kind: 'no-list' }],
		['a web page', raw('<!doctype html><title>Hi</title>', 'text/html'), { kind: 'web-page' }],
		['a failure', proxyErrorPage(502), { kind: 'failing', status: 502 }],
	])('from a server that has %s', async (_name, step, expected) => {
		expect((await listFrom(step)).list).toMatchObject(expected)
	})

	test('refused, without the key in what is told, even if the server repeats it', async () => {
		const { list } = await listFrom(unauthorizedEchoingKey(), 'canary-4711')
		expect(list.kind).toBe('refused')
		expect(JSON.stringify(list)).not.toContain('canary-4711')
	})

	test('of a server that says nothing', async () => {
		expect((await listFrom(hang(), null, AbortSignal.timeout(100))).list).toEqual({ kind: 'silent' })
	})

	test('where nobody listens', async () => {
		const baseUrl = `http://127.0.0.1:${await freePort()}/v1`
		expect(await listModels({ baseUrl, apiKey: null }, patience())).toEqual({
			kind: 'unreachable',
			cause: 'ECONNREFUSED',
		})
	})

	test('from something that speaks no HTTP', async () => {
		const server = createServer((socket) => socket.end('hello\n')).listen(0, '127.0.0.1')
		onTestFinished(() => void server.close())
		await new Promise((resolve) => server.once('listening', resolve))
		const address = server.address()
		const port = typeof address === 'object' ? address?.port : 0
		expect(await listModels({ baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: null }, patience())).toMatchObject({
			kind: 'unreachable',
		})
	})
})
