import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { PlatformEvents, Reply } from '../../src/core/chat-platform.ts'
import type { Conversation } from '../../src/core/conversation.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import type { ReplyView } from '../../src/core/reply-view.ts'
import { aStageView, aView } from '../../tests/support/builders.ts'
import { createManualClock } from '../../tests/support/manual-clock.ts'
import type { LocalSlackChoices } from '../../tests/support/slack/options.ts'
import { readableBlocks, settingsOf, startSlackApp } from '../../tests/support/slack-app.ts'
import { createSlackPlatform } from './index.ts'

const working = aView({
	stages: [aStageView({ subtasks: [{ id: 's1', text: 'Add both prices', status: 'running' }] })],
})
const further = aView({ stages: [aStageView({ subtasks: [{ id: 's1', text: 'Add → $104', status: 'checked' }] })] })
const done = aStageView({ status: 'done', summary: 'All steps done.' })
const answered = aView({ status: 'answered', answer: 'It costs $104.', stages: [done] })
const minuteMs = 60_000

/** A local Slack with the adapter, whose clocks both stand still until they are moved. */
async function open(choices: LocalSlackChoices = {}) {
	const clock = createManualClock()
	const app = await startSlackApp({
		events: {} as PlatformEvents,
		slack: { clockSpeed: 1, ...choices },
		options: { clock },
	})
	onTestFinished(() => app[Symbol.asyncDispose]())
	const { slack, memory } = app
	const ada = slack.person('Ada')
	const begin = (channelId = slack.general): { readonly conversation: Conversation; readonly runId: string } => {
		const { ts: threadId } = ada.post(channelId, 'How much is it?')
		const conversation = { platform: 'slack', workspaceId: slack.teamId, channelId, threadId }
		return { conversation, runId: memory.begin(conversation, { asker: { id: ada.id, name: 'Ada' } }) }
	}
	const repliesIn = ({ channelId, threadId }: Conversation) =>
		slack.messages(channelId, threadId).filter(({ isFromBot }) => isFromBot)
	/** Both clocks, and whatever is due is done. */
	const advance = (ms: number) => {
		slack.clock.advance(ms)
		clock.advance(ms)
	}
	const callsOf = (method: string) => slack.calls.filter((call) => call.method === method)
	/** What a run's only message shows. */
	const only = (conversation: Conversation) => {
		const [message, ...more] = repliesIn(conversation)
		if (message === undefined || more.length > 0) throw new Error(`there are ${more.length + 1} messages, or none`)
		return { ...message, read: readableBlocks(message.blocks), types: message.blocks.map(({ type }) => type) }
	}
	return { ...app, clock, begin, repliesIn, only, advance, callsOf }
}

type Opened = Awaited<ReturnType<typeof open>>

type Asked = ReturnType<Opened['begin']>
type Shows = Pick<Opened, 'platform'>

/** Shows views as delivery does: what fails is shown again, after a look at what stands there. */
async function deliver(shows: Shows, run: Asked, ...views: readonly ReplyView[]): Promise<Reply> {
	let reply: Reply | null = null
	for (const view of views) reply = await insist(shows, run, reply, view)
	if (reply === null) throw new Error('nothing was shown')
	return reply
}

async function insist({ platform }: Shows, run: Asked, known: Reply | null, view: ReplyView): Promise<Reply> {
	const { runId, conversation } = run
	let reply = known
	for (let tries = 1; ; tries += 1) {
		const shown = await (reply === null
			? platform.post(runId, conversation, view)
			: platform.update(reply, view)
		).catch((error: unknown) => waitAsTold(error, tries))
		if (shown !== null) return shown
		reply = (await platform.find(runId, conversation)) ?? reply
	}
}

async function waitAsTold(error: unknown, tries: number): Promise<null> {
	if (!(error instanceof ThreadwiseError) || error.retry === 'never' || tries > 3) throw error
	await sleep(error.retry.afterMs ?? 0)
	return null
}

