import { join } from 'node:path'
import { describe, expect, inject, test, vi } from 'vitest'
import { english } from '../../src/rendering/index.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { unpackDatabaseDump } from '../support/database-dump.ts'
import { startHeldModel } from '../support/held-model.ts'
import { slackVariables } from '../support/platform-variables.ts'
import { startedProcess } from '../support/running-process.ts'
import { schoolTrip } from '../support/school-trip.ts'
import { reply } from '../support/scripted-model-server.ts'
import { freePort } from '../support/servers.ts'
import { type LocalSlack, startLocalSlack } from '../support/slack/local-slack.ts'
import type { SlackMessage } from '../support/slack/messages.ts'
import type { MessageReference } from '../support/slack/person.ts'
import { readableBlocks, type SlackWay } from '../support/slack-app.ts'
import {
	answersIn,
	hasAction,
	only,
	repliesIn,
	type SlackJourneyOptions,
	type SlackJourneys,
	startSlackJourneys,
} from '../support/slack-journeys.ts'

// Some steps here are processes of their own that open a database.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const easy = 'What is 17 * 23?'
const { question: hard, answer: hardAnswer } = schoolTrip
const stageTitles = [
	...['Problem analysis', 'Task decomposition', 'Systematic execution'],
	...['Alternative solutions', 'Self-evaluation', 'Self-correction'],
]

/** The titles of what is folded in a message. */
function foldedIn({ blocks }: SlackMessage): readonly string[] {
	return blocks.flatMap((block) =>
		block.type === 'container' && block.default_collapsed === true ? [readableBlocks(block.title)] : [],
	)
}

type Place = SlackJourneyOptions & {
	readonly where: string
	readonly folds: boolean
	/** What has become of the stream of a message that shows that it is worked on; undefined where it has none. */
	readonly stream: 'streaming' | 'expired' | undefined
}
/** At its usual pace, or signs that the bot works would go out at once, and streams would end. */
const unhurried = { clockSpeed: 1, rates: false }
const places: readonly Place[] = [
	{ where: 'over a socket', way: 'socket', folds: true, stream: 'streaming', slack: unhurried },
	{ where: 'over HTTP, where streams end at once', way: 'http', folds: true, stream: 'expired' },
	{
		where: 'in a workspace without streams, without containers and without session status',
		way: 'socket',
		folds: false,
		stream: undefined,
		slack: { ...unhurried, capabilities: { containers: false, sessionStatus: false, streaming: false } },
	},
]

