import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ErrorCode, ThreadwiseError } from '../../src/core/errors.ts'
import { changeSettings } from '../../src/intake/index.ts'
import { outcomes } from '../../tests/support/builders.ts'
import { eventsIn } from '../../tests/support/event-stream.ts'
import { type RunningPlayground, startPlayground } from '../../tests/support/playground.ts'
import type { SettingsAt } from './page-view.ts'
import { conversationOf } from './receive.ts'

const threadId = '0198c0de-0000-7000-8000-000000000001'
const messageId = '0198c0de-0000-7000-8000-000000000002'
const conversation = conversationOf(threadId)

let playground: RunningPlayground
beforeEach(async () => {
	playground = await startPlayground()
})
afterEach(() => playground[Symbol.asyncDispose]())

function ask(text = 'How much is 6 × 7?', more: Record<string, unknown> = {}) {
	return playground.api('POST', `/conversations/${threadId}/messages`, { messageId, text, ...more })
}

describe('a question', () => {
	test('is taken with what it asks for', async () => {
		expect(
			await ask('How much?', { effort: 'high', route: 'staged', workflow: 'quick', timeZone: 'Europe/Berlin' }),
		).toEqual({
			status: 202,
			body: { runId: 'run-1' },
		})
		const { body } = await playground.api('GET', `/conversations/${threadId}`)
		expect(body).toMatchObject({
			runs: [
				{
					runId: 'run-1',
					messageId,
					question: 'How much?',
					preferences: { effort: 'high', route: 'staged', workflow: 'quick' },
				},
			],
		})
	})

	test('that comes twice is one', async () => {
		expect(await ask()).toEqual(await ask())
		expect(playground.done).toEqual(['message run-1 owner'])
	})

	test('answers the run that has asked back', async () => {
		await ask()
		playground.memory.append('run-1', outcomes.wait('Which one?'))
		playground.memory.change('run-1', { state: 'waiting' })
		await using other = await startPlayground({
			memory: playground.memory,
			events: { message: async () => playground.memory.change('run-1', { state: 'queued' }) },
		})
		const answer = { messageId: messageId.replace(/2$/, '3'), text: 'The first.' }
		const path = `/conversations/${threadId}/messages`
		expect(await other.api('POST', path, answer)).toEqual({ status: 202, body: { runId: 'run-1' } })
		expect(await other.api('POST', path, answer)).toEqual({ status: 202, body: { runId: 'run-1' } })
	})

	test('says which run it answers, or that it answers none, and is told which run it went to', async () => {
		const waiting = ['run-1', 'run-2']
		for (const runId of waiting) playground.memory.begin(conversation, { runId, state: 'waiting' })
		const said: unknown[] = []
		await using other = await startPlayground({
			memory: playground.memory,
			events: {
				message: async ({ id, answers }) => {
					said.push(answers)
					if (answers === null) playground.memory.begin(conversation, { messageId: id })
				},
			},
		})
		const path = `/conversations/${threadId}/messages`
		const say = (answers: string | null) =>
			other.api('POST', path, { messageId: randomUUID(), text: 'The first.', answers })
		expect(await say('run-2')).toEqual({ status: 202, body: { runId: 'run-2' } })
		expect(await say(null)).toEqual({ status: 202, body: { runId: 'run-3' } })
		expect(said).toEqual(['run-2', null])
	})

	test('may be changed, and keeps what it asked for', async () => {
		await ask('How much?', { effort: 'high' })
		const edited = await playground.api('PUT', `/conversations/${threadId}/messages/${messageId}`, {
			text: 'How many?',
		})
		expect(edited).toEqual({ status: 202, body: { runId: 'run-2' } })
		expect((await playground.memory.conversations.runs(conversation)).at(-1)).toMatchObject({
			kind: 'edited-question',
			preferences: { effort: 'high' },
		})
		const unknown = await playground.api('PUT', `/conversations/${threadId}/messages/${threadId}`, { text: 'x' })
		expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'message-unknown' } } })
	})

	const refusals: readonly (readonly [ErrorCode, number, number | null])[] = [
		['question-empty', 400, null],
		['forbidden', 403, null],
		['usage', 409, null],
		['question-too-long', 413, null],
		['budget', 429, 3_599_001],
		['busy', 503, null],
	]
	test.each(refusals)('whose change is refused says why: %s with %i', async (code, status, retryAfterMs) => {
		await ask()
		const report = { code, message: 'No.', fix: 'Later.' }
		await using other = await startPlayground({
			memory: playground.memory,
			events: { edit: async () => ({ outcome: 'refused', ...report, retryAfterMs }) },
		})
		const response = await other.request(`/api/v1/conversations/${threadId}/messages/${messageId}`, {
			method: 'PUT',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ text: 'How many?' }),
		})
		expect([response.status, await response.json()]).toEqual([status, { error: report }])
		expect(response.headers.get('retry-after')).toBe(retryAfterMs === null ? null : '3600')
		expect((await other.memory.conversations.runs(conversation)).map(({ runId }) => runId)).toEqual(['run-1'])
	})

	const wrong: readonly unknown[] = [
		null,
		[],
		{},
		{ messageId, text: 7 },
		{ messageId: 'no-uuid', text: 'x' },
		{ messageId, text: 'x', effort: 'enormous' },
		{ messageId, text: 'x', isAdmin: true },
		{ text: 'x' },
	]
	test.each(wrong.map((body) => [body]))('is refused as %j', async (body) => {
		const response = await playground.api('POST', `/conversations/${threadId}/messages`, body)
		expect(response).toMatchObject({
			status: 400,
			body: { error: { code: 'invalid-request', fix: expect.any(String) } },
		})
		expect(playground.done).toEqual([])
	})

	test('must be JSON, and say so', async () => {
		const path = `/api/v1/conversations/${threadId}/messages`
		const body = JSON.stringify({ messageId, text: 'x' })
		const send = async (headers: Record<string, string>, text: string) =>
			(await playground.request(path, { method: 'POST', headers, body: text })).status
		expect(await send({ 'content-type': 'text/plain' }, body)).toBe(415)
		expect(await send({ 'content-type': 'application/json' }, '{"messageId":')).toBe(400)
	})

	test('that couldn’t be recorded is told so, with what to do', async () => {
		const fix = 'Try again when the database is back.'
		const away = new ThreadwiseError('store-unavailable', 'The database doesn’t answer.', {
			fix,
			retry: { afterMs: 5_000 },
		})
		await using other = await startPlayground({ events: { message: () => Promise.reject(away) } })
		const response = await other.request(`/api/v1/conversations/${threadId}/messages`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ messageId, text: 'x' }),
		})
		expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
		expect(await response.json()).toEqual({ error: { code: 'store-unavailable', message: away.message, fix } })
	})
})

