import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { outcomes } from '../../tests/support/builders.ts'
import { eventsIn } from '../../tests/support/event-stream.ts'
import { type PlaygroundChoices, type RunningPlayground, startPlayground } from '../../tests/support/playground.ts'
import { runPageUrl } from './index.ts'
import { conversationOf } from './receive.ts'

const token = 'a-token-of-at-least-24-characters'
const owner = { id: 'owner', name: 'Ada', token, isAdmin: true }
const threadId = '0198c0de-0000-7000-8000-000000000001'
const messageId = '0198c0de-0000-7000-8000-000000000002'
const messages = `/api/v1/conversations/${threadId}/messages`
const json = { 'content-type': 'application/json' }

let playground: RunningPlayground
afterEach(() => playground[Symbol.asyncDispose]())

async function start(choices: PlaygroundChoices = {}): Promise<RunningPlayground> {
	playground = await startPlayground(choices)
	return playground
}

/** A request with headers that `fetch` doesn't let anybody set. */
async function raw(path: string, headers: Record<string, string>, method = 'GET', body = '') {
	const request = httpRequest({ host: '127.0.0.1', port: playground.port, path, method, headers })
	request.end(body)
	const [response] = await once(request, 'response')
	let text = ''
	for await (const chunk of response) text += chunk
	return { status: response.statusCode as number, headers: response.headers, text }
}

function ask(headers: Record<string, string> = {}, text = 'How much is 6 × 7?', id: string = messageId) {
	return playground.request(messages, {
		method: 'POST',
		headers: { ...json, ...headers },
		body: JSON.stringify({ messageId: id, text }),
	})
}

describe('on loopback', () => {
	test('a page elsewhere reaches nothing under a name of its own', async () => {
		await start()
		for (const path of ['/', '/api/v1/me', '/assets/main.ts', `/c/${threadId}`, '/runs/run-1', '/login']) {
			const { status, text } = await raw(path, { host: `evil.example:${playground.port}` })
			expect(status, path).toBe(421)
			expect(JSON.parse(text)).toMatchObject({ error: { code: 'wrong-host', fix: expect.any(String) } })
		}
		expect((await raw('/api/v1/me', { host: `localhost:${playground.port}` })).status).toBe(200)
	})

	test('a page of another origin changes nothing and follows nothing', async () => {
		await start()
		const runId = playground.memory.begin(conversationOf(threadId))
		const foreign: readonly Record<string, string>[] = [
			{ origin: 'http://evil.example' },
			{ origin: 'null' },
			{ 'sec-fetch-site': 'cross-site' },
			{ 'sec-fetch-site': 'same-site' },
			{ origin: playground.url, 'sec-fetch-site': 'cross-site' },
		]
		const writes: readonly (readonly [string, string])[] = [
			['POST', messages],
			['PUT', `${messages}/${messageId}`],
			['POST', `/api/v1/runs/${runId}/stop`],
			['POST', `/api/v1/runs/${runId}/answer-now`],
			['POST', `/api/v1/runs/${runId}/again`],
			['POST', `/api/v1/runs/${runId}/feedback`],
			['PUT', '/api/v1/settings'],
			['POST', '/login'],
			['POST', '/logout'],
			['GET', `/api/v1/conversations/${threadId}/events`],
			['GET', `/api/v1/runs/${runId}/events`],
		]
		for (const headers of foreign) {
			for (const [method, path] of writes) {
				const { status, text } = await raw(
					path,
					{ ...headers, ...json, host: `127.0.0.1:${playground.port}` },
					method,
					method === 'GET' ? '' : '{}',
				)
				expect(status, `${method} ${path} ${JSON.stringify(headers)}`).toBe(403)
				expect(JSON.parse(text)).toMatchObject({ error: { code: 'wrong-origin' } })
			}
		}
		expect(playground.done).toEqual([])
	})

	test('our own page may', async () => {
		await start()
		const response = await ask({ origin: playground.url, 'sec-fetch-site': 'same-origin' })
		expect(response.status).toBe(202)
		expect(await response.json()).toEqual({ runId: 'run-1' })
	})

	test('whoever opens it is in, and looks after it', async () => {
		await start()
		expect(await playground.api('GET', '/me')).toMatchObject({
			status: 200,
			body: { personId: 'owner', name: 'Ada', isAdmin: true },
		})
	})
})

