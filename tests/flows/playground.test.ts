import { randomUUID } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { RunUpdate } from '../../adapters/playground/page-view.ts'
import { threadwise } from '../support/command-line.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { eventsIn } from '../support/event-stream.ts'
import { holdPort } from '../support/hold-port.ts'
import { preparedFolder } from '../support/prepared-folder.ts'
import { type RunningProcess, startedProcess } from '../support/running-process.ts'
import { freePort } from '../support/servers.ts'

// Every step here is a process of its own that opens a database.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const question =
	'A school takes 6 classes of 27 juniors and 4 classes of 24 seniors, with 15 teachers, on a trip. A bus has 48 seats. How many buses are needed?'
const json = { 'content-type': 'application/json' }

function pageOf(running: RunningProcess): string {
	const [, url] = /^ {2}Page {6}(\S+)/m.exec(running.output()) ?? []
	if (url === undefined) throw new Error(`It names no page: ${running.output()}`)
	return url
}

async function ask(url: string, threadId: string, text: string, headers: Record<string, string> = {}): Promise<string> {
	const response = await fetch(`${url}/api/v1/conversations/${threadId}/messages`, {
		method: 'POST',
		headers: { ...json, ...headers },
		body: JSON.stringify({ messageId: randomUUID(), text }),
	})
	expect(response.status).toBe(202)
	return z.object({ runId: z.string() }).parse(await response.json()).runId
}

/** Every view of a run, until it rests. */
async function watch(url: string, path: string, headers: Record<string, string> = {}): Promise<readonly RunUpdate[]> {
	const leaving = new AbortController()
	const response = await fetch(`${url}/api/v1${path}/events`, { headers, signal: leaving.signal })
	const updates: RunUpdate[] = []
	for await (const { event, data } of eventsIn(response)) {
		if (event !== 'run') continue
		const update: RunUpdate = JSON.parse(data)
		updates.push(update)
		if (update.view.rests) break
	}
	leaving.abort()
	return updates
}

describe('start, with nothing configured', () => {
	test('names a page, on which a question goes through its stages, and which still has it after a restart', async () => {
		await using folder = await temporaryFolder()
		const variables = { THREADWISE_DATA_DIR: folder.path }
		const threadId = randomUUID()
		let runId = ''
		{
			await using running = await startedProcess('start', variables)
			const url = pageOf(running)
			const following = watch(url, `/conversations/${threadId}`)
			runId = await ask(url, threadId, question)
			const updates = await following
			const last = updates.at(-1)
			expect(last).toMatchObject({ entry: { runId, question }, view: { status: 'answered', rests: true }, threadId })
			expect(last?.view.answerText).toContain('6')
			expect(last?.view.stages.map(({ id }) => id)).toEqual([
				'analyze',
				'decompose',
				'execute',
				'alternatives',
				'evaluate',
				'correct',
			])
			expect(updates.some(({ view }) => view.stages.some(({ status }) => status === 'running'))).toBe(true)
			expect((await fetch(`${url}/readyz`)).status).toBe(200)
			running.kill('SIGTERM')
			expect(await running.ended()).toMatchObject({
				exitCode: 0,
				tookMs: expect.toSatisfy((ms: number) => ms < 10_000),
			})
			// What people meet first has no warnings in it.
			expect(running.output()).not.toMatch(/warning/i)
		}
		await using again = await startedProcess('start', variables)
		const [update] = await watch(pageOf(again), `/runs/${runId}`)
		expect(update).toMatchObject({ entry: { runId }, view: { status: 'answered' } })
	})

	test('takes the next free port where the usual one is taken, and says so', async () => {
		await holdPort(3210)
		await using folder = await preparedFolder()
		await using running = await startedProcess('start', { THREADWISE_DATA_DIR: folder.path })
		const url = pageOf(running)
		expect(Number(new URL(url).port)).toBeGreaterThan(3210)
		expect(running.output()).toContain('(the usual port is taken)')
		expect((await fetch(`${url}/healthz`)).status).toBe(200)
	})
})

