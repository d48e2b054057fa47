import { expect, test } from 'vitest'
import { aRun, recordsOf } from '../../tests/support/builders.ts'
import { eventsOf, openReasoning, order, outcomeOf } from '../../tests/support/reasoning.ts'
import { noSettings, resolveSettings, type SettingsReader } from '../core/resolve-settings.ts'
import type { Settings, SettingsPlace } from '../core/settings.ts'
import type { Charged, Payer, SpendStore } from '../core/spend-store.ts'

const defaults = { effort: 'medium', workflow: 'default' } as const
const easyQuestion = 'What is the capital of France?'

/** A reader that says what was set for whoever asks, and notes where it was asked. */
function reading(person: Settings) {
	const places: SettingsPlace[] = []
	const settings: SettingsReader = async (place) => {
		places.push(place)
		return resolveSettings({ ...noSettings, person }, defaults, place)
	}
	return { settings, places }
}

test('a run goes by what was set for whoever asks where they ask', async () => {
	await using world = await openReasoning()
	const { settings, places } = reading({ effort: 'low', workflow: 'quick', quiet: true })
	const run = aRun({ text: order.question })
	const { entries } = await world.attempt({ run, settings })
	const [start] = eventsOf(entries, 'run-start')
	expect(start).toMatchObject({ workflow: { name: 'quick' }, settings: { effort: 'low', quiet: true, usdPerDay: {} } })
	expect(eventsOf(entries, 'run-route')[0]?.effort).toBe('low')
	expect(places).toMatchObject([{ ...run.conversation, personId: run.asker.id }])
})

test('what the question says goes before it', async () => {
	await using world = await openReasoning()
	const { settings } = reading({ effort: 'low', workflow: 'quick' })
	const run = aRun({ text: easyQuestion, preferences: { effort: 'high', workflow: 'default' } })
	const { entries } = await world.attempt({ run, settings })
	expect(eventsOf(entries, 'run-start')[0]?.workflow.name).toBe('default')
	expect(eventsOf(entries, 'run-route')[0]?.effort).toBe('high')
})

test('a later attempt goes on with what the first one began with, whatever is set by then', async () => {
	await using world = await openReasoning()
	const run = aRun({ text: order.question })
	const first = await world.attempt({ run, settings: reading({ effort: 'low' }).settings })
	const { settings, places } = reading({ effort: 'high', workflow: 'quick', quiet: true })
	const resumed = await world.attempt({ run, records: recordsOf(first.entries.slice(0, 1)), settings })
	expect(places).toEqual([])
	expect(eventsOf(resumed.entries, 'run-route')[0]?.effort).toBe('low')
	expect(outcomeOf(resumed)).toBe(outcomeOf(first))
})

test('a run of a version in which nothing could be set goes on by the configuration', async () => {
	await using world = await openReasoning()
	const run = aRun({ text: order.question })
	const first = await world.attempt({ run })
	const [start] = recordsOf(first.entries)
	if (start?.kind !== 'run-start') throw new Error('a run begins with its start')
	const { settings: _, ...older } = start
	const resumed = await world.attempt({ run, records: [older], settings: reading({ effort: 'high' }).settings })
	expect(eventsOf(resumed.entries, 'run-route')[0]?.effort).toBe('medium')
})

test('what may be spent on a day is charged as it was set', async () => {
	await using world = await openReasoning()
	const payers: Payer[] = []
	const charged: Charged = { outcome: 'charged', day: '2026-01-01', levels: [] }
	const spending: SpendStore = {
		limits: ({ usdPerDay = {} }) => Object.keys(usdPerDay).length > 0,
		charge: async (payer) => {
			payers.push(payer)
			return charged
		},
		correct: async () => [],
		exhausted: async () => null,
	}
	const run = aRun({ text: easyQuestion })
	await world.attempt({ run, spending, settings: reading({}).settings })
	expect(payers).toEqual([])
	await world.attempt({ run, spending, settings: reading({ usdPerDay: 2 }).settings })
	expect(payers.length).toBeGreaterThan(0)
	for (const payer of payers) expect(payer.usdPerDay).toEqual({ person: 2 })
})