function isAnswered({ read, types, stream, metadata }: ReturnType<Opened['only']>, runId: string): void {
	expect(read).toContain('It costs $104.')
	expect(types).toEqual(['markdown', 'container', 'context', 'context_actions', 'actions'])
	expect(stream?.state).not.toBe('streaming')
	expect(metadata?.event_payload).toEqual({ run_id: runId, part: 0 })
}

describe('a run in Slack', () => {
	test('is shown as a plan that is streamed, and becomes its answer', async () => {
		const opened = await open()
		const run = opened.begin()
		const reply = await deliver(opened, run, aView({ status: 'queued', stages: [] }), working, further)
		const streamed = opened.only(run.conversation)
		expect(streamed.stream).toMatchObject({ state: 'streaming', taskDisplayMode: 'plan' })
		expect(streamed.read).toContain('Add → $104')
		expect(JSON.stringify(streamed.blocks)).toContain('answer-now')
		expect(await opened.platform.find(run.runId, run.conversation)).toEqual(reply)
		expect(await opened.platform.update(reply, answered)).toEqual(reply)
		const message = opened.only(run.conversation)
		isAnswered(message, run.runId)
		expect(message.stream?.hasFailed).toBe(false)
		expect(opened.slack.calls.map(({ method }) => method).filter((method) => method.startsWith('chat.'))).toEqual([
			...['chat.startStream', 'chat.appendStream', 'chat.appendStream', 'chat.stopStream', 'chat.update'],
		])
	})

	test.each(['containers', 'sessionStatus'])('is streamed where Slack has no %s', async (capability) => {
		const opened = await open({ capabilities: { [capability]: false } })
		const run = opened.begin()
		const reply = await deliver(opened, run, working)
		expect(opened.only(run.conversation).stream?.state).toBe('streaming')
		expect(await opened.platform.update(reply, answered)).toEqual(reply)
		expect(opened.only(run.conversation).read).toContain('It costs $104.')
	})

	test('in a direct message is streamed as well', async () => {
		const opened = await open()
		const run = opened.begin(opened.slack.person('Ada').directMessages)
		await deliver(opened, run, working)
		expect(opened.only(run.conversation).stream?.state).toBe('streaming')
	})

	test('that is to be answered at once, or quietly, has no plan to stream', async () => {
		const opened = await open()
		const { runId, ...direct } = opened.begin()
		opened.memory.change(runId, { preferences: { route: 'direct', effort: null, workflow: null } })
		await deliver(opened, { runId, ...direct }, working, answered)
		await deliver(opened, opened.begin(), aView({ quiet: true }), answered)
		expect(opened.callsOf('chat.startStream')).toEqual([])
		expect(opened.callsOf('chat.postMessage')).toHaveLength(2)
	})

	test('says every 30 seconds that it goes on, and goes on by edits before Slack ends the stream', async () => {
		const opened = await open()
		const run = opened.begin()
		const reply = await deliver(opened, run, working)
		for (let beats = 1; beats <= 6; beats += 1) {
			opened.advance(30_000)
			await vi.waitFor(() => expect(opened.callsOf('chat.appendStream')).toHaveLength(beats))
		}
		opened.advance(30_000)
		await opened.platform.update(reply, further)
		expect(opened.only(run.conversation)).toMatchObject({ stream: { state: 'stopped', hasFailed: false } })
		expect(opened.only(run.conversation).read).toContain('Add → $104')
		await opened.platform.update(reply, answered)
		isAnswered(opened.only(run.conversation), run.runId)
		expect(opened.clock.waiting()).toBe(0)
	})

	test('that nothing is heard of has its stream ended before four minutes are over', async () => {
		const opened = await open()
		const run = opened.begin()
		const reply = await deliver(opened, run, working)
		const streamed = () => opened.only(run.conversation).stream
		for (let waited = 0; waited < 4 * minuteMs; waited += 10_000) {
			opened.advance(10_000)
			await vi.waitFor(() => expect(opened.clock.waiting() === 1 || streamed()?.state === 'stopped').toBe(true))
		}
		expect(streamed()).toMatchObject({ state: 'stopped', hasFailed: false })
		await opened.platform.update(reply, further)
		expect(opened.only(run.conversation).read).toContain('Add → $104')
	})

	test('sends nothing more once the platform has stopped', async () => {
		const clock = createManualClock()
		const opened = await open()
		const platform = createSlackPlatform({ ...optionsOf(opened), clock })
		const stop = new AbortController()
		await platform.start({} as PlatformEvents, stop.signal)
		const run = opened.begin()
		await deliver({ platform }, run, working)
		expect(clock.waiting()).toBe(1)
		opened.slack.faults.add('chat.startStream', { kind: 'slow', milliseconds: 100 })
		const starting = deliver({ platform }, opened.begin(), working)
		await vi.waitFor(() => expect(opened.callsOf('chat.startStream')).toHaveLength(2))
		stop.abort()
		await starting
		expect(clock.waiting()).toBe(0)
		await deliver({ platform }, opened.begin(), working)
		expect(opened.callsOf('chat.startStream')).toHaveLength(2)
	})
})

