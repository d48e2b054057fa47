import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from './settings.ts'

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'threadwise-settings-'))
	onTestFinished(() => rm(folder, { recursive: true, force: true }))
	for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
	return folder
}

test('an empty folder is a complete configuration', async () => {
	expect(readSettings({}, await folderWith({})).storage).toMatchObject({ store: 'embedded' })
})

test('.env.example can be copied to .env as it is', async () => {
	const example = await readFile(new URL('../../.env.example', import.meta.url), 'utf8')
	expect(readSettings({}, await folderWith({ '.env': example }))).toEqual(readSettings({}, await folderWith({})))
})

test('the environment wins over .env, and .env over the file', async () => {
	const folder = await folderWith({
		'.env': 'THREADWISE_EFFORT=low\nTHREADWISE_CONCURRENCY=3',
		'threadwise.yaml': 'defaults: { effort: high, workflow: deep }',
	})
	const { defaults, concurrency } = readSettings({ THREADWISE_CONCURRENCY: '4' }, folder)
	expect({ ...defaults, concurrency }).toEqual({ effort: 'low', workflow: 'deep', channels: {}, concurrency: 4 })
})

test('a file that was named must be there', async () => {
	const folder = await folderWith({})
	const missing = join(folder, 'missing.yaml')
	expect(() => readSettings({ THREADWISE_CONFIG: missing }, folder)).toThrow(missing)
})

test('a file that is no YAML is named', async () => {
	const folder = await folderWith({ 'threadwise.yaml': 'models: [unclosed' })
	expect(() => readSettings({}, folder)).toThrow('threadwise.yaml')
})

test('every problem is a line, with its fix', async () => {
	const folder = await folderWith({ '.env': 'THREADWISE_EFFORT=extreme\nTHREADWISE_CONCURRENCY=none' })
	expect(() => readSettings({}, folder)).toThrow(
		/\nTHREADWISE_EFFORT: found extreme; .+\nTHREADWISE_CONCURRENCY: found none; /,
	)
})
