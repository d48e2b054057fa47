import { expect, test } from 'vitest'
import { createOpenParts } from './open-parts.ts'

test('closes what was opened last first, also what is opened while closing', async () => {
	const closed: string[] = []
	const opened = createOpenParts()
	opened.defer('first', () => void closed.push('first'))
	opened.defer('second', () => {
		opened.defer('late', () => void closed.push('late'))
		closed.push('second')
	})
	expect(opened.stillOpen()).toEqual(['second', 'first'])
	await opened[Symbol.asyncDispose]()
	expect(closed).toEqual(['second', 'late', 'first'])
	expect(opened.stillOpen()).toEqual([])
})

test('one that fails to close keeps none of the others open', async () => {
	const closed: string[] = []
	const opened = createOpenParts()
	opened.defer('first', () => void closed.push('first'))
	opened.defer('broken', () => Promise.reject(new Error('broken')))
	await expect(opened[Symbol.asyncDispose]()).rejects.toThrow('broken')
	expect(closed).toEqual(['first'])
})
