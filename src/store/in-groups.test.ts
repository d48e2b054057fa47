import { expect, test } from 'vitest'
import { inGroups } from './in-groups.ts'

test('what is asked for while a group is under way is done together, in its order', async () => {
	const groups: (readonly number[])[] = []
	const release = Promise.withResolvers<void>()
	const add = inGroups(async (items: readonly number[]) => {
		groups.push(items)
		await release.promise
	})
	const first = add(1)
	await Promise.resolve()
	await Promise.resolve()
	const others = [add(2), add(3), add(4)]
	release.resolve()
	await Promise.all([first, ...others])
	expect(groups).toEqual([[1], [2, 3, 4]])
})

test('a group that fails fails for those in it, and for nobody after them', async () => {
	let isDown = true
	const add = inGroups(async (_items: readonly number[]) => {
		if (isDown) throw new Error('the database was away')
	})
	const failed = await Promise.allSettled([add(1), add(2)])
	expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
	isDown = false
	await add(3)
})
