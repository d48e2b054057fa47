import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFilePromptSource } from './file-prompt-source.ts'

const promptText = (purpose: string) => `---
purpose: ${purpose}
slots: [question]
---

<system>
Answer.
</system>
<user>
<question>
{{question}}
</question>
</user>
`

describe('a folder of prompt files', () => {
	let root: string
	beforeAll(() => {
		root = mkdtempSync(join(tmpdir(), 'threadwise-prompts-'))
	})
	afterAll(() => rmSync(root, { recursive: true, force: true }))

	const folderWith = (files: Readonly<Record<string, string>>): string => {
		const folder = mkdtempSync(join(root, 'folder-'))
		for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
		return folder
	}

	test('gives its prompts by name and version', () => {
		const path = folderWith({ 'direct.v1.md': promptText('one'), 'direct.v2.md': promptText('two') })
		const source = createFilePromptSource([{ path }])
		expect(source.get('direct@1').identity).toMatchObject({ name: 'direct', version: 1 })
		expect(source.get('direct@2').identity).toMatchObject({ name: 'direct', version: 2 })
		expect(source.list()).toHaveLength(2)
	})

	test('calls the highest version the latest, by number and not by spelling', () => {
		const files = [2, 10, 9].map((version) => [`direct.v${version}.md`, promptText(`version ${version}`)])
		const source = createFilePromptSource([{ path: folderWith(Object.fromEntries(files)) }])
		expect(source.get('direct@latest').identity.version).toBe(10)
	})

	test('names the prompts of an owner after it', () => {
		const path = folderWith({ 'prompt.v1.md': promptText('main'), 'verify.v1.md': promptText('check') })
		const source = createFilePromptSource([{ path, owner: 'execute' }])
		expect(source.list().map(({ name }) => name)).toEqual(['execute', 'execute/verify'])
	})

	test('may hold other files', () => {
		const path = folderWith({ 'stage.ts': '', 'README.md': '', 'Direct.v1.md': '', 'direct.v0.md': '' })
		mkdirSync(join(path, 'deeper'))
		expect(createFilePromptSource([{ path }]).list()).toEqual([])
	})

	test('gives every prompt a hash that changes only with its text', () => {
		const hashOf = (text: string) =>
			createFilePromptSource([{ path: folderWith({ 'direct.v1.md': text }) }]).get('direct@1').identity.hash
		expect(hashOf(promptText('one'))).toMatch(/^[0-9a-f]{12}$/)
		expect(hashOf(promptText('one'))).toBe(hashOf(promptText('one')))
		expect(hashOf(promptText('one'))).not.toBe(hashOf(promptText('two')))
	})

	test('may have line ends of Windows, without its hash being another one', () => {
		const sourceOf = (text: string) => createFilePromptSource([{ path: folderWith({ 'direct.v1.md': text }) }])
		const windows = sourceOf(promptText('one').replaceAll('\n', '\r\n')).get('direct@1')
		const unix = sourceOf(promptText('one')).get('direct@1')
		expect(windows.identity).toEqual(unix.identity)
		expect(windows.fill({ question: 'Why?' })).toEqual(unix.fill({ question: 'Why?' }))
	})

	test.each(['unknown@1', 'direct@2', 'direct', 'direct@newest', '', '__proto__@1'])(
		'says what there is when asked for "%s"',
		(reference) => {
			const source = createFilePromptSource([{ path: folderWith({ 'direct.v1.md': promptText('one') }) }])
			expect(() => source.get(reference)).toThrow(
				expect.objectContaining({
					code: 'prompt',
					message: `There is no prompt "${reference}".`,
					fix: 'Use one of: direct@1, direct@latest.',
				}),
			)
		},
	)

	test('is refused when one of its files is broken, naming it', () => {
		const path = folderWith({ 'direct.v1.md': promptText('one'), 'broken.v1.md': 'Just text.' })
		expect(() => createFilePromptSource([{ path }])).toThrow(
			expect.objectContaining({ code: 'prompt', message: expect.stringContaining(join(path, 'broken.v1.md')) }),
		)
	})

	test('is refused when it is not there, naming it', () => {
		const path = join(root, 'nowhere')
		expect(() => createFilePromptSource([{ path }])).toThrow(
			expect.objectContaining({ code: 'prompt', message: expect.stringContaining(path) }),
		)
	})

	test('is refused when another one has a prompt of the same name and version', () => {
		const folders = [1, 2].map(() => ({ path: folderWith({ 'direct.v1.md': promptText('one') }) }))
		expect(() => createFilePromptSource(folders)).toThrow(
			expect.objectContaining({ code: 'prompt', message: expect.stringContaining('direct@1') }),
		)
	})
})
