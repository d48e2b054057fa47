import { expect, test } from 'vitest'
import { AbortedError, abortCauseOf } from './abort.ts'
import { joinSignals } from './join-signals.ts'

const aborted = (cause: 'user' | 'shutdown') => AbortSignal.abort(new AbortedError(cause))

test('a joined signal aborts with the first cause of several, also where that was there before', () => {
	const [first, second] = [new AbortController(), new AbortController()]
	using joined = joinSignals(first.signal, second.signal)
	expect(joined.signal.aborted).toBe(false)
	second.abort(new AbortedError('user'))
	first.abort(new AbortedError('shutdown'))
	expect(abortCauseOf(joined.signal)).toBe('user')
	using late = joinSignals(aborted('shutdown'), aborted('user'))
	expect(abortCauseOf(late.signal)).toBe('shutdown')
})

test('a joined signal that was disposed follows nothing any more', () => {
	const lasting = new AbortController()
	const joined = joinSignals(lasting.signal)
	joined[Symbol.dispose]()
	lasting.abort(new AbortedError('shutdown'))
	expect(joined.signal.aborted).toBe(false)
})
