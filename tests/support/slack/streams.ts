import type { SlackBlock } from './schemas/blocks.ts'
import type { StreamChunk, StreamTask } from './schemas/streams.ts'

/** What Slack keeps of a message that is streamed. */
export type SlackStream = {
	state: 'streaming' | 'stopped' | 'expired'
	/** Slack's time. */
	readonly startedAt: number
	readonly taskDisplayMode: 'timeline' | 'plan' | 'dense'
	readonly recipientUserId: string | null
	markdown: string
	planTitle: string | null
	readonly tasks: Map<string, StreamTask>
	readonly blocks: SlackBlock[]
	/** Whether it ended while a task was in progress, which Slack shows as a failure. */
	hasFailed: boolean
}

/** Slack closes a stream that is this old, however much is appended. */
const streamLifeMs = 5 * 60_000
/** Slack refuses about 11,000 bytes once there is text, and counts details and outputs twice; it isn't documented. */
const largestStream = 10_600

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
		startedAt: now,
		taskDisplayMode,
		recipientUserId,
		markdown: '',
		planTitle: null,
		tasks: new Map(),
		blocks: [],
		hasFailed: false,
	}
}

/** A stream's state at that time; one that is too old is found expired. */
export function stateAt(stream: SlackStream, now: number): SlackStream['state'] {
	if (stream.state === 'streaming' && now - stream.startedAt > streamLifeMs) endStream(stream, 'expired')
	return stream.state
}

export function endStream(stream: SlackStream, state: 'stopped' | 'expired'): void {
	stream.state = state
	stream.hasFailed = [...stream.tasks.values()].some(({ status }) => status === 'in_progress')
}

/** Whether it has become more than Slack takes. */
export function isTooLarge({ markdown, planTitle, tasks }: SlackStream): boolean {
	const once = [markdown, planTitle, ...[...tasks.values()].map(({ title }) => title)]
	const twice = [...tasks.values()].flatMap(({ details, output }) => [details, output])
	const bytes = (texts: readonly (string | null | undefined)[]) => Buffer.byteLength(texts.join(''))
	return markdown !== '' && bytes(once) + 2 * bytes(twice) > largestStream
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
			stream.tasks.set(chunk.id, updatedTask(stream.tasks.get(chunk.id), chunk))
			return
		case 'blocks':
			stream.blocks.push(...chunk.blocks)
	}
}

/** Title and status are replaced; details and output grow. */
function updatedTask(before: StreamTask | undefined, update: StreamTask): StreamTask {
	const grown = (part: 'details' | 'output') =>
		update[part] === undefined ? {} : { [part]: `${before?.[part] ?? ''}${update[part]}` }
	return { ...before, ...update, ...grown('details'), ...grown('output') }
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
