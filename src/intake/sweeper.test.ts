import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Intake } from './intake.ts'
import { startSweeper } from './sweeper.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function intakeWith(sweep: Intake['sweep']): Intake {
	const unused = () => Promise.reject(new Error('not used here'))
	const actions = { stop: unused, answerNow: unused, again: unused, feedback: unused }
	return { ask: unused, receive: unused, edit: unused, overhear: unused, stop: unused, removed: unused, actions, sweep }
}

test('sweeps again and again, one sweep at a time, until it is disposed', async () => {
	const sweeps: PromiseWithResolvers<number>[] = []
	const sweep = () => {
		const swept = Promise.withResolvers<number>()
		sweeps.push(swept)
		return swept.promise
	}
	const sweeper = startSweeper(intakeWith(sweep), { onTrouble: () => {}, onRelief: () => {} })
	await vi.advanceTimersByTimeAsync(12_000)
	expect(sweeps).toHaveLength(1)
	sweeps[0]?.resolve(0)
	await vi.advanceTimersByTimeAsync(2_000)
	expect(sweeps).toHaveLength(2)
	sweeps[1]?.resolve(0)
	await sweeper[Symbol.asyncDispose]()
	await vi.advanceTimersByTimeAsync(60_000)
	expect(sweeps).toHaveLength(2)
})

test('goes on after sweeps that failed, and says once that they do and once that it is over', async () => {
	const heard: string[] = []
	let count = 0
	const sweep = async () => {
		count += 1
		if (count <= 3) throw new Error('the queue is down')
		return 0
	}
	await using _ = startSweeper(intakeWith(sweep), {
		onTrouble: (error) => heard.push(String(error)),
		onRelief: () => heard.push('relief'),
	})
	await vi.advanceTimersByTimeAsync(6_000)
	expect(heard).toEqual(['Error: the queue is down'])
	await vi.advanceTimersByTimeAsync(4_000)
	expect(count).toBe(5)
	expect(heard).toEqual(['Error: the queue is down', 'relief'])
})