describe('with a token', () => {
	test('nothing but the way in and the files of the page is there for whoever has none', async () => {
		await start({ access: { people: [owner] } })
		const runId = playground.memory.begin(conversationOf(threadId))
		const paths = [
			'/me',
			'/conversations',
			`/conversations/${threadId}`,
			`/conversations/${threadId}/events`,
			`/runs/${runId}`,
		]
		for (const path of [
			...paths,
			`/runs/${runId}/events`,
			`/runs/${runId}/trace`,
			'/settings?scope=installation',
			'/nothing',
		]) {
			expect((await playground.api('GET', path)).status, path).toBe(401)
		}
		expect((await ask()).status).toBe(401)
		expect((await ask({ authorization: 'Bearer wrong' })).status).toBe(401)
		expect((await playground.request('/')).status).toBe(401)
		expect((await playground.request('/api/v1/openapi.json')).status).toBe(200)
		expect(playground.done).toEqual([])
	})

	test('a program shows it as a bearer', async () => {
		await start({ access: { people: [owner] } })
		expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(202)
	})

	test('a person logs in once, goes where they wanted to go, and logs out', async () => {
		await start({ access: { people: [owner] } })
		const page = await playground.request(`/c/${threadId}`)
		expect(page.status).toBe(401)
		const form = await page.text()
		expect(form).toContain(`name="next" value="/c/${threadId}"`)
		expect(form).not.toContain(token)
		const login = (given: string, next = `/c/${threadId}`) =>
			playground.request('/login', { method: 'POST', body: new URLSearchParams({ token: given, next }) })
		const wrong = await login(`${token}x`)
		expect([wrong.status, wrong.headers.getSetCookie()]).toEqual([401, []])
		const right = await login(token)
		expect([right.status, right.headers.get('location')]).toEqual([303, `/c/${threadId}`])
		const [cookie = ''] = right.headers.getSetCookie()
		expect(cookie).toMatch(/^threadwise=\d+\.[\w-]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/)
		expect(cookie).not.toContain(token)
		const session = { cookie: cookie.split(';')[0] ?? '' }
		expect((await playground.request('/', { headers: session })).status).toBe(200)
		expect((await playground.request('/api/v1/me', { headers: session })).status).toBe(200)
		const out = await playground.request('/logout', { method: 'POST', headers: session })
		expect(out.headers.getSetCookie()[0]).toMatch(/^threadwise=; Max-Age=0/)
		for (const next of [
			'https://evil.example',
			'//evil.example',
			'/\\evil.example',
			'javascript:alert(1)',
			'/x\nSet-Cookie: a=b',
		]) {
			expect((await login(token, next)).headers.get('location'), next).toBe('/')
		}
	})

	test('a browser that comes from another site, and so without its cookie, is sent on and gets where it wanted', async () => {
		await start({ access: { people: [owner] } })
		const from = { host: `127.0.0.1:${playground.port}` }
		const { status, text } = await raw('/runs/run-1?x=%22', { ...from, 'sec-fetch-site': 'cross-site' })
		expect(status).toBe(200)
		expect(text).not.toContain('id="app"')
		const [, onwards = ''] = /content="0; url=([^"]+)"/.exec(text) ?? []
		expect(onwards).toBe('/login?next=%2Fruns%2Frun-1%3Fx%3D%2522')
		// Now our own document asks: with the cookie if there is one, else for the token.
		const form = new URLSearchParams({ token, next: '/' })
		const login = await playground.request('/login', { method: 'POST', body: form })
		const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
		const there = await raw(onwards, { ...from, cookie, 'sec-fetch-site': 'same-origin' })
		expect([there.status, there.headers.location]).toEqual([303, '/runs/run-1?x=%22'])
		expect((await raw(onwards, { ...from, 'sec-fetch-site': 'same-origin' })).text).toContain('type="password"')
	})

	test('guessing it is slowed down, which keeps nobody out who knows it', async () => {
		await start({ access: { people: [owner] }, limits: { failedLoginsPerMinute: 3 } })
		const attempt = (given: string) =>
			playground.request('/api/v1/me', { headers: { authorization: `Bearer ${given}` } })
		const login = (given: string) =>
			playground.request('/login', { method: 'POST', body: new URLSearchParams({ token: given, next: '/' }) })
		expect([(await attempt('guess')).status, (await attempt('guess')).status]).toEqual([401, 401])
		expect((await login('guess')).status).toBe(401)
		const refused = await attempt('guess')
		expect(refused.status).toBe(429)
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
		expect((await login('guess')).status).toBe(429)
		// Whoever guesses may sit behind the same address.
		expect([(await attempt(token)).status, (await login(token)).status]).toEqual([200, 303])
	})

	test('the link to a run opens that run, to read it, and nothing else', async () => {
		await start({ access: { people: [owner] } })
		const runId = playground.memory.begin({ platform: 'elsewhere', workspaceId: 'w', channelId: 'c', threadId: 't' })
		const other = playground.memory.begin(conversationOf(threadId))
		const { search } = new URL(runPageUrl('https://bot.example.com', token, runId))
		const status = async (path: string, method = 'GET') => (await playground.request(path, { method })).status
		expect(await status(`/runs/${runId}${search}`)).toBe(200)
		expect(await status(`/api/v1/runs/${runId}${search}`)).toBe(200)
		expect(await status(`/api/v1/runs/${runId}/trace${search}`)).toBe(200)
		for (const path of [
			`/runs/${other}`,
			`/api/v1/runs/${other}`,
			`/api/v1/conversations/${threadId}`,
			'/api/v1/me',
			'/',
		]) {
			expect(await status(`${path}${search}`), path).toBe(401)
		}
		expect(await status(`/api/v1/runs/${runId}/stop${search}`, 'POST')).toBe(401)
		expect(await status(`/api/v1/runs/${runId}?key=`)).toBe(401)
		expect(await status(`/api/v1/runs/%E0%A4%A/trace${search}`)).toBe(401)
		expect(playground.done).toEqual([])
	})

	test('nor does it tell who asked by their account, or what anybody thought of the answer', async () => {
		await start({ access: { people: [owner] } })
		const runId = playground.memory.begin(conversationOf(threadId), {
			asker: { id: 'account-of-ada', name: 'Ada', timeZone: 'Europe/Berlin' },
			feedback: [{ personId: 'account-of-bob', helpful: false, reason: 'Bob finds it wrong.' }],
		})
		playground.memory.append(
			runId,
			{ kind: 'clarification', personId: 'account-of-ada', content: { answer: 'The first.' } },
			outcomes.end('It is **42**.'),
			{ kind: 'feedback', personId: 'account-of-bob', helpful: false, content: { reason: 'Bob finds it wrong.' } },
		)
		const { search } = new URL(runPageUrl('https://bot.example.com', token, runId))
		const read = async (path: string, headers: Record<string, string> = {}) =>
			(await playground.request(`/api/v1/runs/${runId}${path}`, { headers })).text()
		const stream = await playground.request(`/api/v1/runs/${runId}/events${search}`)
		const first = await eventsIn(stream).next()
		const seen = [await read(search), await read(`/trace${search}`), first.value?.data ?? '']
		for (const text of seen) {
			expect(text).toContain('It is **42**.')
			expect(text).not.toMatch(/account-of|Bob finds|Berlin/)
		}
		expect(seen[0]).toContain('"name":"Ada"')
		const known = { authorization: `Bearer ${token}` }
		expect(await read('', known)).toMatch(/account-of-ada.*Bob finds/)
		expect(await read('/trace', known)).toMatch(/account-of-ada.*Bob finds/)
	})
})

