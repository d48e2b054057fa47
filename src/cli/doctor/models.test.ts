import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { changedRows, doctorRows, rowNamed, type Variables } from '../../../tests/support/doctor.ts'
import {
	emptyAtLength,
	hang,
	quotaExceeded,
	type RecordedRequest,
	raw,
	reply,
	type ScriptedStep,
	startScriptedModelServer,
	status,
	unauthorizedEchoingKey,
	wholeReply,
} from '../../../tests/support/scripted-model-server.ts'
import { freePort } from '../../../tests/support/servers.ts'
import type { CheckRow } from '../../core/check.ts'

// Each visit asks a server of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const model = 'tiny-1'
const key = 'sk-canary-4711'
const aliases = 'fast, strong, judge'

type Kind = 'list' | 'small' | 'json_schema' | 'json_object' | 'json-in-text'
type Behaviour = Readonly<Record<Kind, ScriptedStep>>

const silence = hang()
const numbers = reply(['1 2 3', ' 4 5 6', ' 7 8 9'])
const verdict = reply('{"evidence": "12 times 4.50 is 54", "holds": true}')
const list = (...names: readonly string[]) =>
	raw(JSON.stringify({ object: 'list', data: names.map((id) => ({ id })) }), 'application/json')
const healthy: Behaviour = {
	list: list(model, 'other-7b'),
	small: numbers,
	json_schema: verdict,
	json_object: verdict,
	'json-in-text': verdict,
}

function kindOf({ path, body }: RecordedRequest): Kind {
	if (path.endsWith('/models')) return 'list'
	const format = body.response_format
	if (typeof format === 'object' && format !== null && 'type' in format) {
		return format.type === 'json_schema' ? 'json_schema' : 'json_object'
	}
	return JSON.stringify(body.messages).includes('claimed-result') ? 'json-in-text' : 'small'
}

/** A visit to a server that is healthy but for some of its behaviour. Every alias is one model there. */
async function visit(broken: Partial<Behaviour>, more: Variables = {}): Promise<readonly CheckRow[]> {
	const behaviour = { ...healthy, ...broken }
	const server = await startScriptedModelServer((request) => behaviour[kindOf(request)])
	onTestFinished(() => server.close())
	const base = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: key, THREADWISE_MODEL: model }
	const timeoutMs = Object.values(broken).includes(silence) ? '500' : '20000'
	return doctorRows({ ...base, THREADWISE_MODEL_TIMEOUT_MS: timeoutMs, ...more })
}

/** Every fact that an answer is needed for. */
const needAnswer = ['JSON', 'streaming', 'usage', 'speed'].map((name) => `${aliases}: ${name}: not-checked`)
const [json, ...others] = needAnswer

let well: readonly CheckRow[]
beforeAll(async () => {
	const server = await startScriptedModelServer((request) => healthy[kindOf(request)])
	well = await doctorRows({ OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: key, THREADWISE_MODEL: model })
	await server.close()
})

test('a healthy server: every row about it is ok, and says what was found', () => {
	const rows = well.filter(({ name }) => /^(?:endpoint|key|fast)/.test(name))
	expect(rows.map(({ name, status }) => `${name}: ${status}`)).toEqual(
		[
			'endpoint',
			'key',
			...['model', 'reply', 'JSON', 'streaming', 'usage', 'speed', 'price'].map((name) => `${aliases}: ${name}`),
		].map((name) => `${name}: ok`),
	)
	expect(rowNamed(well, 'endpoint').message).toMatch(/^127\.0\.0\.1:\d+\/v1 answers and lists 2 models$/)
	expect(rowNamed(well, `${aliases}: JSON`).message).toBe('json_schema')
	expect(rowNamed(well, `${aliases}: streaming`).message).toBe('streams (3 pieces)')
	expect(rowNamed(well, `${aliases}: usage`).message).toBe('reported (11 + 7 tokens)')
})