function optionsOf({ slack, memory }: Pick<Opened, 'slack' | 'memory'>) {
	return {
		access: { by: 'token', botToken: slack.botToken },
		installations: null,
		apiUrl: slack.apiUrl,
		receives: { over: 'socket', appToken: slack.appToken },
		allowedBots: [],
		runs: memory.runs,
		conversations: memory.conversations,
		settings: settingsOf(memory),
		runUrl: () => null,
		onTrouble: () => {},
	} as const
}

describe('where streams are refused', () => {
	test.each([...['unknown_method', 'missing_scope', 'not_allowed', 'feature_not_enabled', 'invalid_chunks']])(
		'to all (%s), runs are posted and edited, and no other stream is tried',
		async (code) => {
			const opened = await open()
			opened.slack.refuse('chat.startStream', code)
			for (const run of [opened.begin(), opened.begin()]) {
				await deliver(opened, run, working, answered)
				isAnswered(opened.only(run.conversation), run.runId)
			}
			expect(opened.callsOf('chat.startStream')).toHaveLength(1)
		},
	)

	test.each([...['channel_type_not_supported', 'missing_recipient_user_id', 'user_not_found', 'never_heard_of']])(
		'to one message (%s), that one is posted',
		async (code) => {
			const opened = await open()
			opened.slack.refuse('chat.startStream', code)
			const [first, second] = [opened.begin(), opened.begin()]
			await deliver(opened, first, working)
			expect(opened.only(first.conversation).stream).toBeNull()
			await deliver(opened, second, working)
			expect(opened.only(second.conversation).stream).not.toBeNull()
		},
	)

	test('in the middle, the same message goes on by edits', async () => {
		for (const code of ['message_not_in_streaming_state', 'msg_too_long', 'never_heard_of']) {
			const opened = await open()
			const run = opened.begin()
			const reply = await deliver(opened, run, working)
			opened.slack.refuse('chat.appendStream', code)
			await opened.platform.update(reply, further)
			expect(opened.only(run.conversation)).toMatchObject({ ts: reply.messageIds[0], stream: { state: 'stopped' } })
			expect(opened.only(run.conversation).read).toContain('Add → $104')
			await opened.platform.update(reply, answered)
			isAnswered(opened.only(run.conversation), run.runId)
		}
	})

	test('since it is too old, the answer stands in the same message', async () => {
		const opened = await open()
		const run = opened.begin()
		const reply = await deliver(opened, run, working)
		opened.slack.clock.advance(6 * minuteMs)
		await opened.platform.update(reply, answered)
		isAnswered(opened.only(run.conversation), run.runId)
	})

	test('for their rate, a run is posted at once', async () => {
		const opened = await open()
		opened.slack.refuse('chat.startStream', 'ratelimited', 1, 30)
		const run = opened.begin()
		await deliver(opened, run, working)
		expect(opened.only(run.conversation).stream).toBeNull()
	})
})

