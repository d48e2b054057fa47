import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { LogLevel } from '../config/index.ts'
import { ThreadwiseError } from '../core/errors.ts'
import { createLog } from './log.ts'

const canary = 'canary-5d41402abc'
const question = 'How many canaries sing in Dover?'
const lineSchema = z.looseObject({ level: z.string(), time: z.iso.datetime(), msg: z.string() })

function logged(level: LogLevel, secrets: readonly string[] = [canary], logLevel: LogLevel | null = null) {
	const lines: string[] = []
	const { log, adopt } = createLog(level, { write: (line) => lines.push(line) })
	adopt({ logLevel, secrets })
	return { log, lines, parsed: () => lines.map((line) => lineSchema.parse(JSON.parse(line))) }
}

describe('the log', () => {
	test('is as loud as the command, unless the configuration says otherwise', () => {
		const { log, parsed } = logged('warn')
		log.info('quiet')
		log.warn('loud')
		expect(parsed()).toMatchObject([{ level: 'warn', msg: 'loud' }])
		const quiet = logged('info', [], 'silent')
		quiet.log.error('nothing')
		expect(quiet.lines).toEqual([])
	})

	test.each<[string, object]>([
		['a field', { address: `http://me:${canary}@host` }],
		['a nested field', { request: { headers: { authorization: `Bearer ${canary}` }, tries: [{ key: canary }] } }],
		['a password that nobody has configured', { url: 'redis://:unknown-canary-5d41402abc@host:1/0' }],
		['an error', { error: new ThreadwiseError('config', `refused ${canary}`, { fix: '' }) }],
		[
			'the cause of the cause of an error in an object',
			{
				what: {
					error: new Error('outer', {
						cause: new Error('inner', { cause: new ThreadwiseError('config', canary, { fix: '' }) }),
					}),
				},
			},
		],
		['a command that failed', { error: Object.assign(new Error('failed'), { command: { args: [canary] } }) }],
	])('hides a secret in %s, and stays JSON', (_, fields) => {
		const { log, lines, parsed } = logged('info')
		log.warn(fields, 'trouble')
		expect(parsed()).toHaveLength(1)
		expect(lines.join('')).not.toContain(canary)
	})

	test('hides what is named like a secret, and nothing that only sounds like one', () => {
		const { log, parsed } = logged('info')
		log.info({ headers: { Authorization: 'Basic x', cookie: 'y' }, botToken: 'z', inputTokens: 7 }, 'names')
		expect(parsed()).toMatchObject([
			{ headers: { Authorization: '[secret]', cookie: '[secret]' }, botToken: '[secret]', inputTokens: 7 },
		])
	})

	const quoting: readonly [string, () => unknown][] = [
		['the parser of JSON', () => JSON.parse(question)],
		['an operator', () => 'length' in (question as unknown as object)],
		[
			'a model server',
			() => {
				throw new ThreadwiseError('model-request', `refused: ${question}`, { fix: '', cause: new Error(question) })
			},
		],
		[
			'text with lines like those of a stack',
			() => {
				throw new Error(`${question}\n    at ${question} (file:1:1)`)
			},
		],
	]
	test.each(quoting)('repeats nothing that %s quotes, and still says where it was', (_, fail) => {
		const { log, lines } = logged('info')
		try {
			fail()
		} catch (error) {
			log.error({ error }, 'a bug')
		}
		expect(lines.join('')).not.toContain('canaries')
		expect(lines.join('')).toContain('log.test.ts')
	})

	test('keeps the words of Threadwise and of the system', () => {
		const { log, parsed } = logged('info')
		const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), {
			code: 'ECONNREFUSED',
			syscall: 'connect',
		})
		log.warn(
			{ error: new ThreadwiseError('store-unavailable', 'The database is away.', { fix: '', cause: refused }) },
			'x',
		)
		expect(parsed()).toMatchObject([
			{
				error: {
					code: 'store-unavailable',
					message: 'The database is away.',
					cause: { code: 'ECONNREFUSED', message: refused.message },
				},
			},
		])
	})
})
