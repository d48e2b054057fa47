import { standardAliases } from '../../config/index.ts'
import type { PromptIdentity, PromptSource } from '../../core/prompt-source.ts'
import { createFilePromptSource } from '../../prompts/index.ts'
import { createColumns } from '../columns.ts'
import type { Printer } from '../printer.ts'
import { type PromptUse, usesOfPrompts } from '../prompt-use.ts'
import { promptFolders } from '../shipped-files.ts'

/** Prints every prompt with its version, its hash, its purpose and where workflows use it. Returns the exit status. */
export function listPrompts({ format, output }: Printer): number {
	const prompts = createFilePromptSource(promptFolders)
	const uses = usesOfPrompts(prompts, standardAliases)
	const listed = byName(prompts.list()).map((identity) => describe(identity, prompts, uses))
	output.write(format === 'json' ? `${JSON.stringify({ prompts: listed })}\n` : asText(listed))
	return 0
}

function byName(identities: readonly PromptIdentity[]): readonly PromptIdentity[] {
	return identities.toSorted((left, right) => left.name.localeCompare(right.name, 'en') || left.version - right.version)
}

type Listed = PromptIdentity & {
	readonly purpose: string
	readonly usedIn: Readonly<Record<string, readonly string[]>>
}

function describe(identity: PromptIdentity, prompts: PromptSource, uses: readonly PromptUse[]): Listed {
	const { purpose } = prompts.get(`${identity.name}@${identity.version}`)
	const own = uses.filter(({ prompt }) => prompts.get(prompt).identity.hash === identity.hash)
	const byWorkflow = Object.entries(Object.groupBy(own, ({ workflow }) => workflow))
	const usedIn = Object.fromEntries(
		byWorkflow.map(([workflow, places = []]) => [workflow, places.map(({ place }) => place)]),
	)
	return { ...identity, purpose, usedIn }
}

function asText(listed: readonly Listed[]): string {
	const rows = listed.flatMap(({ name, version, hash, purpose, usedIn }) => [
		[`${name}@${version}`, hash, purpose],
		['', '', useText(usedIn)],
	])
	const line = createColumns(rows)
	return rows.map((cells) => `${line(cells)}\n`).join('')
}

function useText(usedIn: Listed['usedIn']): string {
	const workflows = Object.entries(usedIn).map(([workflow, places]) => `${workflow} (${places.join(', ')})`)
	return workflows.length === 0 ? 'Used in no workflow.' : `Used in ${workflows.join(', ')}.`
}
