import { Writable } from 'node:stream'
import type { StartHarness } from '../../tests/support/platform-harness.ts'
import { createTerminalPlatform } from './index.ts'

/** Questions at a terminal are typed as a command, which asks and stops by itself. */
export const hasPeople = false

/** Whoever wrote to a terminal is gone with it. */
export const findsNothing = 'what was written to a terminal cannot be read back'

/** The terminal as lines of a log: what was written stays, so all of it is one message. */
export const startHarness: StartHarness = async (events) => {
	let written = ''
	const output = new Writable({
		write: (chunk, _encoding, done) => {
			written += String(chunk)
			done()
		},
	})
	const platform = createTerminalPlatform({ format: 'lines', output, colored: false, runUrl: () => null })
	const left = new AbortController()
	await platform.start(events, left.signal)
	return {
		platform,
		conversation: { platform: 'terminal', workspaceId: '', channelId: 'ada', threadId: 'question' },
		seen: async () => (written === '' ? [] : [{ text: written, pinged: [] }]),
		person: null,
		[Symbol.asyncDispose]: async () => {
			left.abort()
			platform[Symbol.dispose]()
		},
	}
}
