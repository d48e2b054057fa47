import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ThreadwiseError } from '../core/errors.ts'
import { loadCases, type PromptCase } from './cases.ts'
import { createFilePromptSource } from './file-prompt-source.ts'

const promptText = (slots: readonly string[]) => `---
purpose: Answers.
slots: [${slots.join(', ')}]
---
<system>
Answer.
</system>
<user>
${slots.map((slot) => `{{${slot}}}`).join('\n')}
</user>
`

/** The cases of a folder with the prompts direct@1 and direct@2, of which only the second has a history. */
async function load(cases: string | null): Promise<readonly PromptCase[]> {
	const path = await mkdtemp(join(tmpdir(), 'threadwise-cases-'))
	onTestFinished(() => rm(path, { recursive: true, force: true }))
	await writeFile(join(path, 'direct.v1.md'), promptText(['question']))
	await writeFile(join(path, 'direct.v2.md'), promptText(['question', 'history']))
	if (cases !== null) await writeFile(join(path, 'cases.yaml'), cases)
	return loadCases([{ path }], createFilePromptSource([{ path }]))
}

async function failureOf(cases: string): Promise<ThreadwiseError> {
	try {
		await load(cases)
	} catch (error) {
		if (error instanceof ThreadwiseError) return error
	}
	throw new Error('it should have failed with one of our errors')
}

const plain = `
- prompt: direct@1
  name: plain
  values: { question: Why? }
  holds: [{ contains: Because }]
`

test('a folder without cases has none', async () => {
	expect(await load(null)).toEqual([])
})

test('a case is a prompt with its values and what must hold', async () => {
	const [first, ...more] = await load(plain)
	expect(more).toEqual([])
	expect(first).toMatchObject({ prompt: 'direct@1', name: 'plain', values: { question: 'Why?' }, notForPractice: null })
	expect(first?.holds.map(({ written }) => written)).toEqual(['contains Because'])
})

test('a case of several versions is one of each, with the slots that it has', async () => {
	const cases = await load(`
- prompt: [direct@1, direct@2]
  name: both
  values: { question: Why?, history: none }
  holds: [{ contains: Because }]
  practice: false
  because: it never asks why
`)
	expect(cases).toMatchObject([
		{ prompt: 'direct@1', values: { question: 'Why?' }, notForPractice: 'it never asks why' },
		{ prompt: 'direct@2', values: { question: 'Why?', history: 'none' } },
	])
	expect(Object.keys(cases[0]?.values ?? {})).toEqual(['question'])
})

test('a case may take over the values of another one', async () => {
	const cases = await load(`
- prompt: direct@2
  name: one
  values: &one { question: Why?, history: none }
  holds: [{ contains: Because }]
- prompt: direct@2
  name: other
  values: { <<: *one, history: 'Ada: Hello' }
  holds: [{ contains: Because }]
`)
	expect(cases[1]?.values).toEqual({ question: 'Why?', history: 'Ada: Hello' })
})

test.each<[string, string, readonly string[]]>([
	['a file that is no list', 'prompt: direct@1', ['It must be a list of cases.']],
	['an empty file', '', ['It must be a list of cases.']],
	['a file that is no YAML', '- [}', ["can't be used"]],
	['an unknown prompt', plain.replace('direct@1', 'direkt@1'), ['Case "plain": there is no prompt "direkt@1".']],
	['an unknown version', plain.replace('direct@1', 'direct@3'), ['Case "plain": there is no prompt "direct@3".']],
	['a label', plain.replace('direct@1', 'direct@latest'), ['name prompt and version, such as analyze@2']],
	['a missing slot', plain.replace('direct@1', 'direct@2'), ['Case "plain": slot "history" of direct@2 is missing.']],
	['a slot too many', plain.replace('question:', 'mood: good, question:'), ['no prompt of it has a slot "mood".']],
	[
		'an unknown predicate',
		plain.replace('contains:', 'contain:'),
		['holds.0: there is no predicate "contain"; there are'],
	],
	['nothing that must hold', plain.replace('[{ contains: Because }]', '[]'), ['Case "plain": holds: ']],
	['an unknown key', `${plain}  mood: good\n`, ['Case "plain": Unrecognized key: "mood".']],
	['a case without a name', plain.replace('  name: plain\n', ''), ['Case 1: name: ']],
	[
		'practice: false without a reason',
		`${plain}  practice: false\n`,
		['because: a case with "practice: false" says why'],
	],
	['a reason without practice: false', `${plain}  because: why\n`, ['because: a case with "practice: false" says why']],
	['two cases of one name', `${plain}${plain}`, ['There are two cases direct@1 "plain".']],
	[
		'several faults at once',
		`${plain.replace('direct@1', 'direct@2')}${plain.replace('plain', 'other').replace('contains:', 'contain:')}`,
		['slot "history" of direct@2 is missing.', 'Case "other": holds.0: there is no predicate "contain"'],
	],
])('%s is refused, naming it', async (_what, cases, sentences) => {
	const { code, message, fix } = await failureOf(cases)
	expect(code).toBe('prompt')
	expect(message).toMatch(/^The cases in .*cases\.yaml can't be used\.\n/)
	for (const sentence of sentences) expect(message).toContain(sentence)
	expect(fix).toContain('docs/prompts.md')
})