describe('a run', () => {
	test('is read with its view and its journal', async () => {
		const runId = playground.memory.begin(conversation)
		playground.memory.append(runId, outcomes.end('It is **42**.'))
		expect(await playground.api('GET', `/runs/${runId}`)).toMatchObject({
			status: 200,
			body: { entry: { runId }, view: { status: 'answered', answerText: 'It is **42**.', rests: true }, runUrl: null },
		})
		expect(await playground.api('GET', `/runs/${runId}/trace`)).toMatchObject({
			status: 200,
			body: { records: [{ seq: 1, kind: 'run-end', content: { answer: 'It is **42**.' } }] },
		})
	})

	test('is read and followed by itself, however many stand before and after it', async () => {
		const thread = conversationOf(randomUUID())
		const [runId = ''] = Array.from({ length: 40 }, (_, index) =>
			playground.memory.begin(thread, { runId: `of-many-${index}`, state: 'answered' }),
		)
		playground.memory.append(runId, outcomes.end('It is **42**.'))
		const { body } = await playground.api('GET', `/runs/${runId}`)
		expect(body).toMatchObject({ entry: { runId }, view: { answerText: 'It is **42**.' } })
		const leaving = new AbortController()
		const stream = await playground.request(`/api/v1/runs/${runId}/events`, { signal: leaving.signal })
		const events = eventsIn(stream)
		const [first, second] = [await events.next(), await events.next()]
		expect(JSON.parse(first.value?.data ?? '')).toEqual(body)
		expect(second.value?.event).toBe('ready')
		leaving.abort()
	})

	test('of another platform is read by whoever looks after this one', async () => {
		const runId = playground.memory.begin({ platform: 'elsewhere', workspaceId: 'w', channelId: 'c', threadId: 't' })
		expect((await playground.api('GET', `/runs/${runId}`)).status).toBe(200)
	})

	test('that isn’t there is told so', async () => {
		for (const [method, path] of [
			['GET', ''],
			['GET', '/trace'],
			['GET', '/events'],
			['POST', '/stop'],
			['POST', '/answer-now'],
		] as const) {
			expect(await playground.api(method, `/runs/unknown${path}`)).toMatchObject({
				status: 404,
				body: { error: { code: 'run-unknown', fix: expect.any(String) } },
			})
		}
	})

	test('is stopped, hurried, repeated and judged by whoever uses the playground', async () => {
		const runId = playground.memory.begin(conversation)
		const post = (action: string, body?: unknown) => playground.api('POST', `/runs/${runId}/${action}`, body)
		expect(await post('stop')).toEqual({ status: 200, body: {} })
		expect(await post('answer-now')).toEqual({ status: 200, body: {} })
		expect(await post('again', { kind: 'think-harder' })).toEqual({ status: 200, body: { runId: `${runId}-again` } })
		expect(await post('again', { kind: 'regenerate' })).toMatchObject({ status: 200 })
		expect(await post('feedback', { helpful: false, reason: '  Wrong unit. ' })).toEqual({ status: 200, body: {} })
		expect(await post('feedback', { helpful: true, reason: ' ' })).toEqual({ status: 200, body: {} })
		expect(playground.done).toEqual([
			'stop run-1 owner (admin)',
			'answer-now run-1 owner (admin)',
			'think-harder run-1 owner (admin)',
			'regenerate run-1 owner (admin)',
			'feedback false Wrong unit. run-1 owner (admin)',
			'feedback true null run-1 owner (admin)',
		])
	})

	test('whose action is refused says why', async () => {
		const runId = playground.memory.begin(conversation)
		const report = { code: 'usage', message: 'It is answered already.', fix: 'Regenerate it.' } as const
		const refusal = { outcome: 'refused', ...report, retryAfterMs: null } as const
		await using other = await startPlayground({
			memory: playground.memory,
			events: { stop: async () => refusal, again: async () => refusal },
		})
		const expected = { status: 409, body: { error: report } }
		expect(await other.api('POST', `/runs/${runId}/stop`)).toEqual(expected)
		expect(await other.api('POST', `/runs/${runId}/again`, { kind: 'regenerate' })).toEqual(expected)
		expect((await other.api('POST', `/runs/${runId}/again`, { kind: 'retry' })).status).toBe(400)
		expect((await other.api('POST', `/runs/${runId}/feedback`, { helpful: 'yes' })).status).toBe(400)
	})
})

