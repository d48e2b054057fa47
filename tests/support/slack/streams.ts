import type { SlackBlock } from './schemas/blocks.ts'
import type { StreamChunk, StreamTask } from './schemas/streams.ts'

/** What Slack keeps of a message that is streamed. */
export type SlackStream = {
	state: 'streaming' | 'stopped' | 'expired'
	/** Slack's time of the last start or append. */
	touchedAt: number
	readonly taskDisplayMode: 'timeline' | 'plan' | 'dense'
	readonly recipientUserId: string | null
	markdown: string
	planTitle: string | null
	readonly tasks: Map<string, StreamTask>
	readonly blocks: SlackBlock[]
}

/** Slack closes a stream after this time without an append. */
export const streamLifeMs = 5 * 60_000

export type StreamContent = {
	readonly markdown_text?: string | undefined
	readonly chunks?: readonly StreamChunk[] | undefined
}

export function createStream(
	taskDisplayMode: SlackStream['taskDisplayMode'],
	recipientUserId: string | null,
	now: number,
): SlackStream {
	return {
		state: 'streaming',
		touchedAt: now,
		taskDisplayMode,
		recipientUserId,
		markdown: '',
		planTitle: null,
		tasks: new Map(),
		blocks: [],
	}
}

/** A stream's state at that time; a stream that nobody has touched for too long is found expired. */
export function stateAt(stream: SlackStream, now: number): SlackStream['state'] {
	if (stream.state === 'streaming' && now - stream.touchedAt > streamLifeMs) stream.state = 'expired'
	return stream.state
}

export function addToStream(stream: SlackStream, { markdown_text, chunks = [] }: StreamContent): void {
	if (markdown_text !== undefined) stream.markdown += markdown_text
	for (const chunk of chunks) addChunk(stream, chunk)
}

function addChunk(stream: SlackStream, chunk: StreamChunk): void {
	switch (chunk.type) {
		case 'markdown_text':
			stream.markdown += chunk.text
			return
		case 'plan_update':
			stream.planTitle = chunk.title
			return
		case 'task_update':
			stream.tasks.set(chunk.id, { ...stream.tasks.get(chunk.id), ...chunk })
			return
		case 'blocks':
			stream.blocks.push(...chunk.blocks)
	}
}

/** What a stream shows, as blocks: its tasks, its text, then the blocks that were added. */
export function blocksOfStream(stream: SlackStream): readonly SlackBlock[] {
	const cards = [...stream.tasks.values()].map(taskCard)
	const tasks: SlackBlock[] =
		stream.taskDisplayMode === 'plan' && (cards.length > 0 || stream.planTitle !== null)
			? [{ type: 'plan', title: stream.planTitle ?? 'Plan', tasks: cards }]
			: cards
	const text: SlackBlock[] = stream.markdown === '' ? [] : [{ type: 'markdown', text: stream.markdown }]
	return [...tasks, ...text, ...stream.blocks]
}

type TaskCard = Extract<SlackBlock, { type: 'task_card' }>

function taskCard({ id, title, status, details, output, sources }: StreamTask): TaskCard {
	return {
		type: 'task_card',
		task_id: id,
		title,
		status,
		...(details !== undefined && { details: richText(details) }),
		...(output !== undefined && { output: richText(output) }),
		...(sources !== undefined && { sources }),
	}
}

function richText(text: string): NonNullable<TaskCard['details']> {
	return {
		type: 'rich_text',
		elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
	}
}
