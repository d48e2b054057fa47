import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../tests/support/servers.ts'
import { openTelemetry } from '../telemetry/index.ts'
import { startWebServer } from './web-server.ts'

test('health is told from the first moment on, everything else once it is mounted', async () => {
	let silent: readonly string[] = []
	await using server = await startWebServer(
		{ host: '127.0.0.1', port: 0 },
		{ readiness: async () => silent, metrics: null },
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
	const telemetry = await openTelemetry({
		load: async () => ({ waiting: 1, held: 0 }),
		traces: null,
		observers: [],
		onTrouble: () => {},
	})
	const readiness = async () => []
	await using counting = await startWebServer({ host: '127.0.0.1', port: 0 }, { readiness, metrics: telemetry.metrics })
	counting.mount({ fetch: () => new Response('mounted') })
	const response = await fetch(`http://127.0.0.1:${counting.address.port}/metrics`)
	expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
	expect(await response.text()).toContain('threadwise_runs_waiting 1')
	await using silent = await startWebServer({ host: '127.0.0.1', port: 0 }, { readiness, metrics: null })
	expect((await fetch(`http://127.0.0.1:${silent.address.port}/metrics`)).status).toBe(404)
})

test('a port that was chosen and is taken is a mistake in the configuration', async () => {
	const port = await freePort()
	const taken = createServer().listen(port, '127.0.0.1')
	onTestFinished(() => void taken.close())
	await once(taken, 'listening')
	const opening = startWebServer({ host: '127.0.0.1', port }, { readiness: async () => [], metrics: null })
	await expect(opening).rejects.toMatchObject({ code: 'config', fix: expect.stringContaining('THREADWISE_PORT') })
})

test('where nobody has chosen one, it is the next that is free', async () => {
	await using first = await startWebServer(
		{ host: '127.0.0.1', port: null },
		{ readiness: async () => [], metrics: null },
	)
	await using second = await startWebServer(
		{ host: '127.0.0.1', port: null },
		{ readiness: async () => [], metrics: null },
	)
	expect(second.address.port).toBeGreaterThan(first.address.port)
	expect(second.tookAnother).toBe(true)
})

test('an address that this machine doesn’t have is a mistake as well', async () => {
	const opening = startWebServer({ host: '192.0.2.1', port: null }, { readiness: async () => [], metrics: null })
	await expect(opening).rejects.toMatchObject({ code: 'config', message: expect.stringContaining('192.0.2.1') })
})
