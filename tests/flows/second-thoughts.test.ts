import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createLog } from '../../src/cli/log.ts'
import { createOpenParts } from '../../src/cli/open-parts.ts'
import { openRuntime, type Runtime } from '../../src/cli/runtime.ts'
import { loadConfig } from '../../src/config/index.ts'
import { startPractice } from '../support/command-line.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { createLoopbackPlatform } from '../support/loopback-chat/platform.ts'
import { repliesIn, type SeenReply } from '../support/loopback-chat/replies.ts'
import { type Button, type LoopbackChat, startLoopbackChat } from '../support/loopback-chat/server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'
const answer = '$15.00'
const otherQuestion = question.replace('3 notebooks', '5 notebooks')
const otherAnswer = '$23.00'
const place = { platform: 'loopback', workspaceId: '' }
const root = { ...place, personId: 'root', isAdmin: true }

const opened = new AsyncDisposableStack()
let chat: LoopbackChat
let runtime: Runtime

beforeAll(async () => {
	const folder = opened.use(await temporaryFolder())
	const practice = opened.use(await startPractice(['--latency-ms', '100']))
	chat = opened.use(await startLoopbackChat())
	const loaded = loadConfig({ THREADWISE_DATA_DIR: folder.path, OPENAI_BASE_URL: practice.baseUrl }, null)
	if (!loaded.ok) throw new Error('the configuration is right')
	const parts = opened.use(createOpenParts())
	runtime = await openRuntime({ config: loaded.config, log: createLog('silent').log }, parts)
	await runtime.startWorker()
	await runtime.servePlatforms([createLoopbackPlatform({ url: chat.url, minEditMs: 0 })])
})
afterAll(() => opened.disposeAsync())

const repliesOf = (conversationId: string): readonly SeenReply[] =>
	repliesIn(chat.messages.filter((message) => message.conversationId === conversationId))
/** The replies of a conversation, oldest first, once there are so many that say everything. */
const replies = async (conversationId: string, count: number) => {
	const complete = () => repliesOf(conversationId).filter(({ isComplete }) => isComplete)
	await chat.until(() => complete().length >= count, AbortSignal.timeout(40_000))
	expect(repliesOf(conversationId).filter(({ isDoubled }) => isDoubled)).toEqual([])
	return complete()
}
const ask = (conversationId: string, text = question) => {
	const sent = chat.ask({ conversationId, personId: 'ada', text })
	return sent.answered.then(() => sent.id)
}
const press = (button: Button, runId: string, personId = 'ada') => chat.press(button, runId, personId).answered
const entriesOf = (conversationId: string) =>
	runtime.conversationReader.runs({ ...place, channelId: conversationId, threadId: '' })

describe('on a platform', () => {
	test('a question is thought about harder, once however often that is pressed, and its answers are judged', async () => {
		await ask('harder')
		const [first] = await replies('harder', 1)
		const runId = first?.runId ?? ''
		await Promise.all([press({ kind: 'think-harder' }, runId), press({ kind: 'think-harder' }, runId)])
		const [, second] = await replies('harder', 2)
		expect(second?.text).toContain(answer)
		await press({ kind: 'feedback', helpful: false, reason: 'Too long.' }, second?.runId ?? '', 'bob')
		await press({ kind: 'feedback', helpful: true, reason: null }, second?.runId ?? '', 'bob')
		expect(await entriesOf('harder')).toMatchObject([
			{ runId, kind: 'question', state: 'answered', feedback: [] },
			{
				runId: second?.runId,
				kind: 'think-harder',
				parentRunId: runId,
				state: 'answered',
				preferences: { route: 'staged', effort: 'high' },
				feedback: [{ personId: 'bob', helpful: true, reason: null }],
			},
		])
	})

	test('a question that is edited while it is answered is answered as it is now, and the old text is not', async () => {
		const messageId = await ask('edited')
		await chat.until(() => repliesOf('edited').length > 0, AbortSignal.timeout(20_000))
		await chat.rewrite(messageId, otherQuestion).answered
		const [old, current] = await replies('edited', 2)
		expect(old?.text).not.toContain(answer)
		expect(current?.text).toContain(otherAnswer)
		expect(await entriesOf('edited')).toMatchObject([
			{ kind: 'question', state: 'stopped', question },
			{ kind: 'edited-question', state: 'answered', question: otherQuestion, messageId },
		])
	})

	test('so is one that was answered already', async () => {
		const messageId = await ask('corrected')
		await replies('corrected', 1)
		await chat.rewrite(messageId, otherQuestion).answered
		const [old, current] = await replies('corrected', 2)
		expect(old?.text).toContain(answer)
		expect(current?.text).toContain(otherAnswer)
	})

	test('nobody stops what somebody else has asked but a moderator', async () => {
		await ask('stopped')
		const [runId] = (await entriesOf('stopped')).map((entry) => entry.runId)
		await press({ kind: 'stop' }, runId ?? '', 'bob')
		expect((await runtime.store.find(runId ?? ''))?.stopRequested).toBeNull()
		await press({ kind: 'stop' }, runId ?? '', 'moderator')
		const [seen] = await replies('stopped', 1)
		expect(seen?.text).not.toContain(answer)
		expect(await entriesOf('stopped')).toMatchObject([{ state: 'stopped' }])
	})

	test('what is set holds for the next question: in silence, with little effort, or not at all', async () => {
		const channel = (subject: string) => ({ ...place, scope: 'channel', subject }) as const
		await runtime.changeSettings(root, channel('brief'), { quiet: true, effort: 'low', workflow: 'quick' })
		await runtime.changeSettings(root, channel('closed'), { allowedPeople: ['bob', root.personId] })
		await Promise.all([ask('brief'), ask('closed')])
		const [[brief], [closed]] = await Promise.all([replies('brief', 1), replies('closed', 1)])
		expect(closed?.text).toContain('some people')
		const [start] = await runtime.store.read(brief?.runId ?? '')
		expect(start).toMatchObject({ workflow: { name: 'quick' }, settings: { quiet: true, effort: 'low' } })
		expect(runtime.workflowNames).toContain('quick')
	})
})