describe.each(places)('Slack $where', ({ folds, stream, ...options }) => {
	const journeys = startSlackJourneys(options)
	const { slack, model, ada, mention, mentioning, say, answer, answers, inProgress, runs } = journeys
	const hasSessions = options.slack?.capabilities?.sessionStatus !== false
	const looksBusy = ({ channel, ts }: MessageReference) =>
		hasSessions ? slack().session(channel, ts)?.status === 'processing' : slack().status(channel, ts) !== null

	test('a mention shows the stages while it works, then, in the same message, the answer with all that led to it', async () => {
		using hold = model().hold('execute')
		const question = await mention(hard)
		await hold.held
		const working = await inProgress(question)
		await vi.waitFor(() => expect(readableBlocks(working.blocks)).toContain('Systematic execution'), 10_000)
		for (const title of stageTitles) expect(readableBlocks(working.blocks)).toContain(title)
		await vi.waitFor(() => expect(working.stream?.state).toBe(stream))
		await vi.waitFor(() => expect(looksBusy(question)).toBe(true), 10_000)
		hold.letGo()
		const { messages, text } = await answer(question)
		const message = only(messages)
		expect(message.ts).toBe(working.ts)
		expect(message.stream?.state).toBe(stream === 'streaming' ? 'stopped' : stream)
		expect(text).toContain(hardAnswer)
		expect(foldedIn(message).map((title) => stageTitles.find((each) => title.includes(each)))).toEqual(
			folds ? stageTitles : [],
		)
		await vi.waitFor(() => expect(looksBusy(question)).toBe(false), 10_000)
		await ada().press(message, { actionId: 'full-record' })
		const record = await vi.waitFor(() => only(ada().modals()), 10_000)
		expect(readableBlocks(record.content.blocks)).toContain('Problem analysis')
		await ada().closeView(record)
	})

	test('a mention in a thread of others is answered in that thread', async () => {
		const root = slack().person('Bob').post(slack().general, 'Who can work this out?')
		await say(slack().general, mentioning(easy), root.ts)
		expect((await answer(root)).text).toContain('391')
	})

	test('a direct message is answered in its thread', async () => {
		const question = await say(ada().directMessages, easy)
		expect((await answer(question)).text).toContain('391')
	})

	test('a command has its question written into the channel, where all can see it, and answered in its thread', async () => {
		const { acknowledgement } = await ada().command('/think', easy, slack().general)
		expect(acknowledgement.failure).toBeNull()
		const written = () =>
			slack()
				.messages(slack().general)
				.filter(({ isFromBot }) => isFromBot)
		const question = await vi.waitFor(() => only(written()), 10_000)
		expect(readableBlocks(question.blocks)).toBe(`${english.chat.asks('Ada')}\n${easy}`)
		expect((await answer(question)).text).toContain('391')
		expect(await runs(question)).toMatchObject([{ question: easy, preferences: { route: 'staged' } }])
	})

	test('whoever was answered in a thread goes on asking without a mention', async () => {
		const question = await mention(easy)
		await answer(question)
		await say(slack().general, 'What is 17 * 24?', question.ts)
		const [, second] = await answers(question, 2)
		expect(second?.text).toContain('408')
	})

	test('a question that is edited while it is answered is answered once, as it is now', async () => {
		using hold = model().hold('execute')
		const question = await mention(hard)
		await hold.held
		await inProgress(question)
		await ada().edit(question, mentioning(easy))
		const [outdated, current] = await answers(question, 2)
		expect(outdated?.text).toContain('the question was edited')
		expect(outdated?.text).not.toContain(hardAnswer)
		expect(current?.text).toContain('391')
		expect(await runs(question)).toMatchObject([{ state: 'stopped' }, { state: 'answered', question: easy }])
	})

	test('the button Stop ends it at once', async () => {
		await stopsBy(journeys, (_question, working) => ada().press(working, { actionId: 'stop' }))
	})

	test('what was wrong with an answer is asked, and kept with its run', async () => {
		const question = await mention(easy)
		const { runId, messages } = await answer(question)
		const choice = folds ? { actionId: 'feedback', value: `not-helpful ${runId}` } : { actionId: 'not-helpful' }
		await ada().press(only(messages), choice)
		const window = await vi.waitFor(() => only(ada().modals()), 10_000)
		const reason = 'It says nothing about how.'
		const sent = await ada().submitView(window, { reason: { reason: { type: 'plain_text_input', value: reason } } })
		expect(sent).toMatchObject({ errors: null, acknowledgement: { failure: null } })
		expect(await runs(question)).toMatchObject([{ runId, feedback: [{ personId: ada().id, helpful: false, reason }] }])
		const told = ada()
			.ephemerals(slack().general)
			.filter(({ threadTs }) => threadTs === question.ts)
		expect(told.map(({ text }) => text)).toEqual([english.feedback.thanks])
	})
})

/** Has a question stopped while a model works on it: the request to the model is closed, and the thread says so. */
async function stopsBy(
	{ model, mention, inProgress, answer, runs }: SlackJourneys,
	stop: (question: MessageReference, working: SlackMessage) => Promise<unknown>,
): Promise<void> {
	using hold = model().hold('execute')
	const question = await mention(hard)
	const request = await hold.held
	await stop(question, await inProgress(question))
	await request.closed
	expect(request.closedEarly).toBe(true)
	const { text } = await answer(question)
	expect(text).toContain('Stopped as you asked.')
	expect(text).not.toContain(hardAnswer)
	expect(await runs(question)).toMatchObject([{ state: 'stopped' }])
}

const lacking = ['streaming', 'containers', 'sessionStatus'] as const

describe.each(lacking)('Slack in a workspace that lacks only %s', (capability) => {
	const journeys = startSlackJourneys({ way: 'socket', slack: { capabilities: { [capability]: false } } })
	const { mention, say, answer, ada } = journeys

	test('answers in a channel and in direct messages, whether it takes stages or none', async () => {
		const staged = await mention(hard)
		const direct = await say(ada().directMessages, easy)
		expect((await answer(staged)).text).toContain(hardAnswer)
		expect((await answer(direct)).text).toContain('391')
	})
})

const ways = [
	{ where: 'over a socket', way: 'socket' },
	{ where: 'over HTTP', way: 'http' },
] as const