describe('with tokens of several people', () => {
	const bob = { id: 'bob', name: 'bob', token: 'bobs-token-of-24-characters', isAdmin: false }
	const eve = { id: 'eve', name: 'eve', token: 'eves-token-of-24-characters', isAdmin: false }
	const people = [owner, bob, eve]
	const elsewhere = { platform: 'elsewhere', workspaceId: 'w', channelId: 'c', threadId: 't' }

	/** What the API answers to somebody. */
	async function as(person: { readonly token: string }, method: string, path: string, body?: unknown) {
		const headers = { ...json, authorization: `Bearer ${person.token}` }
		const content = body === undefined ? {} : { body: JSON.stringify(body) }
		const response = await playground.request(`/api/v1${path}`, { method, headers, ...content })
		return { status: response.status, body: await response.json() }
	}

	test('each is told who they are, also by a session', async () => {
		await start({ access: { people } })
		expect((await as(owner, 'GET', '/me')).body).toMatchObject({ personId: 'owner', name: 'Ada', isAdmin: true })
		expect((await as(bob, 'GET', '/me')).body).toMatchObject({ personId: 'bob', name: 'bob', isAdmin: false })
		const form = new URLSearchParams({ token: eve.token, next: '/' })
		const login = await playground.request('/login', { method: 'POST', body: form })
		const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
		const me = await playground.request('/api/v1/me', { headers: { cookie } })
		expect(await me.json()).toMatchObject({ personId: 'eve', isAdmin: false })
	})

	test('what they ask, stop and judge is theirs', async () => {
		await start({ access: { people } })
		await as(bob, 'POST', `/conversations/${threadId}/messages`, { messageId, text: 'How much is 6 × 7?' })
		await as(bob, 'POST', '/runs/run-1/stop')
		await as(eve, 'POST', '/runs/run-1/feedback', { helpful: true })
		await as(owner, 'POST', '/runs/run-1/answer-now')
		expect(playground.done).toEqual([
			'message run-1 bob',
			'stop run-1 bob',
			'feedback true null run-1 eve',
			'answer-now run-1 owner (admin)',
		])
	})

	test('what was asked on the page is read by all, and on other platforms by admins', async () => {
		await start({ access: { people } })
		const here = playground.memory.begin(conversationOf(threadId))
		const there = playground.memory.begin(elsewhere)
		const statuses = async (runId: string) =>
			Promise.all([owner, bob].map(async (person) => (await as(person, 'GET', `/runs/${runId}`)).status))
		expect(await statuses(here)).toEqual([200, 200])
		expect(await statuses(there)).toEqual([200, 404])
	})

	test('each may ask so often, whatever the others do', async () => {
		await start({ access: { people }, limits: { questionsPerMinute: 3 } })
		const asks = async (person: { readonly token: string }, last: string) => {
			const question = { messageId: messageId.slice(0, -1) + last, text: 'Again?' }
			return (await as(person, 'POST', `/conversations/${threadId}/messages`, question)).status
		}
		expect([await asks(bob, '1'), await asks(bob, '2'), await asks(eve, '3')]).toEqual([202, 202, 202])
		// They share an address.
		expect(await asks(eve, '4')).toBe(429)
	})
})

