import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ThreadwiseError } from '../core/errors.ts'
import type { Prompt, PromptSource } from '../core/prompt-source.ts'
import { parsePrompt } from './prompt-file.ts'

/**
 * A folder of prompt files named `<name>.v<version>.md`. With an owner, `prompt.v1.md` is the owner's own prompt and
 * `verify.v1.md` is `<owner>/verify`.
 */
export type PromptFolder = { readonly path: string; readonly owner?: string }

const fileName = /^(?<name>[a-z][a-z0-9-]*)\.v(?<version>[1-9]\d*)\.md$/
const latestLabel = 'latest'

/**
 * Reads every prompt of some folders at once, so that a broken one is noticed before a question is.
 * @throws ThreadwiseError `prompt` naming the file and what is wrong with it.
 */
export function createFilePromptSource(folders: readonly PromptFolder[]): PromptSource {
	const prompts = folders.flatMap(readFolder)
	const byReference = new Map<string, Prompt>()
	for (const prompt of prompts) {
		if (byReference.has(referenceOf(prompt))) throw doubled(referenceOf(prompt), folders)
		byReference.set(referenceOf(prompt), prompt)
	}
	for (const prompt of prompts.toSorted((left, right) => left.identity.version - right.identity.version)) {
		byReference.set(`${prompt.identity.name}@${latestLabel}`, prompt)
	}
	return {
		get: (reference) => byReference.get(reference) ?? unknownPrompt(reference, [...byReference.keys()]),
		list: () => prompts.map((prompt) => prompt.identity),
	}
}

function referenceOf({ identity }: Prompt): string {
	return `${identity.name}@${identity.version}`
}

function readFolder({ path, owner }: PromptFolder): Prompt[] {
	return filesIn(path).flatMap((file) => {
		const { name, version } = fileName.exec(file)?.groups ?? {}
		if (name === undefined) return []
		// A checkout on Windows may have changed the line ends: the prompt, and so its hash, is the same.
		const text = readFileSync(join(path, file), 'utf8').replaceAll('\r\n', '\n')
		const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
		return [parsePrompt(text, { name: promptName(name, owner), version: Number(version), hash }, join(path, file))]
	})
}

function filesIn(path: string): readonly string[] {
	try {
		return readdirSync(path)
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause)
		throw new ThreadwiseError('prompt', `The prompt folder ${path} can't be read: ${reason}.`, {
			fix: 'Check that the folder exists and that this user may read it.',
			cause,
		})
	}
}

function doubled(reference: string, folders: readonly PromptFolder[]): ThreadwiseError {
	const paths = folders.map(({ path }) => path).join(', ')
	return new ThreadwiseError('prompt', `There are two prompts ${reference} in ${paths}.`, {
		fix: 'Give one of the two files another name or version.',
	})
}

function promptName(name: string, owner: string | undefined): string {
	if (owner === undefined) return name
	return name === 'prompt' ? owner : `${owner}/${name}`
}

function unknownPrompt(reference: string, known: readonly string[]): never {
	throw new ThreadwiseError('prompt', `There is no prompt "${reference}".`, {
		fix: `Use one of: ${known.toSorted().join(', ')}.`,
	})
}