describe.each(ways)('Slack $where, in further ways', ({ way }) => {
	const journeys = startSlackJourneys({ way })
	const { slack, model, ada, mention, mentioning, say, answer, answers } = journeys

	test('!stop in the thread ends it as the button does', async () => {
		await stopsBy(journeys, (question) => say(question.channel, '!stop', question.ts))
	})

	test('so does deleting the question', async () => {
		await stopsBy(journeys, (question) => ada().delete(question))
	})

	test("so does Slack's own Stop", async () => {
		await stopsBy(journeys, async ({ channel, ts }) => {
			await vi.waitFor(() => expect(slack().session(channel, ts)?.status).toBe('processing'), 10_000)
			await ada().stopSession(channel, ts)
		})
	})

	/** What the model was told of the conversation, when it was last asked something. */
	const toldOf = (question: string) => {
		const asked = model().requests.filter(({ body }) => JSON.stringify(body).includes(question))
		return JSON.stringify(asked.at(-1)?.body)
	}
	const reads = () => slack().calls.filter(({ method }) => method === 'conversations.replies').length

	test('a thread that it joins late is context, read once, and what others write from then on as well', async () => {
		const bob = slack().person('Bob')
		const root = bob.post(slack().general, 'The budget of the reef is 4,200.')
		bob.post(slack().general, 'And that of the lagoon 900.', { threadTs: root.ts })
		const before = reads()
		await say(slack().general, mentioning(easy), root.ts)
		await answers(root, 1)
		expect(toldOf(easy)).toContain('Bob (to others, not to you): The budget of the reef is 4,200.')
		expect(toldOf(easy)).toContain('Bob (to others, not to you): And that of the lagoon 900.')
		expect(reads()).toBe(before + 1)
		await bob.post(slack().general, 'Make it 950.', { threadTs: root.ts }).delivered
		await say(slack().general, 'What is 17 * 24?', root.ts)
		await answers(root, 2)
		expect(toldOf('17 * 24')).toContain('Bob (to others, not to you): Make it 950.')
		expect(toldOf('17 * 24')).toMatch(/Threadwise \(you\): .*391/)
		expect(reads()).toBe(before + 1)
	})

	test('shows that it works before a thread that it joins late was read', async () => {
		const root = slack().person('Bob').post(slack().general, 'Somebody ought to work this out.')
		const read = Promise.withResolvers<void>()
		slack().faults.add('conversations.replies', { kind: 'held', until: read.promise })
		await say(slack().general, mentioning(easy), root.ts)
		await journeys.inProgress(root)
		read.resolve()
		expect(only(await answers(root, 1)).text).toContain('391')
	})

	test('answers in a thread that it may not read', async () => {
		const root = slack().person('Bob').post(slack().general, 'You can not read this.')
		slack().refuse('conversations.replies', 'missing_scope')
		await say(slack().general, mentioning(easy), root.ts)
		expect(only(await answers(root, 1)).text).toContain('391')
		expect(toldOf(easy)).not.toContain('You can not read this.')
	})

	test('a long answer goes on in further messages, and nothing of it is cut', async () => {
		const numbers = Array.from({ length: 300 }, (_, index) => index + 1)
		const filling = 'is as long as any other, so that all of them together need more than one message, '
		const paragraphs = numbers.map((number) => `Paragraph ${number} ${filling}and here it ends (${number}).`)
		using _script = model().script('direct', reply(paragraphs.map((paragraph) => `${paragraph}\n\n`)))
		const { messages } = await answer(await mention('!quick Tell me all that there is to tell.'))
		expect(messages.length).toBeGreaterThan(2)
		const texts = messages.map(({ blocks }) => readableBlocks(blocks))
		expect(texts.join('\n').match(/^Paragraph .*$/gm)).toEqual(paragraphs)
		// Whoever sees the end can go on from there; only there.
		expect(messages.map((message) => hasAction(message, 'think-harder'))).toEqual(
			messages.map((_, index) => index === messages.length - 1),
		)
	})
})

describe.each(ways)('Slack $where, for those who look after it', ({ way }) => {
	const journeys = startSlackJourneys({ way })
	const { slack, model, ada, mention, say, answer } = journeys

	test('an answer of 60,000 characters stands in a file, whole, under its beginning', async () => {
		const lines = Array.from({ length: 1_000 }, (_, index) => `Line ${index + 1} of many.`.padEnd(59, '.'))
		using _script = model().script('direct', reply(lines.map((line) => `${line}\n`)))
		const question = await mention('!quick Tell me all that there is to tell.')
		const { messages, text } = await answer(question)
		only(messages)
		expect(text).toContain(english.chat.answerAttached)
		const files = await vi.waitFor(() => {
			const found = slack()
				.messages(question.channel, question.ts)
				.flatMap((message) => message.files)
			expect(found).toHaveLength(1)
			return found
		}, 10_000)
		expect(String(slack().fileContent(only(files).id)).trim()).toBe(lines.join('\n'))
	})

	test('what an admin sets on the home tab holds from the next question on', async () => {
		const grace = slack().person('Grace', { isAdmin: true })
		await grace.openHome()
		const home = grace.home()
		if (home === null) throw new Error('there is no home tab')
		await grace.press(home, { actionId: 'home-direct-messages', value: 'no' })
		const question = await say(ada().directMessages, easy)
		await vi.waitFor(() => {
			expect(only(journeys.replies(question)).text).toContain('Direct messages are not answered here.')
		}, 10_000)
		await ada().openHome()
		expect(readableBlocks(ada().home()?.content.blocks)).toContain(`${english.chat.settingNames.directMessages}: No`)
		expect(readableBlocks(ada().home()?.content.blocks)).toContain(easy)
	})
})

