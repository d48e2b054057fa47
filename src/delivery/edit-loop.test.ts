import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { aView } from '../../tests/support/builders.ts'
import { type AbortCause, AbortedError } from '../core/abort.ts'
import { rests } from '../core/reply-view.ts'
import { createEditLoop, type EditLoopOptions } from './edit-loop.ts'
import { createPace } from './pace.ts'

const paceMs = 1_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A platform on which every edit takes until it is told to end. */
function patientPlatform(options: Partial<EditLoopOptions> = {}) {
	const shown: string[] = []
	const edits: PromiseWithResolvers<void>[] = []
	const loop = createEditLoop({
		send: ({ answer }) => {
			shown.push(answer)
			const edit = Promise.withResolvers<void>()
			edits.push(edit)
			return edit.promise
		},
		pace: createPace(paceMs),
		isRest: rests,
		retryDelayMs: () => null,
		signal: new AbortController().signal,
		...options,
	})
	const end = async (index: number) => {
		edits[index]?.resolve()
		await vi.advanceTimersByTimeAsync(0)
	}
	return { loop, shown, edits, end }
}

const working = (answer: string) => aView({ answer })
const answered = (answer: string) => aView({ answer, status: 'answered' })

/** Whether it has settled by now, how, or not yet. */
async function stateOf(promise: Promise<void>): Promise<string> {
	let state = 'pending'
	promise.then(
		() => (state = 'settled'),
		(error: Error) => (state = error.message),
	)
	await vi.advanceTimersByTimeAsync(0)
	return state
}

describe('the edit loop', () => {
	test('shows the first view at once', () => {
		const { loop, shown } = patientPlatform()
		loop.show(working('one'))
		expect(shown).toEqual(['one'])
	})

	test('has one edit in flight; of what comes in meanwhile only the newest is shown', async () => {
		const { loop, shown, end } = patientPlatform()
		for (const answer of ['one', 'two', 'three']) loop.show(working(answer))
		await vi.advanceTimersByTimeAsync(10 * paceMs)
		expect(shown).toEqual(['one'])
		await end(0)
		await vi.advanceTimersByTimeAsync(paceMs)
		expect(shown).toEqual(['one', 'three'])
	})

	test('keeps the pace between the end of an edit and the next one', async () => {
		const { loop, shown, end } = patientPlatform()
		loop.show(working('one'))
		await end(0)
		loop.show(working('two'))
		await vi.advanceTimersByTimeAsync(paceMs - 1)
		expect(shown).toEqual(['one'])
		await vi.advanceTimersByTimeAsync(1)
		expect(shown).toEqual(['one', 'two'])
	})

	test.each(['answered', 'stopped', 'failed', 'waiting'] as const)(
		'a view that is %s does not wait for its turn',
		async (status) => {
			const { loop, shown, end } = patientPlatform()
			loop.show(working('one'))
			await end(0)
			await vi.advanceTimersByTimeAsync(1)
			loop.show(aView({ answer: 'last', status }))
			await vi.advanceTimersByTimeAsync(0)
			expect(shown).toEqual(['one', 'last'])
		},
	)

	test('the last view follows an edit in flight at once', async () => {
		const { loop, shown, end } = patientPlatform()
		loop.show(working('one'))
		loop.show(answered('last'))
		await end(0)
		expect(shown).toEqual(['one', 'last'])
	})

	test('is settled when the newest view is shown, and without a pause after the last one', async () => {
		const { loop, end } = patientPlatform()
		loop.show(answered('last'))
		const settled = loop.settled()
		expect(await stateOf(settled)).toBe('pending')
		await end(0)
		expect(await stateOf(settled)).toBe('settled')
		expect(vi.getTimerCount()).toBe(0)
	})

	test('is settled while nothing was shown', async () => {
		expect(await stateOf(patientPlatform().loop.settled())).toBe('settled')
	})
})

