import { expect, test } from 'vitest'
import { createVerdictCache, type Verdict } from './verdict-cache.ts'

const verdict: Verdict = { level: 'easy', reason: 'one fact', estimatedSteps: 1, ambiguous: false }

test('keeps what was used last', () => {
	const cache = createVerdictCache(2)
	cache.set('a', verdict)
	cache.set('b', verdict)
	expect(cache.get('a')).toEqual(verdict)
	cache.set('c', verdict)
	expect(cache.get('b')).toBeNull()
	expect(cache.get('a')).toEqual(verdict)
	expect(cache.get('c')).toEqual(verdict)
})
