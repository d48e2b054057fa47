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
import { readableBlocks } from '../support/slack-app.ts'
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

type Place = SlackJourneyOptions & { readonly where: string; readonly folds: boolean }
const places: readonly Place[] = [
	{ where: 'over a socket', way: 'socket', folds: true },
	{ where: 'over HTTP', way: 'http', folds: true },
	{
		where: 'in a workspace without containers and without session status',
		way: 'socket',
		folds: false,
		// At its usual pace, or the sign that the bot works would go out at once.
		slack: { capabilities: { containers: false, sessionStatus: false }, clockSpeed: 1, rates: false },
	},
]

describe.each(places)('Slack $where', ({ folds, ...options }) => {
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
		await vi.waitFor(() => expect(looksBusy(question)).toBe(true), 10_000)
		hold.letGo()
		const { messages, text } = await answer(question)
		const message = only(messages)
		expect(message.ts).toBe(working.ts)
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

describe('Slack, in further ways', () => {
	const journeys = startSlackJourneys({ way: 'socket' })
	const { slack, model, ada, mention, say, answer } = journeys

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

/** What `start` runs with, besides a Slack. */
async function settings(folder: string, modelUrl: string): Promise<Record<string, string>> {
	await unpackDatabaseDump(inject('databaseDump'), join(folder, 'database'))
	return { THREADWISE_DATA_DIR: folder, OPENAI_BASE_URL: modelUrl }
}

type Killing = {
	readonly when: string
	/** Where in the workflow the model is held. */
	readonly node: string
	prepare(slack: LocalSlack): void
}
const killings: readonly Killing[] = [
	{ when: 'in the middle of a stage', node: 'alternatives', prepare: () => {} },
	{
		when: 'when its first message stands there, but before it is told so',
		node: 'analyze',
		// It is posted at once; only the answer takes that long.
		prepare: (slack) => slack.faults.add('chat.postMessage', { kind: 'slow', milliseconds: 9_000 }),
	},
]

// Processes mostly wait: for their database, and for each other.
describe.concurrent('start, with Slack', () => {
	test.each(killings)('killed $when and started again, gives one answer', async ({ node, prepare }) => {
		await using slack = await startLocalSlack({ clockSpeed: 1_000 })
		await using folder = await temporaryFolder()
		await using model = await startHeldModel(schoolTrip.mistakes)
		const variables = {
			...(await settings(folder.path, model.baseUrl)),
			...slackVariables(slack, 'socket'),
			THREADWISE_PLAYGROUND: 'off',
		}
		await using killed = await startedProcess('start', variables)
		expect(killed.output()).toContain('Slack     connected by a socket')
		prepare(slack)
		using hold = model.hold(node)
		const question = slack.person('Ada').post(slack.general, `<@${slack.botUserId}> ${hard}`)
		await hold.held
		const shown = await vi.waitFor(() => only(only(repliesIn(slack, question)).messages), 30_000)
		killed.kill('SIGKILL')
		await killed.ended()
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
