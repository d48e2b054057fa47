import { expect, test, vi } from 'vitest'
import { createReadiness } from './health.ts'

test('names what refuses, and nothing when all is well', async () => {
	const good = { name: 'good', ask: async () => 1 }
	const bad = { name: 'bad', ask: () => Promise.reject(new Error('no')) }
	expect(await createReadiness([good])()).toEqual([])
	expect(await createReadiness([good, bad])()).toEqual(['bad'])
})

test('what stays silent is named after two seconds, and asked once however many want to know', async () => {
	const ask = vi.fn(() => new Promise(() => {}))
	const readiness = createReadiness([{ name: 'silent', ask }])
	const startedAt = performance.now()
	expect(await Promise.all([readiness(), readiness()])).toEqual([['silent'], ['silent']])
	expect(performance.now() - startedAt).toBeLessThan(4_000)
	expect(ask).toHaveBeenCalledTimes(1)
})
