import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

export type ServerSentEvent = { readonly id: string; readonly event: string; readonly data: string }

/** The events of a response as they come, and comments as events of that name. */
export async function* eventsIn(response: Response): AsyncGenerator<ServerSentEvent, void> {
	if (response.body === null) throw new Error('the response has no body')
	const source = Readable.fromWeb(response.body as ReadableStream)
	const lines = createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })
	// A connection that is cut ends the events.
	source.on('error', () => lines.close())
	let fields: Record<string, string> = {}
	for await (const line of lines) {
		const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
		if (line.startsWith(':')) yield { id: '', event: 'comment', data: line.slice(1).trim() }
		else if (line !== '') fields[name] = value
		else {
			const { id = '', event = 'message', data } = fields
			fields = {}
			if (data !== undefined) yield { id, event, data }
		}
	}
}
