import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countVotes, leadIsSafe } from './vote.ts'

const ballot = (key: string | null, weight = 1) => ({ answer: `It is ${key}.`, key, weight })

describe('counting votes', () => {
	test('equal answers are one group, with their weights together', () => {
		expect(countVotes([ballot('4', 4), ballot('5'), ballot('5', 0.5), ballot('4')])).toEqual([
			{ key: '4', answer: 'It is 4.', weight: 5, votes: 2 },
			{ key: '5', answer: 'It is 5.', weight: 1.5, votes: 2 },
		])
	})

	test('a checked chain outweighs three samples that agree on something else', () => {
		const [winner] = countVotes([ballot('checked', 4), ballot('other'), ballot('other'), ballot('other')])
		expect(winner?.key).toBe('checked')
	})

	test('an answer that nothing can be compared with counts for nobody', () => {
		expect(countVotes([ballot(null), ballot(null)])).toEqual([])
	})

	test('a vote without weight is none', () => {
		expect(countVotes([ballot('4'), ballot('5', 0), ballot('4', 0)])).toEqual([
			{ key: '4', answer: 'It is 4.', weight: 1, votes: 1 },
		])
	})

	test('the first to be found wins a tie', () => {
		expect(countVotes([ballot('a'), ballot('b')])[0]?.key).toBe('a')
	})
})

describe('the lead', () => {
	const votes = (...counts: readonly number[]) => counts.map((count) => ({ votes: count }))

	test.each([
		[[4], true],
		[[3], false],
		[[3, 1], false],
		[[1], false],
		[[], false],
		[[7, 1], true],
		[[5, 1], false],
		[[2, 2], false],
		[[9, 3], true],
		[[1, 7], false],
		[[4, 1, 4], false],
	])('of %j is safe: %s', (counts, safe) => {
		expect(leadIsSafe(votes(...counts))).toBe(safe)
	})

	test('is never less safe with one vote more for the leader, nor more with one against', () => {
		const count = fc.nat(40)
		fc.assert(
			fc.property(count, count, (leader, runnerUp) => {
				fc.pre(leader >= runnerUp)
				const safe = leadIsSafe(votes(leader, runnerUp))
				if (safe) expect(leadIsSafe(votes(leader + 1, runnerUp))).toBe(true)
				else expect(leadIsSafe(votes(leader, runnerUp + 1)) && leader >= runnerUp + 1).toBe(false)
			}),
		)
	})
})