test('of 25 runs in a minute, 20 are streamed and all are answered, with none refused', async () => {
	const opened = await open()
	const runs = await Promise.all(
		Array.from({ length: 25 }, async (_, index) => {
			const run = opened.begin(opened.slack.addChannel({ name: `channel-${index}`, kind: 'public' }))
			return { run, reply: await deliver(opened, run, working) }
		}),
	)
	const isStreamed = runs.map(({ run }) => opened.only(run.conversation).stream !== null)
	expect(isStreamed.filter(Boolean)).toHaveLength(20)
	for (const { run, reply } of runs) {
		await opened.platform.update(reply, answered)
		isAnswered(opened.only(run.conversation), run.runId)
	}
	expect(opened.slack.calls.filter(({ status }) => status === 429)).toEqual([])
})

describe('an outcome', () => {
	test.each(['chat.stopStream', 'chat.update'])(
		'is posted where Slack takes no %s now, and what showed the progress goes',
		async (method) => {
			const opened = await open()
			const run = opened.begin()
			const progress = await deliver(opened, run, working)
			opened.slack.refuse(method, 'ratelimited', 1, 1)
			const reply = await insist(opened, run, progress, answered)
			expect(reply.messageIds).not.toEqual(progress.messageIds)
			isAnswered(opened.only(run.conversation), run.runId)
			expect(await opened.platform.find(run.runId, run.conversation)).toEqual(reply)
			expect(opened.callsOf('chat.postMessage')).toHaveLength(1)
		},
	)

	test('is posted where Slack does not end the stream at all', async () => {
		const opened = await open()
		const run = opened.begin()
		const progress = await deliver(opened, run, working)
		opened.slack.refuse('chat.stopStream', 'msg_too_long')
		await opened.platform.update(progress, answered)
		isAnswered(opened.only(run.conversation), run.runId)
		expect(opened.clock.waiting()).toBe(0)
	})

	test('that had to be posted is there once, though what became of the post is not known', async () => {
		for (const fault of ['drop-before', 'drop-after'] as const) {
			const opened = await open()
			const run = opened.begin()
			const progress = await deliver(opened, run, working)
			opened.slack.refuse('chat.stopStream', 'ratelimited', 1, 1)
			opened.slack.faults.add('chat.postMessage', { kind: fault })
			await insist(opened, run, progress, answered)
			isAnswered(opened.only(run.conversation), run.runId)
		}
	})

	test('of several messages stands in its order, though Slack took no edit of the first', async () => {
		const opened = await open()
		const run = opened.begin()
		const progress = await deliver(opened, run, working)
		const answer = Array.from({ length: 600 }, (_, index) => `Line number ${index + 1} of a long answer.`).join('\n')
		opened.slack.refuse('chat.stopStream', 'ratelimited', 1, 1)
		const reply = await insist(opened, run, progress, { ...answered, answer })
		const shown = opened.repliesIn(run.conversation)
		expect(shown.map(({ ts }) => ts)).toEqual(reply.messageIds)
		const read = shown.map(({ blocks }) => readableBlocks(blocks)).join('\n')
		expect(read.match(/^Line.*$/gm)).toEqual(answer.split('\n'))
	})

	test('that was shown before waits until Slack takes an edit: it is never there twice', async () => {
		const opened = await open()
		const run = opened.begin()
		const reply = await deliver(opened, run, working, answered)
		opened.slack.refuse('chat.update', 'ratelimited', 1, 1)
		await expect(opened.platform.update(reply, answered)).rejects.toMatchObject({ retry: { afterMs: 1_000 } })
		isAnswered(opened.only(run.conversation), run.runId)
	})

	test('that is far too long is its beginning in the message that was streamed, and a file', async () => {
		const opened = await open()
		const run = opened.begin()
		const progress = await deliver(opened, run, working)
		const answer = Array.from({ length: 1_000 }, (_, index) => `Line ${index + 1} of a long answer.`.padEnd(59, '.'))
		const reply = await opened.platform.update(progress, { ...answered, answer: answer.join('\n') })
		const [message, attached] = opened.repliesIn(run.conversation)
		expect(readableBlocks(message?.blocks)).toContain('Line 1 of a long answer.')
		const [file] = attached?.files ?? []
		expect(reply.messageIds).toEqual([...progress.messageIds, file?.id])
		expect(String(opened.slack.fileContent(file?.id ?? ''))).toBe(answer.join('\n'))
		expect(await opened.platform.find(run.runId, run.conversation)).toEqual(reply)
	})

	test('comes again where somebody has deleted what was streamed, and not before', async () => {
		const opened = await open()
		const run = opened.begin()
		const progress = await deliver(opened, run, working)
		opened.slack.removeMessage(run.conversation.channelId, progress.messageIds[0] ?? '')
		const still = await opened.platform.update(progress, further)
		expect(opened.repliesIn(run.conversation)).toEqual([])
		const reply = await opened.platform.update(still, answered)
		expect(await opened.platform.find(run.runId, run.conversation)).toEqual(reply)
		isAnswered(opened.only(run.conversation), run.runId)
	})

	test('that had to be posted leaves nothing that looks like work, where nobody may delete anything', async () => {
		const opened = await open()
		const run = opened.begin()
		const progress = await deliver(opened, run, working)
		opened.slack.refuse('chat.stopStream', 'ratelimited', 1, 1)
		opened.slack.refuse('chat.delete', 'compliance_exports_prevent_deletion', 9)
		const reply = await insist(opened, run, progress, answered)
		const shown = opened.repliesIn(run.conversation).map(({ blocks }) => readableBlocks(blocks))
		expect(shown).toEqual(['—', expect.stringContaining('It costs $104.')])
		expect(await opened.platform.find(run.runId, run.conversation)).toEqual(reply)
	})

	test('is not held up by progress that Slack does not take', async () => {
		const opened = await open()
		const run = opened.begin()
		const reply = await deliver(opened, run, working)
		opened.slack.refuse('chat.appendStream', 'ratelimited', 1, 60)
		expect(await opened.platform.update(reply, further)).toEqual(reply)
		await opened.platform.update(reply, answered)
		isAnswered(opened.only(run.conversation), run.runId)
	})
})

