import type { Writable } from 'node:stream'
import type { ChatPlatform } from '../../src/core/chat-platform.ts'
import type { RunUrl } from '../../src/core/run-url.ts'
import { createDisplay, type TerminalFormat } from './client.ts'

export type TerminalOptions = {
	readonly format: TerminalFormat
	readonly output: Writable
	readonly colored: boolean
	readonly runUrl: RunUrl
}

/** The terminal as a chat platform: a place where one question at a time is asked and its run is shown. */
export function createTerminalPlatform({
	format,
	output,
	colored,
	runUrl,
}: TerminalOptions): ChatPlatform & Disposable {
	const display = createDisplay(format, output, colored)
	return {
		name: 'terminal',
		capabilities: {
			collapse: 'none',
			maxLength: Number.MAX_SAFE_INTEGER,
			minEditMs: format === 'live' ? 50 : 0,
			joinsLate: false,
		},
		start: async () => {},
		post: async (runId, conversation, view) => {
			display.show({ runId, url: runUrl(runId, conversation) }, view)
			return { runId, conversation, messageIds: [runId] }
		},
		update: async (reply, view) => {
			display.show({ runId: reply.runId, url: runUrl(reply.runId, reply.conversation) }, view)
			return reply
		},
		// What was written to a terminal can't be read back, and whoever wrote it is gone with it.
		find: async () => null,
		readEarlier: async () => [],
		[Symbol.dispose]: () => display.close(),
	}
}

export { toIncomingMessage } from './receive.ts'
export { showJsonFailure } from './show-json.ts'
export type { TerminalFormat }
