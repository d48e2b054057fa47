import fc from 'fast-check'
import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ThreadwiseError } from '../core/errors.ts'
import { createRedactor } from '../core/redaction.ts'
import { silenceError, translateModelError } from './errors.ts'

const key = 'canary-key-1f9d'
const asked = { alias: 'strong', model: 'gpt-x', server: 'models.example:8443', redact: createRedactor([key]) }
const nowMs = Date.parse('2026-11-05T10:00:00Z')

function answered(status: number | undefined, error: object, headers: Record<string, string> = {}): ThreadwiseError {
	return translateModelError(APIError.generate(status, { error }, undefined, new Headers(headers)), asked, nowMs)
}

function broken(code: string): ThreadwiseError {
	const cause = new TypeError('fetch failed', { cause: Object.assign(new Error('system'), { code }) })
	return translateModelError(new APIConnectionError({ cause }), asked, nowMs)
}

describe('answers with a status', () => {
	const again = { afterMs: null }
	const cases = [
		{ status: 400, error: { message: 'bad' }, code: 'model-request', retry: 'never' },
		{ status: 401, error: { message: 'bad' }, code: 'model-auth', retry: 'never' },
		{ status: 402, error: { message: 'Insufficient Balance' }, code: 'model-quota', retry: 'never' },
		{ status: 403, error: { message: 'bad' }, code: 'model-auth', retry: 'never' },
		{ status: 404, error: { message: 'bad' }, code: 'model-request', retry: 'never' },
		{ status: 408, error: {}, code: 'model-overloaded', retry: again },
		{ status: 409, error: {}, code: 'model-overloaded', retry: again },
		{ status: 413, error: {}, code: 'model-request', retry: 'never' },
		{ status: 422, error: {}, code: 'model-request', retry: 'never' },
		{ status: 429, error: {}, code: 'model-overloaded', retry: again },
		{ status: 429, error: { code: 'insufficient_quota' }, code: 'model-quota', retry: 'never' },
		{ status: 429, error: { type: 'insufficient_quota' }, code: 'model-quota', retry: 'never' },
		{ status: 500, error: {}, code: 'model-overloaded', retry: again },
		{ status: 529, error: {}, code: 'model-overloaded', retry: again },
		{ status: 400, error: { code: 'content_filter' }, code: 'model-filtered', retry: 'never' },
	] as const

	test.each(cases)('$status $error is $code', ({ status, error, code, retry }) => {
		const failure = answered(status, error)
		expect(failure).toMatchObject({ code, retry })
		expect(failure.message).toContain('models.example:8443')
		expect(failure.message).toContain('gpt-x')
	})

	test.each([
		{ headers: { 'retry-after': '2' }, afterMs: 2_000 },
		{ headers: { 'retry-after': '0.5' }, afterMs: 500 },
		{ headers: { 'retry-after-ms': '750', 'retry-after': '9' }, afterMs: 750 },
		{ headers: { 'retry-after': 'Thu, 05 Nov 2026 10:00:07 GMT' }, afterMs: 7_000 },
		{ headers: { 'retry-after': 'Thu, 05 Nov 2026 09:00:00 GMT' }, afterMs: 0 },
		{ headers: { 'retry-after': 'soon' }, afterMs: null },
	])('$headers asks for $afterMs ms', ({ headers, afterMs }) => {
		expect(answered(429, {}, headers).retry).toEqual({ afterMs })
	})

	test('have fixes that name what to change', () => {
		expect(answered(401, {}).fix).toContain('OPENAI_API_KEY')
		expect(answered(404, {}).fix).toMatch(/gpt-x.*OPENAI_BASE_URL/)
		expect(answered(400, { code: 'context_length_exceeded' }).fix).toContain('larger context window')
	})
})

describe('broken connections', () => {
	const codes = [
		'ECONNREFUSED',
		'ECONNRESET',
		'ENOTFOUND',
		'EAI_AGAIN',
		'DEPTH_ZERO_SELF_SIGNED_CERT',
		'UND_ERR_SOCKET',
	]
	test.each(codes)('%s is named', (code) => {
		const failure = broken(code)
		expect(failure).toMatchObject({ code: 'model-unreachable', retry: { afterMs: null } })
		expect(failure.message).toContain(code)
		expect(failure.fix).toContain('OPENAI_BASE_URL')
	})

	test('are found behind every address that was tried', () => {
		const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
		const failure = translateModelError(new APIConnectionError({ cause: new AggregateError([refused]) }), asked)
		expect(failure.message).toContain('ECONNREFUSED')
	})

	test('in mid-stream come as a bare TypeError', () => {
		expect(translateModelError(new TypeError('terminated'), asked)).toMatchObject({ code: 'model-unreachable' })
	})
})

test('a timeout of the client and a silence are the same to the outside', () => {
	const timeout = translateModelError(new APIConnectionTimeoutError(), asked)
	expect(timeout).toMatchObject({ code: 'model-timeout', retry: { afterMs: null } })
	expect(silenceError(1_500, asked).message).toBe('models.example:8443 said nothing for gpt-x for 1.5 s.')
})

test('what cannot be read is malformed', () => {
	const unreadable = [new SyntaxError('Unexpected token'), z.string().safeParse(1).error]
	for (const thrown of unreadable) {
		expect(translateModelError(thrown, asked)).toMatchObject({ code: 'model-malformed', retry: { afterMs: null } })
	}
})

test('an error of our own passes unchanged', () => {
	const own = new ThreadwiseError('budget', 'spent', { fix: 'wait' })
	expect(translateModelError(own, asked)).toBe(own)
})

test('any thrown value becomes one model error', () => {
	fc.assert(
		fc.property(fc.anything(), (thrown) => {
			expect(translateModelError(thrown, asked).code).toMatch(/^model-/)
		}),
	)
})

test('no secret survives, in whatever form it is echoed', () => {
	const secrets = fc.string({ minLength: 4, unit: 'grapheme' })
	fc.assert(
		fc.property(secrets, fc.constantFrom(400, 401, 429, 500), (secret, status) => {
			const redact = createRedactor([secret])
			const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]
			for (const form of forms) {
				expect(redact(`\u{e000}${form}\u{e001}`)).toBe('\u{e000}[secret]\u{e001}')
				const message = `bad key ${form}`
				const thrown = APIError.generate(status, { error: { message } }, undefined, new Headers())
				const failure = translateModelError(thrown, { ...asked, redact })
				if (secret.trim() === secret && secret.length > 12) {
					expect(failure.message).not.toContain(form)
					expect(String(failure.cause)).not.toContain(form)
				}
			}
		}),
	)
})

test('what looks like a key is hidden even if it is not ours', () => {
	const redact = createRedactor([null])
	expect(redact('Incorrect key sk-proj-abc***xyz, sent as Bearer abcdef')).toBe(
		'Incorrect key [secret], sent as Bearer [secret]',
	)
})
