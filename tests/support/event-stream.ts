export type ServerSentEvent = { readonly id: string; readonly event: string; readonly data: string }

/** The events of a response as they come, and comments as events of that name. A connection that is cut ends them. */
export async function* eventsIn(response: Response): AsyncGenerator<ServerSentEvent, void> {
	if (response.body === null) throw new Error('the response has no body')
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
	let rest = ''
	try {
		for (;;) {
			const { done, value = '' } = await reader.read().catch(() => ({ done: true, value: '' }))
			if (done) return
			const blocks = `${rest}${value}`.split('\n\n')
			rest = blocks.pop() ?? ''
			yield* blocks.flatMap(toEvent)
		}
	} finally {
		await reader.cancel().catch(() => {})
	}
}

function toEvent(block: string): readonly ServerSentEvent[] {
	const fields: Record<string, string> = {}
	for (const line of block.split('\n')) {
		const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
		fields[name === '' ? 'comment' : name] = value
	}
	const { id = '', event = 'message', data, comment } = fields
	if (data !== undefined) return [{ id, event, data }]
	return comment === undefined ? [] : [{ id: '', event: 'comment', data: comment }]
}