/** What `start` runs with, besides a Slack. */
async function settings(folder: string, modelUrl: string): Promise<Record<string, string>> {
	await unpackDatabaseDump(inject('databaseDump'), join(folder, 'database'))
	return { THREADWISE_DATA_DIR: folder, OPENAI_BASE_URL: modelUrl }
}

type Killing = {
	readonly when: string
	/** Where in the workflow the model is held. */
	readonly node: string
	/** Whether its message is streamed. */
	readonly streaming: boolean
	readonly way: SlackWay
	prepare(slack: LocalSlack): void
}
const killings: readonly Killing[] = [
	{ when: 'in the middle of a stage', node: 'alternatives', streaming: true, way: 'socket', prepare: () => {} },
	{
		when: 'in the middle of a stage, over HTTP,',
		node: 'alternatives',
		streaming: true,
		way: 'http',
		prepare: () => {},
	},
	{
		when: 'when its first message stands there, but before it is told so',
		node: 'analyze',
		streaming: false,
		way: 'socket',
		// It is posted at once; only the answer takes that long.
		prepare: (slack) => slack.faults.add('chat.postMessage', { kind: 'slow', milliseconds: 9_000 }),
	},
]

// Processes mostly wait: for their database, and for each other.
describe.concurrent('start, with Slack', () => {
	test.each(killings)('killed $when and started again, gives one answer', async ({ node, streaming, way, prepare }) => {
		await using slack = await startLocalSlack({ ...unhurried, capabilities: { streaming } })
		await using folder = await temporaryFolder()
		await using model = await startHeldModel(schoolTrip.mistakes)
		const port = String(await freePort())
		const variables = {
			...(await settings(folder.path, model.baseUrl)),
			...slackVariables(slack, way),
			THREADWISE_PLAYGROUND: 'off',
			...(way === 'http' ? { THREADWISE_PORT: port } : {}),
		}
		await using killed = await startedProcess('start', variables)
		expect(killed.output()).toContain(`Slack     ${way === 'socket' ? 'connected by a socket' : 'sends requests to'}`)
		if (way === 'http') await slack.receiveEventsAt(`http://127.0.0.1:${port}/slack/events`)
		prepare(slack)
		using hold = model.hold(node)
		const question = slack.person('Ada').post(slack.general, `<@${slack.botUserId}> ${hard}`)
		await hold.held
		const shown = await vi.waitFor(() => only(only(repliesIn(slack, question)).messages), 30_000)
		killed.kill('SIGKILL')
		await killed.ended()
		expect(shown.stream?.state).toBe(streaming ? 'streaming' : undefined)
		hold.letGo()

		await using again = await startedProcess('start', variables)
		const { messages, text } = only(await answersIn(slack, question, 1))
		expect(only(messages).ts).toBe(shown.ts)
		expect(text).toContain(hardAnswer)
		// What the model had said before, it isn't asked again.
		const said = model.requests.filter(({ closedEarly }) => !closedEarly)
		const calls = said.map(({ headers }) => headers['x-threadwise-call'])
		expect(new Set(calls).size).toBe(calls.length)
		again.kill('SIGTERM')
		expect((await again.ended()).exitCode).toBe(0)
	})

	test('over HTTP has its own address beside the page on the same port, and takes nothing that Slack has not signed', async () => {
		await using slack = await startLocalSlack({ clockSpeed: 1_000 })
		await using folder = await temporaryFolder()
		await using model = await startHeldModel()
		const url = `http://127.0.0.1:${await freePort()}`
		await using _process = await startedProcess('start', {
			...(await settings(folder.path, model.baseUrl)),
			...slackVariables(slack, 'http'),
			THREADWISE_PORT: new URL(url).port,
		})
		expect(await slack.receiveEventsAt(`${url}/slack/events`)).toBe(true)
		const question = slack.person('Ada').post(slack.general, `<@${slack.botUserId}> ${easy}`)
		expect((await question.delivered).map(({ failure }) => failure)).toEqual([null, null])
		expect(only(await answersIn(slack, question, 1)).text).toContain('391')
		expect((await fetch(`${url}/slack/events`, { method: 'POST', body: '{}' })).status).toBe(401)
		expect((await fetch(`${url}/`)).status).toBe(200)
	})
})
