import { expect, test } from 'vitest'
import { ThreadwiseError } from './errors.ts'
import { createLastingTrouble } from './lasting-trouble.ts'

function listening() {
	const heard: string[] = []
	const trouble = createLastingTrouble({
		onTrouble: (error) => heard.push(error instanceof Error ? error.message : String(error)),
		onRelief: () => heard.push('relief'),
	})
	return { trouble, heard }
}

const away = (message: string) => new ThreadwiseError('store-unavailable', message, { fix: 'Wait.' })

test('is told when it begins and when it is over, each time', () => {
	const { trouble, heard } = listening()
	for (let round = 0; round < 2; round++) {
		for (let met = 0; met < 3; met++) trouble.meet(new Error('no connection'))
		for (let well = 0; well < 3; well++) trouble.end()
	}
	expect(heard).toEqual(['no connection', 'relief', 'no connection', 'relief'])
})

test('is told when it becomes another, but not when it turns back to what was told', () => {
	const { trouble, heard } = listening()
	for (const message of ['refused', 'timed out', 'refused', 'timed out']) trouble.meet(new Error(message))
	trouble.end()
	expect(heard).toEqual(['refused', 'timed out', 'relief'])
})

test('of ours is the same by its code, whatever its words', () => {
	const { trouble, heard } = listening()
	for (const message of ['refused on port 1', 'refused on port 2']) trouble.meet(away(message))
	expect(heard).toEqual(['refused on port 1'])
})

test('that never was is not over', () => {
	const { trouble, heard } = listening()
	trouble.end()
	expect(heard).toEqual([])
})