describe('behind a proxy', () => {
	const through = (forwarded: Record<string, string>, id: string) =>
		ask(forwarded, 'Again?', messageId.slice(0, -1) + id)
	const statusThrough = async (address: string, id: string) =>
		(await through({ 'x-forwarded-for': address }, id)).status
	const bob = { id: 'bob', name: 'bob', token: 'bobs-token-of-24-characters', isAdmin: false }

	test('that is trusted, guesses are counted for whoever guesses, not for all', async () => {
		const limits = { failedLoginsPerMinute: 1 }
		await start({ access: { people: [owner], trustedProxies: ['127.0.0.1'] }, limits })
		const guess = async (from: string) => {
			const headers = { authorization: 'Bearer guess', 'x-forwarded-for': from }
			return (await playground.request('/api/v1/me', { headers })).status
		}
		expect([await guess('203.0.113.1'), await guess('203.0.113.1')]).toEqual([401, 429])
		expect(await guess('203.0.113.2')).toBe(401)
		// What somebody puts before is no other address.
		expect(await guess('198.51.100.9, 203.0.113.1')).toBe(429)
	})

	test('that is trusted, each address may ask so often', async () => {
		const limits = { questionsPerMinute: 1 }
		await start({ access: { people: [owner, bob], trustedProxies: ['127.0.0.1'] }, limits })
		const as = async (token: string, from: string, id: string) =>
			(await through({ authorization: `Bearer ${token}`, 'x-forwarded-for': from }, id)).status
		expect(await as(owner.token, '203.0.113.1', '1')).toBe(202)
		expect(await as(bob.token, '203.0.113.1', '2')).toBe(429)
		expect(await as(bob.token, '203.0.113.2', '3')).toBe(429)
	})

	test('that is not, nobody passes for somebody else', async () => {
		await start({ limits: { questionsPerMinute: 1 } })
		expect([await statusThrough('203.0.113.1', '1'), await statusThrough('203.0.113.2', '2')]).toEqual([202, 429])
	})

	test('its name for the server counts where it is trusted, and nowhere else', async () => {
		const publicUrl = 'https://bot.example.com'
		const named = (host: string, forwardedHost: string) =>
			raw('/api/v1/me', { host, 'x-forwarded-host': forwardedHost, 'x-forwarded-for': '203.0.113.1' })
		await start({ access: { publicUrl, trustedProxies: ['127.0.0.1'] } })
		const own = `127.0.0.1:${playground.port}`
		expect((await named('bot:8080', 'bot.example.com')).status).toBe(200)
		// It was asked for under a name that is none of ours, whatever the proxy has made of it.
		expect((await named(own, 'evil.example')).status).toBe(421)
		await playground[Symbol.asyncDispose]()
		await start({ access: { publicUrl } })
		expect((await named('bot:8080', 'bot.example.com')).status).toBe(421)
	})

	test('a page that it serves over https is ours', async () => {
		await start({ access: { trustedProxies: ['127.0.0.1'] } })
		const host = `127.0.0.1:${playground.port}`
		const from = { host, origin: `https://${host}`, 'sec-fetch-site': 'same-origin', ...json }
		const body = JSON.stringify({ messageId, text: 'How much is 6 × 7?' })
		expect((await raw(messages, { ...from, 'x-forwarded-proto': 'https' }, 'POST', body)).status).toBe(202)
		expect((await raw(messages, from, 'POST', body)).status).toBe(403)
	})
})

