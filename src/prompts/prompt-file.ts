import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { textContent } from '../core/content.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { Prompt, PromptIdentity } from '../core/prompt-source.ts'

const filePattern =
	/^---\n(?<head>[\s\S]*?)\n---\n\s*<system>\n(?<system>[\s\S]*?)\n<\/system>\s*<user>\n(?<user>[\s\S]*?)\n<\/user>\s*$/
const slotPattern = /\{\{(\w+)\}\}/g
const tagPattern = /<\/?([a-z][a-z-]*)>/g

const headSchema = z.strictObject({ purpose: z.string().min(1), slots: z.array(z.string()) })

/** Parses a prompt file: a YAML head with its purpose and slots, a `<system>` and a `<user>` section. */
export function parsePrompt(text: string, identity: PromptIdentity, path: string): Prompt {
	const { head, system, user } = filePattern.exec(text)?.groups ?? {}
	if (head === undefined || system === undefined || user === undefined) {
		throw broken(path, 'it needs a head between two lines of ---, then <system>…</system> and <user>…</user>')
	}
	const { purpose, slots } = readHead(head, path)
	const used = [...new Set([...`${system}\n${user}`.matchAll(slotPattern)].map(([, slot]) => slot ?? ''))]
	const difference = [...slots.filter((slot) => !used.includes(slot)), ...used.filter((slot) => !slots.includes(slot))]
	if (difference.length > 0) throw broken(path, `its slots don't agree with its text: ${difference.join(', ')}`)
	return {
		identity,
		purpose,
		slots,
		fill: (values) => {
			checkValues(identity, slots, values)
			const safe = neutralised(values, delimitersOf(user))
			return [
				{ role: 'system', content: textContent(fillSlots(system, safe)) },
				{ role: 'user', content: textContent(fillSlots(user, safe)) },
			]
		},
	}
}

function readHead(head: string, path: string) {
	const parsed = headSchema.safeParse(readYaml(head, path))
	if (!parsed.success) throw broken(path, `its head is wrong: ${z.prettifyError(parsed.error)}`)
	return parsed.data
}

function readYaml(head: string, path: string): unknown {
	try {
		return parseYaml(head)
	} catch (error) {
		throw broken(path, `its head is wrong: ${error instanceof Error ? error.message : String(error)}`)
	}
}

function broken(path: string, problem: string): ThreadwiseError {
	return new ThreadwiseError('prompt', `The prompt file ${path} can't be used: ${problem}.`, {
		fix: 'Mend the file, or take it from the release again.',
	})
}

function checkValues(
	identity: PromptIdentity,
	slots: readonly string[],
	values: Readonly<Record<string, string>>,
): void {
	const missing = slots.filter((slot) => !Object.hasOwn(values, slot))
	const unknown = Object.keys(values).filter((name) => !slots.includes(name))
	if (missing.length === 0 && unknown.length === 0) return
	const problems = [
		...missing.map((slot) => `slot "${slot}" is missing`),
		...unknown.map((name) => `there is no slot "${name}"`),
	]
	throw new ThreadwiseError('prompt', `Prompt ${identity.name}@${identity.version}: ${problems.join('; ')}.`, {
		fix: `Fill exactly these slots: ${slots.join(', ')}.`,
	})
}

function delimitersOf(template: string): readonly string[] {
	return [...new Set([...template.matchAll(tagPattern)].map(([, tag]) => tag ?? ''))]
}

/** Text from outside must not end the section that marks it as data. */
function neutralised(
	values: Readonly<Record<string, string>>,
	tags: readonly string[],
): Readonly<Record<string, string>> {
	if (tags.length === 0) return values
	const delimiter = new RegExp(`<(?=\\s*/?\\s*(?:${tags.join('|')})\\b)`, 'gi')
	return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replace(delimiter, '‹')]))
}

function fillSlots(template: string, values: Readonly<Record<string, string>>): string {
	return template.replace(slotPattern, (_, slot: string) => values[slot] ?? '')
}
