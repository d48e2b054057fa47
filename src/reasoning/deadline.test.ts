import { afterEach, expect, test, vi } from 'vitest'
import { AbortedError, abortCauseOf } from '../core/abort.ts'
import { withDeadline } from './deadline.ts'

afterEach(() => void vi.useRealTimers())

test('aborts with the deadline as its cause when the time is over, not before', () => {
	vi.useFakeTimers()
	using deadline = withDeadline(new AbortController().signal, 2_000)
	vi.advanceTimersByTime(1_999)
	expect(deadline.signal.aborted).toBe(false)
	vi.advanceTimersByTime(1)
	expect(abortCauseOf(deadline.signal)).toBe('deadline')
})

test('passes on an earlier abort with its own cause', () => {
	const outer = new AbortController()
	using deadline = withDeadline(outer.signal, 60_000)
	outer.abort(new AbortedError('user'))
	expect(abortCauseOf(deadline.signal)).toBe('user')
})

test('leaves no timer behind', () => {
	vi.useFakeTimers()
	withDeadline(new AbortController().signal, 60_000)[Symbol.dispose]()
	expect(vi.getTimerCount()).toBe(0)
})
