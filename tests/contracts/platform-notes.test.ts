import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PlatformNotes } from '../../src/core/platform-notes.ts'
import { createPlatformNotes } from '../../src/store/index.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const longMs = 60_000

function platformNotesContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`the notes of a platform: ${titleOf(place)}`, () => {
		let opened: TestDatabase
		beforeAll(async () => {
			opened = await place.open()
		})
		afterAll(() => opened[Symbol.asyncDispose]())

		const open = (
			platform: string = randomUUID(),
		): { readonly notes: PlatformNotes; readonly elsewhere: PlatformNotes } => ({
			notes: createPlatformNotes(opened.database, platform),
			elsewhere: createPlatformNotes(opened.sameFromElsewhere, platform),
		})

		test('what nobody has noted is not there', async () => {
			const { notes } = open()
			expect(await notes.find('seen:1')).toBeNull()
			expect(await notes.list('')).toEqual([])
		})

		test('what is kept is found in every process, until its time is over', async () => {
			const { notes, elsewhere } = open()
			await notes.keep([{ key: 'seen:1', text: '100' }], longMs)
			expect(await elsewhere.find('seen:1')).toBe('100')
			await notes.keep([{ key: 'seen:1', text: '100' }], 1)
			await sleep(10)
			expect(await elsewhere.find('seen:1')).toBeNull()
			expect(await elsewhere.list('seen:')).toEqual([])
		})

		test('a second time replaces the first', async () => {
			const { notes } = open()
			await notes.keep([{ key: 'seen:1', text: '100' }], longMs)
			await notes.keep([{ key: 'seen:1', text: '101 “\u{0}”' }], longMs)
			expect(await notes.find('seen:1')).toBe('101 “\u{FFFD}”')
		})

		test('many are kept at once, none as well, and listed by how their keys begin, whatever stands in those', async () => {
			const { notes } = open()
			await notes.keep([], longMs)
			await notes.keep(
				['seen:2', 'seen:1', 'seen_1', 'SEEN:1', 'other:1', 'seen:%'].map((key) => ({ key, text: key })),
				longMs,
			)
			expect((await notes.list('seen:')).map(({ key }) => key).toSorted()).toEqual(['seen:%', 'seen:1', 'seen:2'])
		})

		test('one platform knows nothing of another', async () => {
			const { notes } = open()
			await notes.keep([{ key: 'seen:1', text: '100' }], longMs)
			expect(await open().notes.find('seen:1')).toBeNull()
			expect(await open().notes.list('')).toEqual([])
		})
	})
}

for (const place of databases) platformNotesContract(place)