describe('an edit that fails', () => {
	test('is told to whoever waits for the end, also when it failed before they began to wait', async () => {
		const { loop, edits } = patientPlatform()
		loop.show(answered('last'))
		edits[0]?.reject(new Error('the channel is gone'))
		await vi.advanceTimersByTimeAsync(0)
		expect(await stateOf(loop.settled())).toBe('the channel is gone')
	})

	test('does not keep a newer view from being shown, least of all the last one', async () => {
		const { loop, shown, edits, end } = patientPlatform()
		loop.show(working('one'))
		loop.show(answered('last'))
		edits[0]?.reject(new Error('too fast'))
		await vi.advanceTimersByTimeAsync(0)
		expect(shown).toEqual(['one', 'last'])
		await end(1)
		expect(await stateOf(loop.settled())).toBe('settled')
	})

	test('is tried again with the next view, not by itself', async () => {
		const { loop, shown, edits } = patientPlatform()
		loop.show(working('one'))
		edits[0]?.reject(new Error('too fast'))
		await vi.advanceTimersByTimeAsync(10 * paceMs)
		expect(shown).toEqual(['one'])
		loop.show(working('two'))
		await vi.advanceTimersByTimeAsync(0)
		expect(shown).toEqual(['one', 'two'])
	})
})

describe('an edit that may be tried again', () => {
	const retried = { retryDelayMs: (_: unknown, failures: number) => (failures < 3 ? failures * 100 : null) }

	test('is, after the wait that its failure asks for, until it is shown', async () => {
		const { loop, shown, edits, end } = patientPlatform(retried)
		loop.show(answered('last'))
		edits[0]?.reject(new Error('too fast'))
		await vi.advanceTimersByTimeAsync(99)
		expect(shown).toEqual(['last'])
		await vi.advanceTimersByTimeAsync(1)
		expect(shown).toEqual(['last', 'last'])
		await end(1)
		expect(await stateOf(loop.settled())).toBe('settled')
	})

	test('is given up when no wait helps any more', async () => {
		const { loop, shown, edits } = patientPlatform(retried)
		loop.show(answered('last'))
		for (const index of [0, 1, 2]) {
			edits[index]?.reject(new Error('the channel is gone'))
			await vi.advanceTimersByTimeAsync(1_000)
		}
		expect(shown).toHaveLength(3)
		expect(await stateOf(loop.settled())).toBe('the channel is gone')
	})

	test('makes way for a newer view', async () => {
		const { loop, shown, edits } = patientPlatform(retried)
		loop.show(working('one'))
		edits[0]?.reject(new Error('too fast'))
		await vi.advanceTimersByTimeAsync(50)
		loop.show(answered('last'))
		await vi.advanceTimersByTimeAsync(50)
		expect(shown).toEqual(['one', 'last'])
	})
})

describe('an abort', () => {
	/** Aborts while one view is shown and the next one waits for its turn. */
	async function abortedInPause(cause: AbortCause) {
		const controller = new AbortController()
		const { loop, shown, end } = patientPlatform({ signal: controller.signal })
		loop.show(working('one'))
		await end(0)
		loop.show(working('two'))
		await vi.advanceTimersByTimeAsync(1)
		controller.abort(new AbortedError(cause))
		return { loop, shown }
	}

	test('on shutdown shows what is newest at once, and then nothing', async () => {
		const { shown } = await abortedInPause('shutdown')
		await vi.advanceTimersByTimeAsync(0)
		expect(shown).toEqual(['one', 'two'])
	})

	test('because the conversation is another’s shows nothing more', async () => {
		const { loop, shown } = await abortedInPause('lease-lost')
		await vi.advanceTimersByTimeAsync(10 * paceMs)
		expect(shown).toEqual(['one'])
		expect(await stateOf(loop.settled())).toBe('aborted: lease-lost')
	})
})

test('a view that comes in just as the one before it is through is shown as well', async () => {
	const shown: string[] = []
	const loop = createEditLoop({
		send: async ({ answer }) => void shown.push(answer),
		pace: createPace(0),
		isRest: rests,
		retryDelayMs: () => null,
		signal: new AbortController().signal,
	})
	for (let microtasks = 0; microtasks < 12; microtasks++) {
		loop.show(working(`before ${microtasks}`))
		for (let passed = 0; passed < microtasks; passed++) await Promise.resolve()
		loop.show(answered(`last ${microtasks}`))
		await loop.settled()
		expect(shown.at(-1)).toBe(`last ${microtasks}`)
	}
})

test('messages of one channel share its pace', async () => {
	const pace = createPace(paceMs)
	const [first, second] = [patientPlatform({ pace }), patientPlatform({ pace })]
	for (const { loop, end } of [first, second]) {
		loop.show(working('one'))
		await end(0)
	}
	first.loop.show(working('two'))
	second.loop.show(working('two'))
	await vi.advanceTimersByTimeAsync(paceMs)
	expect([first.shown, second.shown]).toEqual([['one', 'two'], ['one']])
	await first.end(1)
	await vi.advanceTimersByTimeAsync(paceMs)
	expect(second.shown).toEqual(['one', 'two'])
})