describe('conversations', () => {
	test('are listed page by page', async () => {
		for (const day of ['1', '2', '3']) {
			playground.memory.begin(
				{ ...conversation, threadId: `thread-${day}` },
				{ askedAt: `2026-01-0${day}T12:00:00.000Z` },
			)
		}
		expect(await playground.api('GET', '/conversations?limit=2')).toMatchObject({
			status: 200,
			body: { conversations: [{}, {}] },
		})
		const before = encodeURIComponent('2026-01-02T12:00:00.000Z')
		expect(await playground.api('GET', `/conversations?before=${before}`)).toMatchObject({
			body: { conversations: [{ conversation: { threadId: 'thread-1' } }] },
		})
		for (const query of ['limit=0', 'limit=1000', 'limit=x', 'before=yesterday']) {
			expect((await playground.api('GET', `/conversations?${query}`)).status, query).toBe(400)
		}
	})

	test('that nobody has begun are empty', async () => {
		expect(await playground.api('GET', `/conversations/${threadId}`)).toEqual({ status: 200, body: { runs: [] } })
		expect((await playground.api('GET', '/conversations/no-uuid')).status).toBe(400)
	})
})

describe('settings', () => {
	const ours = { platform: 'playground', workspaceId: '' }
	const theirs = { platform: 'elsewhere', workspaceId: 'w' }
	const whole = { scope: 'installation', subject: '' }
	const put = (settings: unknown, at: object = whole) => playground.api('PUT', '/settings', { ...at, settings })
	const get = (query: string) => playground.api('GET', `/settings?${query}`)

	test('are changed and read, whole or not at all', async () => {
		const settings = { effort: 'high', quiet: true }
		const written = { ...ours, ...whole, settings, mayChange: true }
		expect(await put(settings)).toMatchObject({ status: 200, body: written })
		expect(await get('scope=installation')).toMatchObject({ status: 200, body: written })
		const own = { scope: 'person', subject: 'owner' }
		expect(await put({ effort: 'low' }, own)).toMatchObject({
			status: 200,
			body: { ...own, settings: { effort: 'low' } },
		})
		expect(await playground.api('GET', '/me')).toMatchObject({ body: { settings: { effort: 'low' } } })
		for (const wrong of [{ effort: 'enormous' }, { usdPerDay: -1 }, { unknown: true }, { allowedPeople: [] }, null]) {
			expect((await put(wrong)).status).toBe(400)
		}
		expect((await get('scope=everything')).status).toBe(400)
	})

	test('say what applies where nothing is set, and who has said so', async () => {
		await put({ effort: 'high' })
		expect(await get('scope=person&subject=owner')).toMatchObject({
			body: {
				settings: {},
				inherited: {
					effort: { value: 'high', from: 'installation' },
					workflow: { value: 'default', from: 'configuration' },
					quiet: { value: false, from: 'usual' },
					usdPerDay: { value: null, from: 'usual' },
				},
			},
		})
	})

	test('of the playground name no channels, since it is one', async () => {
		const { body } = await get('scope=installation')
		expect(Object.keys((body as SettingsAt).inherited)).toEqual([
			'effort',
			'workflow',
			'quiet',
			'allowedPeople',
			'usdPerDay',
		])
		for (const settings of [{ allowedChannels: ['general'] }, { directMessages: false }]) {
			expect(await put(settings)).toMatchObject({ status: 400, body: { error: { fix: expect.any(String) } } })
		}
		expect((await get('scope=installation')).body).toMatchObject({ settings: {} })
	})

	test('of other platforms are changed by an admin, who finds the places that there are', async () => {
		playground.memory.begin({ ...theirs, channelId: 'general', threadId: 't' }, { asker: { id: 'U1', name: 'Ada' } })
		expect(await playground.api('GET', '/installations')).toEqual({
			status: 200,
			body: {
				installations: [
					{ ...ours, channels: [], people: [] },
					{ ...theirs, channels: ['general'], people: [{ id: 'U1', name: 'Ada' }] },
				],
			},
		})
		const settings = { allowedChannels: ['general'], directMessages: false }
		expect(await put(settings, { ...theirs, ...whole })).toMatchObject({ status: 200, body: { ...theirs, settings } })
		expect((await get('scope=installation')).body).toMatchObject({ settings: {} })
		expect((await get('platform=elsewhere&workspaceId=w&scope=channel&subject=general')).body).toMatchObject({
			inherited: { allowedPeople: { value: null, from: 'usual' } },
		})
	})

	test('that an admin refuses themselves are refused, with what to do', async () => {
		const report = { code: 'forbidden', message: 'No.', fix: 'Add yourself.' } as const
		await using other = await startPlayground({
			changeSettings: async () => ({ outcome: 'refused', ...report, retryAfterMs: null }),
		})
		const body = { ...whole, settings: { allowedPeople: ['bob'] } }
		expect(await other.api('PUT', '/settings', body)).toEqual({ status: 403, body: { error: report } })
	})

	test('are shown to everybody as far as they concern them, and changed by nobody but themselves and admins', async () => {
		const bob = { id: 'bob', name: 'bob', token: 'bobs-token-of-24-characters', isAdmin: false }
		const { memory } = playground
		memory.begin({ ...theirs, channelId: 'general', threadId: 't' })
		await using other = await startPlayground({
			memory,
			access: { people: [bob] },
			changeSettings: (actor, key, settings) => changeSettings(memory.settings, actor, key, settings),
		})
		const as = async (method: string, path: string, body?: object) => {
			const headers = { authorization: `Bearer ${bob.token}`, 'content-type': 'application/json' }
			const content = body === undefined ? {} : { body: JSON.stringify(body) }
			const response = await other.request(`/api/v1${path}`, { method, headers, ...content })
			return { status: response.status, body: await response.json() }
		}
		await put({ effort: 'high' })
		expect(await as('GET', '/installations')).toEqual({ status: 200, body: { installations: [] } })
		expect(await as('GET', '/settings?scope=installation')).toMatchObject({
			status: 200,
			body: { settings: { effort: 'high' }, mayChange: false },
		})
		expect(await as('GET', '/settings?scope=person&subject=bob')).toMatchObject({ body: { mayChange: true } })
		const foreign = ['scope=person&subject=owner', 'platform=elsewhere&workspaceId=w&scope=installation']
		for (const query of foreign) expect((await as('GET', `/settings?${query}`)).status).toBe(403)
		expect((await as('PUT', '/settings', { ...whole, settings: {} })).status).toBe(403)
		expect((await as('PUT', '/settings', { scope: 'person', subject: 'owner', settings: {} })).status).toBe(403)
		const own = { scope: 'person', subject: 'bob', settings: { effort: 'low' } }
		expect(await as('PUT', '/settings', own)).toMatchObject({ status: 200, body: own })
	})
})

