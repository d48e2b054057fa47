import { expect, test } from 'vitest'
import { differingCommands, discordCommands } from './commands.ts'

/** As Discord hands them back: with what it adds, and what was left out filled in. */
const known = () =>
	discordCommands().map((command, index) => ({
		id: String(index),
		application_id: '900',
		version: '1',
		description: '',
		nsfw: false,
		default_member_permissions: null,
		name_localizations: null,
		...command,
	}))

test('commands that Discord knows as they are do not differ', () => {
	expect(differingCommands(known())).toEqual([])
})

test('where Discord knows none, all differ', () => {
	expect(differingCommands([])).toEqual(['ask', 'think', 'quick', 'stop', 'Think about this'])
})

test('those differ that are described otherwise, are missing, or are none of ours any more', () => {
	const [ask, ...others] = known()
	const old = { ...ask, description: 'Asks' }
	const gone = { type: 1, name: 'dance', description: 'Dances' }
	expect(differingCommands([old, ...others.filter(({ name }) => name !== 'stop'), gone])).toEqual([
		'ask',
		'stop',
		'dance',
	])
})

test('names and descriptions are as long as Discord takes them', () => {
	for (const command of discordCommands()) {
		expect(command.name.length).toBeLessThanOrEqual(32)
		if ('description' in command) expect(String(command.description).length).toBeLessThanOrEqual(100)
	}
})
