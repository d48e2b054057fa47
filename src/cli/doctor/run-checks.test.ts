import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Check, ok, problem } from '../../core/check.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import { runChecks } from './run-checks.ts'

const options = { timeoutMs: 10_000, redact: (text: string) => text.replaceAll('canary', '[secret]') }

function after(name: string, ms: number): Check {
	return { name, run: () => sleep(ms, ok(`${name} is well`)) }
}

test('checks run side by side, and their rows come in the order of the list', async () => {
	const begun = Promise.withResolvers<void>()
	const waiting: Check = { name: 'waiting', run: () => begun.promise.then(() => ok('the other one has begun')) }
	const other: Check = {
		name: 'other',
		run: async () => {
			begun.resolve()
			return ok('has begun')
		},
	}
	const rows = await Array.fromAsync(runChecks([waiting, other, after('last', 1)], { ...options, timeoutMs: 20_000 }))
	expect(rows.map(({ name, status }) => `${name}: ${status}`)).toEqual(['waiting: ok', 'other: ok', 'last: ok'])
})

test('a row is there as soon as it and those before it are done', async () => {
	const seen = Promise.withResolvers<void>()
	const slow: Check = { name: 'slow', run: () => seen.promise.then(() => ok('at last')) }
	const rows = runChecks([after('quick', 1), slow], { ...options, timeoutMs: 20_000 })
	expect((await rows.next()).value).toMatchObject({ name: 'quick', status: 'ok' })
	seen.resolve()
	expect((await rows.next()).value).toMatchObject({ name: 'slow', status: 'ok' })
})

test('a check that takes too long is a problem, is told to end, and keeps nobody waiting', async () => {
	let told = false
	const hanging: Check = {
		name: 'hanging',
		timeoutMs: 50,
		run: (signal) =>
			new Promise(() => {
				signal.addEventListener('abort', () => {
					told = true
				})
			}),
	}
	const rows = await Array.fromAsync(runChecks([hanging, after('other', 1)], options))
	expect(rows.map(({ status }) => status)).toEqual(['problem', 'ok'])
	expect(rows[0]?.message).toContain('0.05 s')
	expect(told).toBe(true)
})

test('a check that throws is a problem with the fix that the error names, and one that throws a bug still ends in a row', async () => {
	const failing = (name: string, error: Error): Check => ({ name, run: () => Promise.reject(error) })
	const known = new ThreadwiseError('config', 'The port is taken.', { fix: 'Choose another one.' })
	const rows = await Array.fromAsync(
		runChecks([failing('known', known), failing('bug', new TypeError('x is no function')), after('well', 1)], options),
	)
	expect(rows[0]).toEqual({ name: 'known', ...problem('The port is taken.', 'Choose another one.') })
	expect(rows[1]?.message).toContain('x is no function')
	expect(rows.map(({ status }) => status)).toEqual(['problem', 'problem', 'ok'])
})

test('no secret gets into a row, wherever a check puts it', async () => {
	const said = new ThreadwiseError('config', 'canary in the message', { fix: 'canary in the fix' })
	const rows = await Array.fromAsync(
		runChecks(
			[
				{ name: 'canary', run: async () => problem('canary', 'canary') },
				{ name: 'thrown', run: () => Promise.reject(said) },
				{ name: 'bug', run: () => Promise.reject(new Error('canary')) },
			],
			options,
		),
	)
	expect(JSON.stringify(rows)).not.toContain('canary')
	expect(rows).toHaveLength(3)
})