test('every request is described, with what it answers when it is refused', async () => {
	const { body } = await playground.api('GET', '/openapi.json')
	const { openapi, paths, components } = body as {
		openapi: string
		paths: Record<string, Record<string, { summary: string; responses: Record<string, { content: object }> }>>
		components: { schemas: Record<string, unknown> }
	}
	expect(openapi).toBe('3.1.0')
	const described = Object.entries(paths).flatMap(([path, methods]) =>
		Object.keys(methods).map((method) => `${method} ${path}`),
	)
	expect(described.toSorted()).toEqual([
		'get /conversations',
		'get /conversations/{threadId}',
		'get /conversations/{threadId}/events',
		'get /installations',
		'get /me',
		'get /runs/{runId}',
		'get /runs/{runId}/events',
		'get /runs/{runId}/trace',
		'get /settings',
		'post /conversations/{threadId}/messages',
		'post /runs/{runId}/again',
		'post /runs/{runId}/answer-now',
		'post /runs/{runId}/feedback',
		'post /runs/{runId}/stop',
		'put /conversations/{threadId}/messages/{messageId}',
		'put /settings',
	])
	for (const { summary, responses } of Object.values(paths).flatMap((methods) => Object.values(methods))) {
		expect(summary).not.toBe('')
		expect(responses['429']?.content).toMatchObject({
			'application/json': { schema: { $ref: '#/components/schemas/Failure' } },
		})
	}
	expect(Object.keys(components.schemas)).toEqual(
		expect.arrayContaining(['Failure', 'PageView', 'RunEntry', 'RunUpdate', 'Message']),
	)
})
