import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noSettings } from '../../src/core/resolve-settings.ts'
import type { Settings, SettingsKey, SettingsStore } from '../../src/core/settings.ts'
import { createRunStore, createSettingsStore } from '../../src/store/index.ts'
import { aMessage } from '../support/builders.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const workflows = ['default', 'quick']
const everything: Settings = {
	effort: 'high',
	workflow: 'quick',
	quiet: true,
	allowedChannels: ['general'],
	allowedPeople: ['ada', 'bob \u{0} \u{D800}'],
	directMessages: false,
	usdPerDay: 2.5,
}

function settingsStoreContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`the settings store: ${titleOf(place)}`, () => {
		let opened: TestDatabase
		let store: SettingsStore
		let elsewhere: SettingsStore

		beforeAll(async () => {
			opened = await place.open()
			store = createSettingsStore(opened.database, workflows)
			elsewhere = createSettingsStore(opened.sameFromElsewhere, workflows)
		})
		afterAll(() => opened[Symbol.asyncDispose]())

		const aPlace = () => ({ platform: 'chat', workspaceId: randomUUID(), channelId: 'general', personId: 'ada' })
		type APlace = ReturnType<typeof aPlace>
		const keyOf = ({ platform, workspaceId }: APlace, scope: SettingsKey['scope'], subject = ''): SettingsKey => ({
			platform,
			workspaceId,
			scope,
			subject,
		})

		test('where nothing was set, there is nothing', async () => {
			expect(await store.read(aPlace())).toEqual(noSettings)
		})

		test('each scope is kept by itself, in a place where nobody has asked anything yet, and read in every process', async () => {
			const here = aPlace()
			await store.write(keyOf(here, 'installation'), { effort: 'low' })
			await store.write(keyOf(here, 'channel', 'general'), { quiet: true })
			await store.write(keyOf(here, 'person', 'ada'), { workflow: 'quick' })
			expect(await elsewhere.read(here)).toEqual({
				installation: { effort: 'low' },
				channel: { quiet: true },
				person: { workflow: 'quick' },
			})
		})

		test('everything that can be set comes back as it was, as far as a database can keep it', async () => {
			const here = aPlace()
			await store.write(keyOf(here, 'installation'), everything)
			const { installation } = await store.read(here)
			expect(installation).toEqual({ ...everything, allowedPeople: ['ada', 'bob \u{FFFD} \u{FFFD}'] })
		})

		test('a second time replaces the first, and nothing takes it all back', async () => {
			const here = aPlace()
			const key = keyOf(here, 'channel', 'general')
			await store.write(key, { quiet: true, effort: 'low' })
			await store.write(key, { effort: 'high' })
			expect((await store.read(here)).channel).toEqual({ effort: 'high' })
			await store.write(key, {})
			expect((await store.read(here)).channel).toEqual({})
		})

		test('nothing of another channel, person, workspace or scope is read', async () => {
			const here = aPlace()
			await store.write(keyOf(here, 'channel', 'lab'), { effort: 'low' })
			await store.write(keyOf(here, 'channel', 'ada'), { effort: 'low' })
			await store.write(keyOf(here, 'person', 'general'), { effort: 'low' })
			await store.write(keyOf(here, 'person', 'bob'), { effort: 'low' })
			await store.write(keyOf(aPlace(), 'installation'), { effort: 'low' })
			expect(await store.read(here)).toEqual(noSettings)
		})

		test('every place in which something was set or asked is known, with its channels and people', async () => {
			const here = aPlace()
			const runs = await createRunStore(opened.database)
			const said = (channelId: string, author: { id: string; name: string }, isDirect = false) => {
				const { platform, workspaceId } = here
				const conversation = { platform, workspaceId, channelId, threadId: randomUUID(), isDirect }
				return runs.record({ ...aMessage({ author }), conversation })
			}
			await said('general', { id: 'ada', name: 'Ada' })
			await said('general', { id: 'bob', name: 'Bob' })
			await said('direct', { id: 'bob', name: 'Bob' }, true)
			await store.write(keyOf(here, 'channel', 'lab'), { quiet: true })
			const elsewhereSet = aPlace()
			await elsewhere.write(keyOf(elsewhereSet, 'installation'), { quiet: true })
			const known = await elsewhere.installations()
			const of = ({ workspaceId }: APlace) => known.find((place) => place.workspaceId === workspaceId)
			expect(of(here)).toEqual({
				platform: 'chat',
				workspaceId: here.workspaceId,
				channels: ['lab', 'general'],
				people: [
					{ id: 'bob', name: 'Bob' },
					{ id: 'ada', name: 'Ada' },
				],
			})
			expect(of(elsewhereSet)).toMatchObject({ channels: [], people: [] })
			await runs.close()
		})

		test('a workflow that is not there is refused, with those that are', async () => {
			const key = keyOf(aPlace(), 'installation')
			await expect(store.write(key, { workflow: 'slow' })).rejects.toMatchObject({
				code: 'workflow',
				message: 'There is no workflow "slow".',
				fix: 'Choose one of these: default, quick.',
			})
		})

		test.each<[SettingsKey['scope'], Settings]>([
			['person', { allowedPeople: ['ada'] }],
			['person', { allowedChannels: ['general'] }],
			['person', { directMessages: true }],
			['channel', { allowedChannels: ['general'] }],
			['channel', { directMessages: true }],
		])('what a %s does not have is refused: %j', async (scope, settings) => {
			const here = aPlace()
			const key = keyOf(here, scope, scope === 'person' ? 'ada' : 'general')
			await expect(store.write(key, settings)).rejects.toMatchObject({ code: 'config' })
			expect(await store.read(here)).toEqual(noSettings)
		})

		test('what a newer version has set beside is no trouble', async () => {
			const here = aPlace()
			await store.write(keyOf(here, 'installation'), { effort: 'low' })
			await opened.database.orm.execute(sql`
				update threadwise.settings set body = body || '{"tone": "dry"}'::jsonb
				where installation_id = (select id from threadwise.installations where workspace_id = ${here.workspaceId})`)
			expect((await store.read(here)).installation).toEqual({ effort: 'low' })
		})
	})
}

for (const place of databases) settingsStoreContract(place)