describe('a run is shown once', () => {
	const methods = ['chat.startStream', 'chat.appendStream', 'chat.stopStream', 'chat.update']
	test.each(methods)('though what became of %s is not known', async (method) => {
		for (const fault of ['drop-before', 'drop-after'] as const) {
			const opened = await open()
			const run = opened.begin()
			opened.slack.faults.add(method, { kind: fault })
			await deliver(opened, run, working, further, answered)
			isAnswered(opened.only(run.conversation), run.runId)
		}
	})

	test('though another process goes on with what one has streamed', async () => {
		const opened = await open()
		const run = opened.begin()
		const reply = await deliver(opened, run, working)
		const other = createSlackPlatform(optionsOf(opened))
		await other.update(reply, further)
		expect(opened.only(run.conversation)).toMatchObject({ ts: reply.messageIds[0], stream: { state: 'stopped' } })
		// The one that was thought to be gone leaves it at that.
		opened.advance(30_000)
		await vi.waitFor(() => expect(opened.callsOf('chat.appendStream')).toMatchObject([{ isDone: false }]))
		await other.update(reply, answered)
		isAnswered(opened.only(run.conversation), run.runId)
		expect(opened.clock.waiting()).toBe(0)
		const { channelId, threadId } = run.conversation
		await vi.waitFor(() => expect(opened.slack.session(channelId, threadId)?.status).toBe('active'))
	})
})
