import { Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { codeOf, openDiscord } from './bots-at-work.ts'

const option = (name: string, required: boolean) => ({ type: 3, name, description: 'an option', required })
const ask = { name: 'ask', description: 'Ask a question', options: [option('question', true), option('effort', false)] }
const registered = z.array(z.looseObject({ id: z.string(), version: z.string(), name: z.string() }))

async function openCommands() {
	const { discord, rest, ada } = await openDiscord()
	const path = Routes.applicationCommands(discord.applicationId)
	const put = async (...body: readonly object[]) => registered.parse(await rest.put(path, { body }))
	return { discord, rest, ada, put, path }
}

test('registering replaces everything; what stays keeps its id, what is the same its version', async () => {
	const { rest, put, path } = await openCommands()
	const [first] = await put(ask)
	const [same] = await put(ask)
	const [changed] = await put({ ...ask, description: 'Ask anything' }, { name: 'stop', description: 'Stop' })
	expect(same).toEqual(first)
	expect(changed?.id).toBe(first?.id)
	expect(changed?.version).not.toBe(first?.version)
	expect(registered.parse(await rest.get(path)).map(({ name }) => name)).toEqual(['ask', 'stop'])
})

test.for([
	['a name with capitals', { ...ask, name: 'Ask' }],
	['a name with spaces', { ...ask, name: 'ask me' }],
	['a name of 33 characters', { ...ask, name: 'x'.repeat(33) }],
	['no description', { name: 'ask' }],
	['a description of 101 characters', { ...ask, description: 'x'.repeat(101) }],
	['a required option after others', { ...ask, options: [option('effort', false), option('question', true)] }],
	['two options of a name', { ...ask, options: [option('question', true), option('question', true)] }],
	['an unknown place', { ...ask, contexts: [3] }],
	['a menu with a description', { name: 'Think about this', type: 3, description: 'Think' }],
] as const)('a command with %s is refused', async ([, command]) => {
	const { put } = await openCommands()
	expect(await codeOf(put(command))).toBe(50035)
})

test('two commands of a name are refused', async () => {
	const { put } = await openCommands()
	expect(await codeOf(put(ask, ask))).toBe(50035)
})

test('people use what is registered, as it is registered, where it is offered', async () => {
	const { discord, ada, put } = await openCommands()
	await put({ ...ask, contexts: [0] })
	await expect(ada.command('think', {}, discord.general)).rejects.toThrow('it has: ask')
	await expect(ada.command('ask', {}, discord.general)).rejects.toThrow('needs question')
	await expect(ada.command('ask', { question: 'x', depth: 1 }, discord.general)).rejects.toThrow('no option depth')
	await expect(ada.command('ask', { question: 1 }, discord.general)).rejects.toThrow('takes a string')
	await expect(ada.command('ask', { question: 'x' }, ada.directMessages)).rejects.toThrow("isn't offered")
})
