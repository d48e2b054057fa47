import type { PlatformNotes } from '../../src/core/platform-notes.ts'

/** The notes of a platform in memory, for tests of what reads them. */
export function createMemoryNotes(): PlatformNotes {
	const kept = new Map<string, { readonly text: string; readonly until: number }>()
	const isThere = ({ until }: { readonly until: number }) => Date.now() < until
	return {
		keep: async (notes, forMs) => {
			for (const { key, text } of notes) kept.set(key, { text, until: Date.now() + forMs })
		},
		find: async (key) => {
			const note = kept.get(key)
			return note !== undefined && isThere(note) ? note.text : null
		},
		list: async (beginning) =>
			[...kept]
				.filter(([key, note]) => key.startsWith(beginning) && isThere(note))
				.map(([key, { text }]) => ({ key, text })),
	}
}
