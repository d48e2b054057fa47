import { describe, expect, test } from 'vitest'
import type { InstallationStore, Place } from '../../src/core/installation-store.ts'
import { createRemovals } from './removals.ts'

const here: Place = { platform: 'slack', workspaceId: 'T1' }
const keptAt = Date.UTC(2026, 10, 30, 12, 0, 0, 700)
const app = { clientId: '1.2', clientSecret: '', stateSecret: '', publicUrl: '', allowedWorkspaces: null }

/** A store with one installation, which was kept at that moment, and what was removed from Threadwise. */
function scene(access: 'installation' | 'token' = 'installation') {
	let isKept = true
	const removed: Place[] = []
	const installations: InstallationStore = {
		save: async () => {},
		find: async () => (isKept ? { ...here, name: 'Lab', credentials: '' } : null),
		remove: async (_, keptBefore) => {
			const isOld = keptAt < Date.parse(keptBefore)
			isKept &&= !isOld
			return isOld
		},
		count: async () => (isKept ? 1 : 0),
		renew: async () => [],
	}
	const removals = createRemovals(
		{ access: access === 'token' ? { by: access, botToken: '' } : { by: access, ...app }, installations },
		{
			removed: async (place) => {
				removed.push(place)
			},
		},
	)
	return { removals, removed, isKept: () => isKept }
}

const told = (event: unknown, at = keptAt) => ({ team_id: 'T1', event_time: Math.floor(at / 1_000), event })

describe('a workspace that', () => {
	test.each([{ type: 'app_uninstalled' }, { type: 'tokens_revoked', tokens: { oauth: [], bot: ['U1'] } }])(
		'has taken the app off is forgotten: %j',
		async (event) => {
			const { removals, removed, isKept } = scene()
			await removals(told(event))
			expect([isKept(), removed]).toEqual([false, [here]])
		},
	)

	test('has installed it again since stays, whatever comes late', async () => {
		const { removals, removed, isKept } = scene()
		await removals(told({ type: 'app_uninstalled' }, keptAt - 1_000))
		expect([isKept(), removed]).toEqual([true, []])
	})

	test('hears of both events is told to Threadwise each time: the first may not have got through', async () => {
		const { removals, removed } = scene()
		await removals(told({ type: 'tokens_revoked', tokens: { bot: ['U1'] } }))
		await removals(told({ type: 'app_uninstalled' }))
		expect(removed).toEqual([here, here])
	})

	test.each([
		{ type: 'tokens_revoked', tokens: { oauth: ['U2'] } },
		{ type: 'tokens_revoked' },
		{ type: 'message' },
		null,
	])('has only lost a token that is not the bot’s stays: %j', async (event) => {
		const { removals, removed, isKept } = scene()
		await removals(told(event))
		expect([isKept(), removed]).toEqual([true, []])
	})

	test('was connected by its token alone is not ours to forget', async () => {
		const { removals, removed, isKept } = scene('token')
		await removals(told({ type: 'app_uninstalled' }))
		expect([isKept(), removed]).toEqual([true, []])
	})
})
