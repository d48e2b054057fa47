import type { ModelMessage } from './language-model.ts'

/** Which prompt was used, to be found again from a journal. */
export type PromptIdentity = {
	readonly name: string
	readonly version: number
	/** The first 12 hexadecimal digits of the SHA-256 of the file. */
	readonly hash: string
}

export type Prompt = {
	readonly identity: PromptIdentity
	/** What it is for, in a sentence. */
	readonly purpose: string
	readonly slots: readonly string[]
	/** Fills every slot. Throws a `prompt` error that names a missing or an unknown slot. */
	fill(values: Readonly<Record<string, string>>): readonly ModelMessage[]
}

/**
 * Prompts by name and version. A reference is `name@version` (`analyze@1`) or `name@label` (`analyze@latest`).
 * `get` throws a `prompt` error that lists what exists.
 */
export interface PromptSource {
	get(reference: string): Prompt
	list(): readonly PromptIdentity[]
}
