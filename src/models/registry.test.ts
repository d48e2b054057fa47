import { expect, test } from 'vitest'
import { reply, startScriptedModelServer, status } from '../../tests/support/scripted-model-server.ts'
import { textContent } from '../core/content.ts'
import type { LanguageModel } from '../core/language-model.ts'
import { createLanguageModels } from './registry.ts'
import { type ModelSettings, modelSettingsSchema } from './settings.ts'

const alias = {
	endpoint: 'local',
	model: 'scripted-1',
	kind: 'plain' as const,
	price: { inputUsdPerMillion: 0, outputUsdPerMillion: 0 },
	allowsTemperature: true,
	timeoutMs: 60_000,
}

function settings(baseUrl = 'http://localhost:11434/v1'): ModelSettings {
	const aliases = { fast: alias, strong: { ...alias, kind: 'reasoning' as const } }
	return { endpoints: { local: { baseUrl, apiKey: null } }, aliases }
}

async function ask(model: LanguageModel): Promise<void> {
	const request = { messages: [{ role: 'user' as const, content: textContent('Hello') }], maxOutputTokens: 10 }
	for await (const _ of model.stream(request, new AbortController().signal));
}

test('finds the model of an alias', () => {
	expect(createLanguageModels(settings())('strong')).toMatchObject({
		alias: 'strong',
		model: 'scripted-1',
		kind: 'reasoning',
	})
})

test('names the known aliases when asked for another', () => {
	const find = createLanguageModels(settings())
	expect(() => find('judge')).toThrow(
		expect.objectContaining({ code: 'config', message: 'There is no model alias judge; known: fast, strong.' }),
	)
})

test('refuses an alias without its endpoint and an address that is none', () => {
	const lost = { ...settings(), aliases: { fast: { ...alias, endpoint: 'moon' } } }
	expect(() => createLanguageModels(lost)).toThrow(expect.objectContaining({ code: 'config' }))
	expect(() => createLanguageModels(settings('localhost'))).toThrow(expect.objectContaining({ code: 'config' }))
})

test('aliases of one endpoint share what was learned about it', async () => {
	await using server = await startScriptedModelServer(({ body }) =>
		'stream_options' in body ? status(400, 'stream_options is unknown') : reply('Hello'),
	)
	const find = createLanguageModels(settings(server.baseUrl))
	await ask(find('fast'))
	await ask(find('strong'))
	expect(server.requests).toHaveLength(3)
	await find.close()
})

test('the settings are checked as a whole', () => {
	expect(modelSettingsSchema.parse(settings())).toEqual(settings())
	const lost = modelSettingsSchema.safeParse({ ...settings(), aliases: { fast: { ...alias, endpoint: 'moon' } } })
	expect(lost.error?.issues).toEqual([
		expect.objectContaining({
			path: ['aliases', 'fast', 'endpoint'],
			message: 'there is no endpoint named moon; known: local',
		}),
	])
	expect(modelSettingsSchema.safeParse(settings('ftp://x')).success).toBe(false)
})