describe('limits', () => {
	test('a question that is too large is refused before it is read whole', async () => {
		await start()
		const response = await ask({}, 'x'.repeat(70_000))
		expect(response.status).toBe(413)
		expect(await response.json()).toMatchObject({ error: { code: 'too-large', fix: expect.any(String) } })
		const chunked = await playground.request(messages, {
			method: 'POST',
			headers: json,
			body: new ReadableStream({
				start: (controller) => {
					for (let part = 0; part < 20; part += 1) controller.enqueue(new TextEncoder().encode('x'.repeat(10_000)))
					controller.close()
				},
			}),
			duplex: 'half',
		} as RequestInit)
		expect(chunked.status).toBe(413)
	})

	test('too many questions are told when to come again', async () => {
		await start({ limits: { questionsPerMinute: 2 } })
		const asked = ['1', '2', '3'].map((last) => messageId.slice(0, -1) + last)
		const statuses: number[] = []
		let last = new Response()
		for (const id of asked) {
			last = await ask({}, 'Again?', id)
			statuses.push(last.status)
		}
		expect(statuses).toEqual([202, 202, 429])
		expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
		expect(await last.json()).toMatchObject({
			error: { code: 'too-many-requests', fix: expect.stringContaining('second') },
		})
		expect((await playground.api('GET', '/me')).status).toBe(200)
	})

	test('so are too many other changes, and too many streams', async () => {
		await start({ limits: { writesPerMinute: 1, streams: 2 } })
		const runId = playground.memory.begin(conversationOf(threadId))
		expect((await playground.api('POST', `/runs/${runId}/stop`)).status).toBe(200)
		expect((await playground.api('POST', `/runs/${runId}/stop`)).status).toBe(429)
		const leaving = new AbortController()
		const open = () => playground.request(`/api/v1/runs/${runId}/events`, { signal: leaving.signal })
		expect([(await open()).status, (await open()).status, (await open()).status]).toEqual([200, 200, 429])
		leaving.abort()
		await sleep(200)
		const again = await playground.request(`/api/v1/runs/${runId}/events`)
		expect(again.status).toBe(200)
		await again.body?.cancel()
	})

	test('a stream that is refused counts as none', async () => {
		await start({ limits: { streams: 1 } })
		for (let index = 0; index < 3; index += 1) {
			expect((await playground.request('/api/v1/runs/unknown/events')).status).toBe(404)
			expect((await playground.request('/api/v1/conversations/no-uuid/events')).status).toBe(400)
		}
		const runId = playground.memory.begin(conversationOf(threadId))
		expect((await playground.request(`/api/v1/runs/${runId}/events`, { method: 'HEAD' })).status).toBe(405)
		const stream = await playground.request(`/api/v1/runs/${runId}/events`)
		expect(stream.status).toBe(200)
		await stream.body?.cancel()
	})
})

