import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { abortCauseOf } from '../core/abort.ts'
import type { Appended, Extended } from '../core/run-store.ts'
import { keepLease, leaseMs } from './lease.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const claim = { runId: 'run', attempt: 1, leaseMs }
const extended: Extended = { outcome: 'extended', stopRequested: null, answerNow: false }
const appended: Appended = { outcome: 'appended', lastSeq: 1, stopRequested: null, answerNow: false }

/** A lease on a store that answers as it is told to; what is asked is counted. */
function leaseOn(extend: () => Promise<Extended>, askedAt = performance.now(), append = async () => appended) {
	let asked = 0
	const counting = () => {
		asked += 1
		return extend()
	}
	const lease = keepLease({ extend: counting, append }, claim, askedAt)
	return { lease, asked: () => asked }
}

test('is extended every second', async () => {
	const { lease, asked } = leaseOn(async () => extended)
	await vi.advanceTimersByTimeAsync(60_000)
	expect(asked()).toBe(60)
	expect(lease.signal.aborted).toBe(false)
	await lease[Symbol.asyncDispose]()
	await vi.advanceTimersByTimeAsync(60_000)
	expect(asked()).toBe(60)
})

test('is extended by whatever is appended, and within a second of that', async () => {
	const { lease, asked } = leaseOn(async () => extended)
	for (let written = 0; written < 100; written++) {
		await vi.advanceTimersByTimeAsync(600)
		await lease.append(claim, [])
	}
	expect(asked()).toBe(0)
	await vi.advanceTimersByTimeAsync(1_000)
	expect(asked()).toBe(1)
})

test('is not extended by what the store refused to append', async () => {
	const refusing = async (): Promise<Appended> => ({ outcome: 'stop-requested', reason: 'user' })
	const { lease, asked } = leaseOn(async () => extended, performance.now(), refusing)
	await vi.advanceTimersByTimeAsync(600)
	await lease.append(claim, [])
	await vi.advanceTimersByTimeAsync(400)
	expect(asked()).toBe(1)
})

test('ends when the store says so, or that the run shall stop', async () => {
	const lost = leaseOn(async () => ({ outcome: 'lease-lost' }))
	const stopped = leaseOn(async () => ({ ...extended, stopRequested: 'user' }))
	await vi.advanceTimersByTimeAsync(1_000)
	expect(abortCauseOf(lost.lease.signal)).toBe('lease-lost')
	expect(abortCauseOf(stopped.lease.signal)).toBe('user')
})

test('tells that the answer is wanted now, and goes on', async () => {
	const { lease } = leaseOn(async () => ({ ...extended, answerNow: true }))
	await vi.advanceTimersByTimeAsync(1_000)
	expect(abortCauseOf(lease.answerNow)).toBe('answer-now')
	await vi.advanceTimersByTimeAsync(30_000)
	expect(lease.signal.aborted).toBe(false)
})

test('survives a store that fails for less than its length', async () => {
	let away = true
	const { lease } = leaseOn(async () => {
		if (away) throw new Error('the database is away')
		return extended
	})
	await vi.advanceTimersByTimeAsync(9_000)
	away = false
	await vi.advanceTimersByTimeAsync(30_000)
	expect(lease.signal.aborted).toBe(false)
})

test.each([
	['fails', () => Promise.reject(new Error('the database is away'))],
	['stays silent', () => new Promise<Extended>(() => {})],
])('ends by itself, and not before its length, when the store %s', async (_, extend) => {
	const { lease } = leaseOn(extend)
	await vi.advanceTimersByTimeAsync(9_900)
	expect(lease.signal.aborted).toBe(false)
	await vi.advanceTimersByTimeAsync(1_100)
	expect(abortCauseOf(lease.signal)).toBe('lease-lost')
})

test('is counted from when it was asked for: a slow store is no gift of time', async () => {
	const { lease } = leaseOn(() => new Promise(() => {}), performance.now() - 5_000)
	await vi.advanceTimersByTimeAsync(6_000)
	expect(abortCauseOf(lease.signal)).toBe('lease-lost')
})

test('asks a silent store once at a time: the connections are needed for other things', async () => {
	const { asked } = leaseOn(() => new Promise(() => {}))
	await vi.advanceTimersByTimeAsync(60_000)
	expect(asked()).toBe(1)
})