describe('start, as it is configured', () => {
	test('says what to do where its port is taken', async () => {
		const port = await freePort()
		await holdPort(port)
		await using folder = await preparedFolder()
		const variables = { THREADWISE_DATA_DIR: folder.path, THREADWISE_PORT: String(port) }
		const { exitCode, stderr } = await threadwise(['start'], variables)
		expect(exitCode).toBe(1)
		expect(stderr).toMatch(new RegExp(`port ${port}: the port is taken.*\n.*THREADWISE_PORT`))
	})

	test('is open to others only with a token, which no output shows', async () => {
		await using folder = await preparedFolder()
		const token = 'cAnArY-token-of-24-characters'
		const variables = {
			THREADWISE_DATA_DIR: folder.path,
			THREADWISE_HOST: '0.0.0.0',
			THREADWISE_PORT: String(await freePort()),
			THREADWISE_PUBLIC_URL: 'https://threadwise.example.com',
		}
		const open = await threadwise(['start'], variables)
		expect(open.exitCode).toBe(1)
		expect(open.stderr).toMatch(/THREADWISE_TOKEN.*openssl rand/s)

		await using running = await startedProcess('start', { ...variables, THREADWISE_TOKEN: token })
		expect(pageOf(running)).toBe(variables.THREADWISE_PUBLIC_URL)
		const url = `http://127.0.0.1:${variables.THREADWISE_PORT}`
		expect((await fetch(`${url}/api/v1/me`)).status).toBe(401)
		const authorization = { authorization: `Bearer ${token}` }
		const runId = await ask(url, randomUUID(), 'What is 17 * 23?', authorization)
		const [update] = (await watch(url, `/runs/${runId}`, authorization)).slice(-1)
		expect(update?.view.answerText).toContain('391')
		// Whoever is given the address reads that run.
		const address = new URL(update?.runUrl ?? '')
		expect(address.origin).toBe(variables.THREADWISE_PUBLIC_URL)
		expect((await fetch(`${url}${address.pathname}${address.search}`)).status).toBe(200)
		expect((await fetch(`${url}/api/v1${address.pathname}${address.search}`)).status).toBe(200)
		running.kill('SIGTERM')
		await running.ended()
		expect(running.output()).not.toContain(token)
		expect(running.output()).not.toContain(address.search)
	})

	test('has a link to the full record under an answer in the terminal, which opens that run and no other', async () => {
		await using folder = await preparedFolder()
		const variables = {
			THREADWISE_DATA_DIR: folder.path,
			THREADWISE_PORT: String(await freePort()),
			THREADWISE_PUBLIC_URL: 'https://threadwise.example.com',
			THREADWISE_TOKEN: 'a-token-of-at-least-24-characters',
		}
		await using _running = await startedProcess('start', variables)
		const linkUnder = async (text: string) => {
			const { stdout } = await threadwise(['ask', text], variables)
			return new URL(/^Full record: (\S+)$/m.exec(String(stdout))?.[1] ?? '')
		}
		const [first, second] = [await linkUnder('What is 17 * 23?'), await linkUnder('What is 17 * 24?')]
		expect(first.origin).toBe(variables.THREADWISE_PUBLIC_URL)
		const status = async (path: string) =>
			(await fetch(`http://127.0.0.1:${variables.THREADWISE_PORT}/api/v1${path}`)).status
		expect(await status(`${first.pathname}${first.search}`)).toBe(200)
		expect(await status(`${second.pathname}${first.search}`)).toBe(401)
	})

	test('serves no page where that is switched off', async () => {
		await using folder = await preparedFolder()
		const port = await freePort()
		const variables = { THREADWISE_DATA_DIR: folder.path, THREADWISE_PLAYGROUND: 'off', THREADWISE_PORT: String(port) }
		await using running = await startedProcess('start', variables)
		expect(running.output()).not.toContain('  Page')
		const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
		expect([await status('/healthz'), await status('/'), await status('/api/v1/me')]).toEqual([200, 404, 404])
	})
})