describe('the documents', () => {
	test('carry a policy that lets nothing foreign run, with a new nonce each time', async () => {
		await start()
		const nonces = new Set<string>()
		for (const path of ['/', `/c/${threadId}`, '/runs/run-1']) {
			const response = await playground.request(path)
			const document = await response.text()
			expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8')
			const policy = response.headers.get('content-security-policy') ?? ''
			const [, nonce = ''] = /'nonce-([^']+)'/.exec(policy) ?? []
			nonces.add(nonce)
			expect(policy.replace(nonce, '…')).toBe(
				"default-src 'none'; script-src 'self' 'nonce-…'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			)
			expect(document).toContain(`<script type="importmap" nonce="${nonce}">`)
			// Nothing else runs or styles from within the document.
			expect(document.match(/<script(?![^>]*(?:src=|importmap))|<style| style=| on\w+=/g)).toBeNull()
		}
		expect(nonces.size).toBe(3)
	})

	test("name everything that the page imports, so that a browser needn't find it level by level", async () => {
		await start()
		const document = await (await playground.request('/')).text()
		const linked = [...document.matchAll(/<link rel="(?:module)?preload" href="([^"]+)"/g)].map(([, path = '']) => path)
		const imported = new Set<string>()
		const open = ['/assets/main.ts', '/assets/style.css']
		for (let path = open.pop(); path !== undefined; path = open.pop()) {
			const response = await playground.request(path)
			expect(response.status, path).toBe(200)
			const importing = path
			for (const [, to = ''] of (await response.text()).matchAll(/(?:from |import url\()['"](\.[^'"]+)['"]/g)) {
				const target = new URL(to, `http://page${importing}`).pathname
				if (!imported.has(target)) open.push(target)
				imported.add(target)
			}
		}
		expect(imported.size).toBeGreaterThan(20)
		expect([...imported].filter((path) => !linked.includes(path))).toEqual([])
		const statuses = await Promise.all(linked.map(async (path) => (await playground.request(path)).status))
		expect(new Set(statuses)).toEqual(new Set([200]))
	})

	test('and everything else carry the other headers as well', async () => {
		await start()
		for (const path of ['/', '/api/v1/me', '/api/v1/nothing', '/assets/modules/preact.mjs']) {
			const { headers } = await playground.request(path)
			expect(Object.fromEntries(headers), path).toMatchObject({
				'x-content-type-options': 'nosniff',
				'referrer-policy': 'same-origin',
				'cross-origin-opener-policy': 'same-origin',
				'cross-origin-resource-policy': 'same-origin',
				'x-frame-options': 'DENY',
				'permissions-policy': expect.stringContaining('camera=()'),
				'content-security-policy': expect.stringContaining("default-src 'none'"),
			})
		}
	})

	test('say to a person as a page that nothing is at an address, and to a program in its own language', async () => {
		await start()
		for (const path of ['/nowhere', '/c/no-conversation']) {
			const page = await playground.request(path, { headers: { accept: 'text/html,*/*;q=0.8' } })
			expect([page.status, page.headers.get('content-type')], path).toEqual([404, expect.stringContaining('text/html')])
			expect(await page.text(), path).toContain('There is nothing at this address.')
			const told = await playground.request(path)
			expect([told.status, await told.json()], path).toMatchObject([404, { error: { code: 'not-found' } }])
		}
		expect((await playground.request(`/c/${threadId}`)).status).toBe(200)
	})

	test('escape what comes from an address', async () => {
		await start({ access: { people: [owner] } })
		for (const path of [
			'/login?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
			'/c/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E',
		]) {
			expect(await (await playground.request(path)).text()).not.toContain('<script>alert')
		}
	})
})

