import { z } from 'zod'
import type { PlatformNotes } from '../../src/core/platform-notes.ts'

/** What Discord has told of a command, and when, in milliseconds since 1970. */
export type HeardCommand = { readonly event: unknown; readonly heardAtMs: number }

/** The commands that are being taken up, known to whoever comes after a crash: Discord tells nobody of them again. */
export type OpenCommands = {
	during(id: string, heard: HeardCommand, take: () => Promise<void>): Promise<void>
	/** Those that nobody has come to an end with. */
	interrupted(): Promise<readonly HeardCommand[]>
}

/** After that, none can be answered any more. */
const keptForMs = 15 * 60_000
const beginning = 'command:'
const noteSchema: z.ZodType<HeardCommand> = z.object({ event: z.unknown(), heardAtMs: z.number() })

export function createOpenCommands(notes: PlatformNotes, onTrouble: (error: unknown) => void): OpenCommands {
	const keep = (id: string, heard: HeardCommand, forMs: number) =>
		notes.keep([{ key: `${beginning}${id}`, text: JSON.stringify(heard) }], forMs).catch(onTrouble)
	return {
		during: async (id, heard, take) => {
			// Beside it: Discord waits for three seconds, whatever the database does.
			const noting = keep(id, heard, heard.heardAtMs + keptForMs - Date.now())
			try {
				await take()
			} finally {
				await noting
				await keep(id, { ...heard, event: null }, 0)
			}
		},
		interrupted: async () => (await notes.list(beginning)).map(({ text }) => noteSchema.parse(JSON.parse(text))),
	}
}
