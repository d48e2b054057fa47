import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../tests/support/servers.ts'
import { openTelemetry } from '../telemetry/index.ts'
import { startWebServer, type WebServer } from './web-server.ts'

const unshared = { publicUrl: null, people: [], trustedProxies: [] }
const token = 'a-token-of-at-least-24-characters'
const people = [{ id: 'owner', name: 'Owner', token, isAdmin: true }]
const readiness = async () => []

async function someMetrics() {
	const load = async () => ({ waiting: 1, held: 0 })
	return (await openTelemetry({ load, traces: null, observers: [], onTrouble: () => {} })).metrics
}

/** The status of what a request for the path under that name of the server is answered. */
async function statusOf({ address: { port } }: WebServer, path: string, headers: Record<string, string>) {
	const request = httpRequest({ host: '127.0.0.1', port, path, headers })
	request.end()
	const [response] = await once(request, 'response')
	response.resume()
	return response.statusCode as number
}

test('health is told from the first moment on, everything else once it is mounted', async () => {
	let silent: readonly string[] = []
	await using server = await startWebServer(
		{ host: '127.0.0.1', port: 0 },
		{ readiness: async () => silent, metrics: null },
		unshared,
	)
	const ask = async (path: string) => {
		const response = await fetch(`http://127.0.0.1:${server.address.port}${path}`)
		return `${response.status} ${await response.text()}`
	}
	expect(await ask('/healthz')).toBe('200 {"status":"alive"}')
	expect(await ask('/readyz')).toBe('200 {"status":"ready","silent":[]}')
	expect(await ask('/')).toMatch(/^404/)
	silent = ['database']
	expect(await ask('/readyz')).toBe('503 {"status":"not-ready","silent":["database"]}')
	server.mount({ fetch: () => new Response('mounted') })
	expect(await ask('/')).toBe('200 mounted')
	expect(await ask('/healthz')).toBe('200 {"status":"alive"}')
})

test('what is counted is told beside health, also where a page is mounted, and nothing where nothing is counted', async () => {
	const metrics = await someMetrics()
	await using counting = await startWebServer({ host: '127.0.0.1', port: 0 }, { readiness, metrics }, unshared)
	counting.mount({ fetch: () => new Response('mounted') })
	const response = await fetch(`http://127.0.0.1:${counting.address.port}/metrics`)
	expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
	expect(await response.text()).toContain('threadwise_runs_waiting 1')
	await using silent = await startWebServer({ host: '127.0.0.1', port: 0 }, { readiness, metrics: null }, unshared)
	expect((await fetch(`http://127.0.0.1:${silent.address.port}/metrics`)).status).toBe(404)
})

test('a page elsewhere reads nothing of what is counted on this machine under a name of its own', async () => {
	const parts = { readiness, metrics: await someMetrics() }
	const publicUrl = 'https://bot.example.com'
	await using server = await startWebServer({ host: '127.0.0.1', port: 0 }, parts, {
		publicUrl,
		people: [],
		trustedProxies: [],
	})
	const { port } = server.address
	expect(await statusOf(server, '/metrics', { host: `evil.example:${port}` })).toBe(421)
	expect(await statusOf(server, '/metrics', { host: `localhost:${port}` })).toBe(200)
	expect(await statusOf(server, '/metrics', { host: 'bot.example.com' })).toBe(200)
	// Whoever watches over processes calls them as it likes.
	expect(await statusOf(server, '/healthz', { host: 'anything' })).toBe(200)
	expect(await statusOf(server, '/readyz', { host: 'anything' })).toBe(200)
})

test('a proxy that is trusted says under which name it was asked for', async () => {
	const parts = { readiness, metrics: await someMetrics() }
	const outside = { publicUrl: 'https://bot.example.com', people: [], trustedProxies: ['127.0.0.1'] }
	await using server = await startWebServer({ host: '127.0.0.1', port: 0 }, parts, outside)
	const own = `127.0.0.1:${server.address.port}`
	expect(await statusOf(server, '/metrics', { host: own, 'x-forwarded-host': 'bot.example.com' })).toBe(200)
	expect(await statusOf(server, '/metrics', { host: own, 'x-forwarded-host': 'evil.example' })).toBe(421)
})

test('where a token is configured, what is counted is told to whoever shows it', async () => {
	const parts = { readiness, metrics: await someMetrics() }
	for (const host of ['127.0.0.1', '0.0.0.0']) {
		await using server = await startWebServer({ host, port: 0 }, parts, { publicUrl: null, people, trustedProxies: [] })
		const own = { host: `127.0.0.1:${server.address.port}` }
		expect(await statusOf(server, '/metrics', own)).toBe(401)
		expect(await statusOf(server, '/metrics', { ...own, authorization: `Bearer ${token}x` })).toBe(401)
		expect(await statusOf(server, '/metrics', { ...own, authorization: `Bearer ${token}` })).toBe(200)
		expect(await statusOf(server, '/readyz', own)).toBe(200)
	}
})

test('inside a network it is told under whatever name the process has there', async () => {
	const parts = { readiness, metrics: await someMetrics() }
	const everywhere = { host: '0.0.0.0', port: 0 }
	await using worker = await startWebServer(everywhere, parts, unshared)
	expect(await statusOf(worker, '/metrics', { host: 'worker-1:8080' })).toBe(200)
	await using bot = await startWebServer(everywhere, parts, { publicUrl: null, people, trustedProxies: [] })
	expect(await statusOf(bot, '/metrics', { host: 'bot:8080', authorization: `Bearer ${token}` })).toBe(200)
})

test('a port that was chosen and is taken is a mistake in the configuration', async () => {
	const port = await freePort()
	const taken = createServer().listen(port, '127.0.0.1')
	onTestFinished(() => void taken.close())
	await once(taken, 'listening')
	const opening = startWebServer({ host: '127.0.0.1', port }, { readiness: async () => [], metrics: null }, unshared)
	await expect(opening).rejects.toMatchObject({ code: 'config', fix: expect.stringContaining('THREADWISE_PORT') })
})

test('where nobody has chosen one, it is the next that is free', async () => {
	await using first = await startWebServer(
		{ host: '127.0.0.1', port: null },
		{ readiness: async () => [], metrics: null },
		unshared,
	)
	await using second = await startWebServer(
		{ host: '127.0.0.1', port: null },
		{ readiness: async () => [], metrics: null },
		unshared,
	)
	expect(second.address.port).toBeGreaterThan(first.address.port)
	expect(second.tookAnother).toBe(true)
})

test('an address that this machine doesn’t have is a mistake as well', async () => {
	const opening = startWebServer(
		{ host: '192.0.2.1', port: null },
		{ readiness: async () => [], metrics: null },
		unshared,
	)
	await expect(opening).rejects.toMatchObject({ code: 'config', message: expect.stringContaining('192.0.2.1') })
})

test('what is mounted under a path has it to itself, beside what has all others', async () => {
	await using server = await startWebServer({ host: '127.0.0.1', port: 0 }, { readiness, metrics: null }, unshared)
	server.mount({ fetch: () => new Response('the page') })
	server.mount({ fetch: () => new Response('events') }, '/chat/')
	const ask = async (path: string) => (await fetch(`http://127.0.0.1:${server.address.port}${path}`)).text()
	expect([await ask('/chat/events'), await ask('/chats'), await ask('/')]).toEqual(['events', 'the page', 'the page'])
})
