import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admitsEverybody } from './may.ts'
import {
	createSettingsReader,
	type Defaults,
	inheritedSettings,
	noSettings,
	resolveSettings,
} from './resolve-settings.ts'
import type { Settings, SettingsChain, SettingsScope } from './settings.ts'

const defaults: Defaults = {
	effort: 'medium',
	workflow: 'default',
	channels: { 'chat/lab': { workflow: 'two-minds' }, 'chat/brief': { effort: 'low', workflow: 'quick' } },
}
const inLab = { platform: 'chat', channelId: 'lab' }
const inBrief = { platform: 'chat', channelId: 'brief' }
const resolved = (chain: Partial<SettingsChain>, place = inLab) =>
	resolveSettings({ ...noSettings, ...chain }, defaults, place)

test.each([
	['chat', 'anywhere', { effort: 'medium', workflow: 'default' }],
	['chat', 'lab', { effort: 'medium', workflow: 'two-minds' }],
	['chat', 'brief', { effort: 'low', workflow: 'quick' }],
	['another', 'brief', { effort: 'medium', workflow: 'default' }],
])(
	'where nothing was set, the configuration says how a question in %s/%s is worked on: %j',
	(platform, channelId, choice) => {
		expect(resolved({}, { platform, channelId })).toEqual({
			...choice,
			quiet: false,
			admission: admitsEverybody,
			usdPerDay: {},
		})
	},
)

describe('what was set', () => {
	test('goes before the configuration, also where that says something about the channel', () => {
		expect(resolved({ installation: { effort: 'high' } }, inBrief)).toMatchObject({ effort: 'high', workflow: 'quick' })
	})

	test('for a person goes before that of the channel, and this before that of the installation', () => {
		const installation: Settings = { effort: 'low', workflow: 'a', quiet: true }
		const channel: Settings = { effort: 'medium', workflow: 'b' }
		const person: Settings = { effort: 'high', quiet: false }
		expect(resolved({ installation })).toMatchObject({ effort: 'low', workflow: 'a', quiet: true })
		expect(resolved({ installation, channel })).toMatchObject({ effort: 'medium', workflow: 'b', quiet: true })
		expect(resolved({ installation, channel, person })).toMatchObject({ effort: 'high', workflow: 'b', quiet: false })
	})

	test('about who is answered, a channel may say otherwise; a person may not', () => {
		const installation: Settings = { allowedPeople: ['ada'], allowedChannels: ['lab'], directMessages: false }
		expect(resolved({ installation }).admission).toEqual({
			people: ['ada'],
			channels: ['lab'],
			directMessages: false,
		})
		const channel: Settings = { allowedPeople: ['bob'], allowedChannels: ['den'], directMessages: true }
		const person: Settings = { allowedPeople: ['eve'], allowedChannels: ['den'], directMessages: true }
		expect(resolved({ installation, channel, person }).admission).toEqual({
			people: ['bob'],
			channels: ['lab'],
			directMessages: false,
		})
	})

	test('about money is each one’s own', () => {
		expect(resolved({ installation: { usdPerDay: 5 }, person: { usdPerDay: 1 } }).usdPerDay).toEqual({
			installation: 5,
			person: 1,
		})
	})

	const settings: fc.Arbitrary<Settings> = fc.record(
		{
			effort: fc.constantFrom('low', 'medium', 'high'),
			workflow: fc.constantFrom('default', 'quick'),
			quiet: fc.boolean(),
		},
		{ requiredKeys: [] },
	)
	test('is what the nearest scope says that says anything', () => {
		fc.assert(
			fc.property(settings, settings, settings, (installation, channel, person) => {
				const { effort, workflow, quiet } = resolved({ installation, channel, person })
				const nearest = {
					workflow: 'two-minds',
					effort: 'medium',
					quiet: false,
					...installation,
					...channel,
					...person,
				}
				expect({ effort, workflow, quiet }).toEqual(nearest)
			}),
		)
	})
})

describe('what a scope inherits', () => {
	const noLimit = { calls: null, tokens: null, costMicroUsd: null }
	const budgets = { person: { ...noLimit, costMicroUsd: 500_000 }, channel: noLimit, installation: noLimit }
	const chain: SettingsChain = {
		installation: { effort: 'low', allowedPeople: ['ada'], directMessages: false, usdPerDay: 9 },
		channel: { workflow: 'a', allowedPeople: ['bob'] },
		person: { effort: 'high', quiet: true },
	}
	const inheritedBy = (scope: SettingsScope, channelId = 'lab') =>
		inheritedSettings({ platform: 'chat', scope }, channelId, chain, { ...defaults, budgets })

	test('is named with who has said it, for an installation', () => {
		expect(inheritedBy('installation', '')).toEqual({
			effort: { value: 'medium', from: 'configuration' },
			workflow: { value: 'default', from: 'configuration' },
			quiet: { value: false, from: 'usual' },
			allowedChannels: { value: null, from: 'usual' },
			allowedPeople: { value: null, from: 'usual' },
			directMessages: { value: true, from: 'usual' },
			usdPerDay: { value: null, from: 'usual' },
		})
	})

	test('for a channel, with what the configuration says of it', () => {
		expect(inheritedBy('channel')).toEqual({
			effort: { value: 'low', from: 'installation' },
			workflow: { value: 'two-minds', from: 'configuration' },
			quiet: { value: false, from: 'usual' },
			allowedPeople: { value: ['ada'], from: 'installation' },
			usdPerDay: { value: null, from: 'usual' },
		})
	})

	test('for a person, whose money no wider scope sets', () => {
		expect(inheritedBy('person')).toEqual({
			effort: { value: 'low', from: 'installation' },
			workflow: { value: 'a', from: 'channel' },
			quiet: { value: false, from: 'usual' },
			usdPerDay: { value: 0.5, from: 'configuration' },
		})
	})

	test('is what applies to a question of somebody who has set nothing', () => {
		const { effort, workflow, quiet } = inheritedBy('person')
		const applies = resolved({ ...chain, person: {} })
		expect(applies).toMatchObject({ effort: effort?.value, workflow: workflow?.value, quiet: quiet?.value })
	})
})

test('a reader resolves what is set by then', async () => {
	let person: Settings = {}
	const read = createSettingsReader({ read: async () => ({ ...noSettings, person }) }, defaults)
	const place = { ...inLab, workspaceId: 'w', personId: 'ada' }
	expect((await read(place)).effort).toBe('medium')
	person = { effort: 'high' }
	expect((await read(place)).effort).toBe('high')
})
