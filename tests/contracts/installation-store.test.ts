import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { InstallationStore, Place as InstalledPlace } from '../../src/core/installation-store.ts'
import { createInstallationStore } from '../../src/store/index.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const [key, earlier, foreign] = [randomBytes(32), randomBytes(32), randomBytes(32)] as const
const secret = '{"token":"canary-4711"}'

function installationStoreContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`the installation store: ${titleOf(place)}`, () => {
		let opened: TestDatabase
		let store: InstallationStore
		let elsewhere: InstallationStore

		beforeAll(async () => {
			opened = await place.open()
			store = createInstallationStore(opened.database, [key])
			elsewhere = createInstallationStore(opened.sameFromElsewhere, [key])
		})
		afterAll(() => opened[Symbol.asyncDispose]())

		const aPlace = (): InstalledPlace => ({ platform: randomUUID(), workspaceId: 'W1' })
		const installed = (at: InstalledPlace, credentials = secret) => ({ ...at, name: 'Lab', credentials })
		const withKeys = (...keys: readonly Uint8Array[]) => createInstallationStore(opened.database, keys)
		const inTwoMinutes = () => new Date(Date.now() + 120_000).toISOString()

		test('where nobody has installed it, there is nothing', async () => {
			expect(await store.find(aPlace())).toBeNull()
			expect(await store.count(aPlace().platform)).toBe(0)
		})

		test('what was kept is found in every process, and in no other place', async () => {
			const here = aPlace()
			await store.save(installed(here))
			expect(await elsewhere.find(here)).toEqual(installed(here))
			expect(await store.find({ ...here, workspaceId: 'W2' })).toBeNull()
			expect(await store.find({ ...here, platform: randomUUID() })).toBeNull()
		})

		test('a second time replaces the first', async () => {
			const here = aPlace()
			await store.save(installed(here))
			await store.save({ ...installed(here, 'another'), name: 'Office' })
			expect(await elsewhere.find(here)).toEqual({ ...here, name: 'Office', credentials: 'another' })
			expect(await store.count(here.platform)).toBe(1)
		})

		test('no row of the database shows what was kept, and none looks like another', async () => {
			const [here, there] = [aPlace(), aPlace()]
			await store.save(installed(here))
			await store.save(installed(there))
			const rows = await opened.database.pool.query('select * from threadwise.credentials')
			const { data } = z.array(z.object({ sealed: z.string() })).safeParse(rows.rows)
			expect(JSON.stringify(rows.rows)).not.toContain('canary')
			expect(new Set(data?.map(({ sealed }) => sealed)).size).toBe(rows.rows.length)
		})

		test('what was kept for one place does not open in another, nor after a change', async () => {
			const [here, there] = [aPlace(), aPlace()]
			await store.save(installed(here))
			await store.save(installed(there))
			const ofPlatform = (platform: string) =>
				sql`(select id from threadwise.installations where platform = ${platform})`
			await opened.database.orm.execute(sql`
				update threadwise.credentials set sealed = (
					select sealed from threadwise.credentials where installation_id in ${ofPlatform(here.platform)}
				) where installation_id in ${ofPlatform(there.platform)}`)
			await expect(store.find(there)).rejects.toMatchObject({ code: 'store-refused' })
			await opened.database.orm.execute(sql`
				update threadwise.credentials set sealed = reverse(substr(reverse(sealed), 3)) || 'AA'
				where installation_id in ${ofPlatform(here.platform)}`)
			await expect(store.find(here)).rejects.toMatchObject({ code: 'store-refused' })
		})

		test('with another key there is nothing to be had, and it says so', async () => {
			const here = aPlace()
			await store.save(installed(here))
			await expect(withKeys(foreign).find(here)).rejects.toMatchObject({
				code: 'config',
				message: expect.stringContaining('Lab'),
				fix: expect.stringContaining('earlier key'),
			})
		})

		test('a key is replaced in two steps: the new one before the old one, and then without it', async () => {
			const here = aPlace()
			await withKeys(earlier).save(installed(here))
			expect(await withKeys(key, earlier).find(here)).toEqual(installed(here))
			await expect(withKeys(key).find(here)).rejects.toMatchObject({ code: 'config' })
			expect(await withKeys(key, earlier).renew(here.platform)).toEqual([])
			expect(await withKeys(key).find(here)).toEqual(installed(here))
			await expect(withKeys(earlier).find(here)).rejects.toMatchObject({ code: 'config' })
		})

		test('what no key opens is named when everything is sealed anew, and stays as it is', async () => {
			const here = aPlace()
			const there = { ...here, workspaceId: 'W2' }
			await withKeys(foreign).save(installed(here))
			await withKeys(earlier).save(installed(there))
			expect(await withKeys(key, earlier).renew(here.platform)).toEqual([{ workspaceId: 'W1', name: 'Lab' }])
			expect(await withKeys(foreign).find(here)).toEqual(installed(here))
			expect(await store.find(there)).toEqual(installed(there))
		})

		test('what was removed is gone in every process, and can be kept anew at once', async () => {
			const here = aPlace()
			await store.save(installed(here))
			expect(await elsewhere.remove(here, inTwoMinutes())).toBe(true)
			expect(await store.find(here)).toBeNull()
			expect(await store.remove(here, inTwoMinutes())).toBe(false)
			await store.save(installed(here, 'another'))
			expect(await elsewhere.find(here)).toEqual(installed(here, 'another'))
		})

		test('what was kept since is not removed by what comes late', async () => {
			const here = aPlace()
			await store.save(installed(here))
			expect(await store.remove(here, new Date(Date.now() - 120_000).toISOString())).toBe(false)
			expect(await store.find(here)).toEqual(installed(here))
		})
	})
}

for (const place of databases) installationStoreContract(place)