/** What is broken, the row that says so in which words, and the rows that can't be checked without it. */
const faults: readonly (readonly [
	what: string,
	broken: Partial<Behaviour>,
	row: string,
	says: RegExp,
	also: readonly string[],
])[] = [
	[
		'a web page where the API should be',
		{ list: raw('<!doctype html>', 'text/html') },
		'endpoint: problem',
		/OPENAI_BASE_URL/,
		['key: not-checked', `${aliases}: model: not-checked`, `${aliases}: reply: not-checked`, ...needAnswer],
	],
	[
		'a server that says nothing',
		{ list: silence },
		'endpoint: problem',
		/does not answer/,
		['key: not-checked', `${aliases}: model: not-checked`, `${aliases}: reply: not-checked`, ...needAnswer],
	],
	[
		'a key that is refused',
		{ list: unauthorizedEchoingKey(), small: unauthorizedEchoingKey() },
		'key: problem',
		/does not accept the key/,
		[`${aliases}: model: not-checked`, `${aliases}: reply: not-checked`, ...needAnswer],
	],
	[
		'a model name that is unknown',
		{ list: list('tiny-2', 'other'), small: status(404, 'no such model') },
		`${aliases}: model: problem`,
		/knows no model "tiny-1"\. It has tiny-2, other\./,
		[`${aliases}: reply: not-checked`, ...needAnswer],
	],
	[
		'an unknown model on a server without a list',
		{ list: status(404, 'no'), small: status(404, 'no such model') },
		`${aliases}: model: problem`,
		/knows no model "tiny-1"\./,
		['key: not-checked', `${aliases}: reply: not-checked`, ...needAnswer],
	],
	['a model that hangs', { small: silence }, `${aliases}: reply: problem`, /said nothing .* for 0\.5 s/, needAnswer],
	[
		'a model that only thinks',
		{ small: emptyAtLength() },
		`${aliases}: reply: problem`,
		/THREADWISE_MODEL_KIND=reasoning/,
		needAnswer,
	],
	['no quota left', { small: quotaExceeded() }, `${aliases}: reply: problem`, /no quota left/, needAnswer],
	[
		'a server without any JSON mode',
		{
			json_schema: status(400, 'json_schema is not supported'),
			json_object: status(400, 'json_object is not supported'),
		},
		`${aliases}: JSON: warning`,
		/neither json_schema nor json_object/,
		[],
	],
	[
		'a model that answers in no form',
		{ json_schema: reply('I would rather not.') },
		`${aliases}: JSON: problem`,
		/did not answer in the form/,
		[],
	],
	[
		'a server that does not stream',
		{ small: wholeReply('1 2 3 4 5') },
		`${aliases}: streaming: warning`,
		/in one piece/,
		[],
	],
	[
		'a server that reports no usage in streams',
		{ small: reply(['1 2 3', ' 4 5 6'], { usage: null }) },
		`${aliases}: usage: warning`,
		/no usage in streams/,
		[],
	],
]

describe('what is broken is told by its own row', () => {
	test.each(faults)('%s', async (_what, broken, row, says, also) => {
		const rows = await visit(broken)
		expect(changedRows(well, rows).toSorted()).toEqual([row, ...also].toSorted())
		const { message, fix } = rowNamed(rows, row.replace(/: \w+$/, ''))
		expect(`${message} ${fix}`).toMatch(says)
		expect(JSON.stringify(rows)).not.toContain('canary')
	})

	test('a server that nobody has started', async () => {
		const rows = await visit({}, { OPENAI_BASE_URL: `http://127.0.0.1:${await freePort()}/v1` })
		expect(changedRows(well, rows)).toEqual([
			'endpoint: problem',
			'key: not-checked',
			`${aliases}: model: not-checked`,
			`${aliases}: reply: not-checked`,
			json,
			...others,
		])
		expect(rowNamed(rows, 'endpoint')).toMatchObject({
			message: expect.stringContaining('ECONNREFUSED'),
			fix: expect.stringContaining('ollama serve'),
		})
	})

	test('an address without the /v1 under which the API is', async () => {
		const server = await startScriptedModelServer((request) =>
			request.path.startsWith('/v1/') ? healthy[kindOf(request)] : status(404, '404 page not found'),
		)
		onTestFinished(() => server.close())
		const rows = await visit({}, { OPENAI_BASE_URL: server.baseUrl.replace('/v1', '') })
		expect(rowNamed(rows, 'endpoint')).toMatchObject({
			status: 'problem',
			fix: `Set OPENAI_BASE_URL to ${server.baseUrl}`,
		})
		expect(rows.filter(({ status: each }) => each === 'problem')).toHaveLength(1)
	})

	test('no key where one is asked for', async () => {
		const refused = status(401, 'You did not provide an API key.')
		const rows = await visit({ list: refused, small: refused }, { OPENAI_API_KEY: '' })
		expect(rowNamed(rows, 'key')).toMatchObject({
			status: 'problem',
			message: expect.stringContaining('asks for a key'),
		})
		expect(rows.filter(({ status: each }) => each === 'problem')).toHaveLength(1)
	})

	test('a server without json_schema is well, and the row says what is used instead', async () => {
		const rows = await visit({ json_schema: status(400, 'json_schema is not supported') })
		expect(changedRows(well, rows)).toEqual([])
		expect(rowNamed(rows, `${aliases}: JSON`).message).toContain('json_object')
	})

	test('a server that keeps no list is well, if its model answers', async () => {
		expect(changedRows(well, await visit({ list: status(404, 'no') }))).toEqual([])
	})

	test('a key that may not list models is well, if the model answers', async () => {
		expect(changedRows(well, await visit({ list: status(403, 'missing scope') }))).toEqual([])
	})

	test('one of two models: the other keeps its rows', async () => {
		const server = await startScriptedModelServer((request) =>
			request.body.model === 'big-1' ? quotaExceeded() : healthy[kindOf(request)],
		)
		onTestFinished(() => server.close())
		const rows = await visit({}, { OPENAI_BASE_URL: server.baseUrl, THREADWISE_MODEL_STRONG: 'big-1' })
		expect(rowNamed(rows, 'fast: reply').status).toBe('ok')
		expect(rowNamed(rows, 'strong, judge: reply').status).toBe('problem')
		expect(rowNamed(rows, 'key').status).toBe('ok')
	})
})

test('with no model configured, the row says what answers instead', async () => {
	const rows = await doctorRows({})
	expect(rowNamed(rows, 'model')).toMatchObject({ status: 'not-configured', fix: expect.stringContaining('setup') })
	expect(rows.some(({ status: each }) => each === 'problem' || each === 'warning')).toBe(false)
})
