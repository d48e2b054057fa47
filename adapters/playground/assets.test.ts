import { expect, test } from 'vitest'
import { importMap, openAssets } from './assets.ts'

test('files are made ready when they are opened, and reading them changes nothing in this process', () => {
	const { emitWarning } = process
	const assets = openAssets()
	expect(process.emitWarning).toBe(emitWarning)
	const main = assets.read('main.ts')
	expect(main).toMatchObject({ type: 'text/javascript; charset=utf-8', etag: expect.stringMatching(/^"[\w-]{22}"$/) })
	expect(main?.body).not.toMatch(/import type|: string/)
	expect(assets.read('main.ts')).toBe(main)
	expect(assets.read('icon.svg')?.type).toBe('image/svg+xml')
	expect(assets.read('main.test.ts')).toBeNull()
})

test('what the page shares with the renderer is served as the same file, without its types, and nothing beside it', () => {
	const assets = openAssets()
	expect(importMap.imports['#plain-text']).toBe('/assets/modules/plain-text.mjs')
	const shared = assets.read('modules/plain-text.mjs')
	expect(shared?.type).toBe('text/javascript; charset=utf-8')
	expect(shared?.body).toContain('export function withNamedDirections(text')
	expect(shared?.body).not.toContain(': string')
	expect(assets.read('modules/catalogue.mjs')).toBeNull()
})
