import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SupervisedCall } from './supervised-call.ts'

beforeEach(() => {
	vi.useFakeTimers()
})
afterEach(() => {
	vi.useRealTimers()
})

function started(silenceMs = 1_000) {
	const caller = new AbortController()
	return { caller, call: new SupervisedCall(caller.signal, silenceMs) }
}

const forever = () => new Promise<never>(() => undefined)

test('ends after the silence while somebody waits for the server', async () => {
	const { call } = started()
	void call.watch(forever())
	await vi.advanceTimersByTimeAsync(999)
	expect(call.ending).toBeNull()
	await vi.advanceTimersByTimeAsync(1)
	expect(call.ending).toEqual({ by: 'silence', silenceMs: 1_000 })
	expect(call.controller.signal.aborted).toBe(true)
})

test('begins the silence anew with every byte', async () => {
	const { call } = started()
	void call.watch(forever())
	for (let byte = 0; byte < 5; byte++) {
		await vi.advanceTimersByTimeAsync(900)
		call.heard()
	}
	expect(call.ending).toBeNull()
	await vi.advanceTimersByTimeAsync(1_000)
	expect(call.ending).toMatchObject({ by: 'silence' })
})

test('does not count the time between two waits, in which the consumer is busy', async () => {
	const { call } = started()
	expect(await call.watch(Promise.resolve('chunk'))).toBe('chunk')
	await vi.advanceTimersByTimeAsync(3_600_000)
	call.heard()
	expect(call.ending).toBeNull()
	expect(vi.getTimerCount()).toBe(0)
})

test('waits for longer than a timer of Node can count', async () => {
	const { call } = started(Number.MAX_SAFE_INTEGER)
	void call.watch(forever())
	await vi.advanceTimersByTimeAsync(24 * 3_600_000)
	expect(call.ending).toBeNull()
	call.close()
})

test('keeps the first reason for its end and lets go of the signal', () => {
	const { caller, call } = started()
	const reason = new Error('stop')
	caller.abort(reason)
	call.close()
	expect(call.ending).toEqual({ by: 'caller', reason })
	expect(getEventListeners(caller.signal, 'abort')).toEqual([])
})

test('a closed call no longer listens to the signal', () => {
	const { caller, call } = started()
	call.close()
	caller.abort()
	expect(call.ending).toEqual({ by: 'consumer' })
})
