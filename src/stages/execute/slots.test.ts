import { expect, test } from 'vitest'
import { createSlots } from './slots.ts'

/** Work that says when it begins and goes on when it is told to. */
function work(name: string, release: Promise<void>): AsyncGenerator<string, string, void> {
	return (async function* () {
		yield `${name} begins`
		await release
		return name
	})()
}

test('a slot is given to whoever waits longest, as soon as one is free', async () => {
	const slots = createSlots(1)
	const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
	const order: string[] = []
	const run = async (name: string, release: Promise<void>) => {
		for await (const said of slots.use(work(name, release))) order.push(said)
		order.push(`${name} ends`)
	}
	const all = Promise.all([run('a', first.promise), run('b', second.promise), run('c', Promise.resolve())])
	second.resolve()
	first.resolve()
	await all
	expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('a slot comes back from work that fails or is left', async () => {
	const slots = createSlots(1)
	const failing = slots.use(
		(async function* (): AsyncGenerator<string, string, void> {
			yield 'begins'
			throw new Error('broken')
		})(),
	)
	await failing.next()
	await expect(failing.next()).rejects.toThrow('broken')
	const left = slots.use(work('left', Promise.resolve()))
	await left.next()
	await left.return('gone')
	expect(await slots.use(work('last', Promise.resolve())).next()).toEqual({ done: false, value: 'last begins' })
})