describe('the files of the page', () => {
	test('are served without types, and not again while they are the same', async () => {
		await start()
		const response = await playground.request('/assets/modules/preact.mjs')
		expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
		expect(await response.text()).toContain('export')
		const etag = response.headers.get('etag') ?? ''
		expect(etag).toMatch(/^"[\w-]{22}"$/)
		const again = await playground.request('/assets/modules/preact.mjs', { headers: { 'if-none-match': etag } })
		expect([again.status, await again.text()]).toEqual([304, ''])
	})

	test('are all that is served', async () => {
		await start()
		const outside = [
			'/assets/../client.ts',
			'/assets/%2e%2e/client.ts',
			'/assets/..%2fclient.ts',
			'/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fpackage.json',
			'/assets/../../../.env',
			'/assets//etc/passwd',
			'/assets/%2fetc%2fpasswd',
			'/assets/..\\client.ts',
			'/assets/modules/../../client.ts',
			'/assets/modules/hono.mjs',
			'/assets/modules/preact/package.json',
			'/assets/main.ts%00.css',
			'/assets/main.ts/',
			'/assets/',
			'/assets',
			'/client.ts',
			'/.env',
			'/adapters/playground/client.ts',
			'/assets/constructor',
			'/assets/__proto__',
		]
		for (const path of outside) {
			const { status, text } = await raw(path, { host: `127.0.0.1:${playground.port}` })
			expect([400, 404], path).toContain(status)
			expect(text, path).not.toContain('import ')
		}
	})
})

test('nothing of a token is in an error, a document or what is told as trouble', async () => {
	await start({
		access: { people: [owner] },
		events: { message: () => Promise.reject(new Error('the database is down')) },
	})
	const response = await ask({ authorization: `Bearer ${token}` })
	const body = await response.text()
	expect(response.status).toBe(500)
	expect(body).not.toContain('database is down')
	expect(playground.trouble).toHaveLength(1)
	expect(JSON.stringify([body, String(playground.trouble[0])])).not.toContain(token)
})
