import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { ThreadwiseError } from '../core/errors.ts'
import type { PromptSource } from '../core/prompt-source.ts'
import type { PromptFolder } from './file-prompt-source.ts'
import { predicateSchema } from './predicates.ts'

const reference = z.string().regex(/^[a-z][a-z0-9/-]*@[1-9]\d*$/, 'name prompt and version, such as analyze@2')

const caseSchema = z
	.strictObject({
		/** One prompt, or several versions of which the same must hold. */
		prompt: z.union([reference, z.array(reference).min(1)]).transform((one) => [one].flat()),
		name: z.string().min(1),
		/** A text for each slot. What only one of several versions has is given as well. */
		values: z.record(z.string(), z.string()),
		holds: z.array(predicateSchema).min(1),
		/** Whether the practice model can do it. If not, `because` says why. */
		practice: z.boolean().default(true),
		because: z.string().min(1).optional(),
	})
	.refine(({ practice, because }) => practice === (because === undefined), {
		path: ['because'],
		message: 'a case with "practice: false" says why, and no other does',
	})
type WrittenCase = z.infer<typeof caseSchema>

/** A prompt filled in one way, and what must hold of every reply to it. */
export type PromptCase = Pick<WrittenCase, 'name' | 'values' | 'holds'> & {
	readonly prompt: string
	/** Why the practice model can't do it; null if it can. */
	readonly notForPractice: string | null
}

const fileName = 'cases.yaml'

/**
 * Loads the cases of some prompt folders, in the order of the files.
 * @throws ThreadwiseError `prompt` with a sentence for each thing that is wrong with a file.
 */
export function loadCases(folders: readonly PromptFolder[], prompts: PromptSource): readonly PromptCase[] {
	return folders.map(({ path }) => join(path, fileName)).flatMap((path) => loadFile(path, prompts))
}

function loadFile(path: string, prompts: PromptSource): readonly PromptCase[] {
	if (!existsSync(path)) return []
	const entries = z.array(z.unknown()).safeParse(readYaml(path))
	if (!entries.success) throw broken(path, ['It must be a list of cases.'])
	const read = entries.data.map((entry, index) => readCase(entry, index, prompts))
	const problems = [...read.flatMap(({ problems: own }) => own), ...doubled(read.flatMap(({ cases }) => cases))]
	if (problems.length > 0) throw broken(path, problems)
	return read.flatMap(({ cases }) => cases)
}

function readYaml(path: string): unknown {
	try {
		// Merge keys: most cases differ from another one in a slot or two.
		return parseYaml(readFileSync(path, 'utf8'), { merge: true })
	} catch (error) {
		throw broken(path, [error instanceof Error ? error.message : String(error)])
	}
}

type Read = { readonly cases: readonly PromptCase[]; readonly problems: readonly string[] }

function readCase(entry: unknown, index: number, prompts: PromptSource): Read {
	const parsed = caseSchema.safeParse(entry)
	if (!parsed.success) {
		const issues = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
		return { cases: [], problems: issues.map((issue) => `${labelOf(entry, index)}: ${issue}.`) }
	}
	const { prompt: references, practice, because = null, ...written } = parsed.data
	const problems = slotProblems(references, written.values, prompts)
	return {
		cases: references.map((prompt) => ({
			...written,
			prompt,
			values: valuesFor(prompt, written.values, prompts),
			notForPractice: practice ? null : because,
		})),
		problems: problems.map((problem) => `${labelOf(entry, index)}: ${problem}`),
	}
}

const named = z.looseObject({ name: z.string() })

function labelOf(entry: unknown, index: number): string {
	const { success, data } = named.safeParse(entry)
	return success ? `Case "${data.name}"` : `Case ${index + 1}`
}

/** Null for a prompt that doesn't exist. */
function slotsOf(prompt: string, prompts: PromptSource): readonly string[] | null {
	const exists = prompts.list().some(({ name, version }) => `${name}@${version}` === prompt)
	return exists ? prompts.get(prompt).slots : null
}

function slotProblems(
	references: readonly string[],
	values: WrittenCase['values'],
	prompts: PromptSource,
): readonly string[] {
	const slots = references.map((prompt) => ({ prompt, slots: slotsOf(prompt, prompts) }))
	const all = slots.flatMap(({ slots: own }) => own ?? [])
	const surplus = slots.some(({ slots: own }) => own === null)
		? []
		: Object.keys(values).filter((name) => !all.includes(name))
	return [
		...slots.flatMap(({ prompt, slots: own }) => {
			if (own === null) return [`there is no prompt "${prompt}".`]
			const missing = own.filter((slot) => !Object.hasOwn(values, slot))
			return missing.map((slot) => `slot "${slot}" of ${prompt} is missing.`)
		}),
		...surplus.map((name) => `no prompt of it has a slot "${name}".`),
	]
}

function valuesFor(prompt: string, values: WrittenCase['values'], prompts: PromptSource): WrittenCase['values'] {
	const slots = slotsOf(prompt, prompts) ?? []
	return Object.fromEntries(Object.entries(values).filter(([name]) => slots.includes(name)))
}

/** Cases are told apart by prompt and name. */
function doubled(cases: readonly PromptCase[]): readonly string[] {
	const labels = cases.map(({ prompt, name }) => `${prompt} "${name}"`)
	const twice = new Set(labels.filter((label, index) => labels.indexOf(label) !== index))
	return [...twice].map((label) => `There are two cases ${label}.`)
}

function broken(path: string, problems: readonly string[]): ThreadwiseError {
	return new ThreadwiseError('prompt', `The cases in ${path} can't be used.\n${problems.join('\n')}`, {
		fix: 'Correct the file; docs/prompts.md says how a case is written.',
	})
}
