import { describe, expect, test } from 'vitest'
import type { PromptSource } from '../../src/core/prompt-source.ts'
import { createFilePromptSource } from '../../src/prompts/index.ts'
import { reasoningPromptFolder } from '../../src/reasoning/index.ts'
import { stagePromptFolders } from '../../src/stages/index.ts'

/** Every implementation, with the prompts that are shipped. */
const implementations: readonly { readonly name: string; open(): PromptSource }[] = [
	{
		name: 'prompt files',
		open: () => createFilePromptSource([{ path: reasoningPromptFolder }, ...stagePromptFolders]),
	},
]

function promptSourceContract({ name, open }: (typeof implementations)[number]): void {
	describe(name, () => {
		test('has prompts, no two of them with one name and version', () => {
			const references = open()
				.list()
				.map((identity) => `${identity.name}@${identity.version}`)
			expect(references).not.toEqual([])
			expect(new Set(references).size).toBe(references.length)
		})

		test('gives every prompt that it lists, by version and by the label latest', () => {
			const source = open()
			for (const identity of source.list()) {
				expect(source.get(`${identity.name}@${identity.version}`).identity).toEqual(identity)
				const latest = source.get(`${identity.name}@latest`).identity
				expect(latest.name).toBe(identity.name)
				expect(latest.version).toBeGreaterThanOrEqual(identity.version)
			}
		})

		test('gives the same prompt with the same hash every time', () => {
			expect(open().list()).toEqual(open().list())
		})

		test('says what exists when asked for something else', () => {
			const known = open().list()[0]?.name ?? ''
			for (const reference of ['no-such-prompt@1', `${known}@999`, known]) {
				expect(() => open().get(reference)).toThrow(
					expect.objectContaining({ code: 'prompt', fix: expect.stringContaining(`${known}@`) }),
				)
			}
		})

		test('fills every slot of every prompt, and leaves none open', () => {
			const source = open()
			for (const { name: prompt, version } of source.list()) {
				const { slots, fill } = source.get(`${prompt}@${version}`)
				const values = Object.fromEntries(slots.map((slot) => [slot, `value of ${slot}`]))
				const text = JSON.stringify(fill(values))
				for (const slot of slots) expect(text).toContain(`value of ${slot}`)
				expect(text).not.toMatch(/\{\{|\}\}/)
			}
		})

		test('begins every prompt with the rules and ends it with the question', () => {
			const source = open()
			for (const { name: prompt, version } of source.list()) {
				const { slots, fill } = source.get(`${prompt}@${version}`)
				const messages = fill(Object.fromEntries(slots.map((slot) => [slot, 'x'])))
				expect(messages[0]?.role).toBe('system')
				expect(messages.at(-1)?.role).toBe('user')
			}
		})

		test('names missing and unknown slots', () => {
			const source = open()
			for (const { name: prompt, version } of source.list()) {
				const { slots, fill } = source.get(`${prompt}@${version}`)
				const [first = '', ...others] = slots
				const values = Object.fromEntries(others.map((slot) => [slot, '']))
				expect(() => fill(values)).toThrow(`slot "${first}" is missing`)
				expect(() => fill({ ...values, [first]: '', surplus: '' })).toThrow('there is no slot "surplus"')
			}
		})
	})
}

for (const implementation of implementations) promptSourceContract(implementation)
