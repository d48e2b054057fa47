import { join } from 'node:path'
import { GatewayCloseCodes } from 'discord.js'
import { describe, expect, inject, test, vi } from 'vitest'
import { english } from '../../src/rendering/index.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { unpackDatabaseDump } from '../support/database-dump.ts'
import { type LocalDiscord, startLocalDiscord } from '../support/discord/local-discord.ts'
import type { DiscordMessage } from '../support/discord/messages.ts'
import { buttonsOf, readableMessage } from '../support/discord-app.ts'
import { answersIn, type DiscordJourneys, only, repliesIn, startDiscordJourneys } from '../support/discord-journeys.ts'
import { startHeldModel } from '../support/held-model.ts'
import { discordVariables } from '../support/platform-variables.ts'
import { startedProcess } from '../support/running-process.ts'
import { schoolTrip } from '../support/school-trip.ts'
import { reply } from '../support/scripted-model-server.ts'

// Some steps here open a database.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const easy = 'What is 17 * 23?'
const { question: hard, answer: hardAnswer } = schoolTrip
const stageTitles = [
	...['Problem analysis', 'Task decomposition', 'Systematic execution'],
	...['Alternative solutions', 'Self-evaluation', 'Self-correction'],
]

describe('Discord', () => {
	const journeys = startDiscordJourneys()
	const { discord, model, ada, service, mention, answer, answers, inProgress, runs } = journeys

	test('a mention opens a thread that shows the stages while they run, then, in the same message, the answer', async () => {
		using hold = model().hold('execute')
		const question = mention(hard)
		await hold.held
		const working = await inProgress(question.id)
		await vi.waitFor(() => expect(readableMessage(working)).toContain('Systematic execution'), 10_000)
		for (const title of stageTitles) expect(readableMessage(working)).toContain(title)
		hold.letGo()
		const { last, text } = await answer(question.id)
		expect(last.id).toBe(working.id)
		expect(text).toContain(hardAnswer)
		expect(discord().channel(question.id).name).toContain('A school takes 6 classes')
	})

	test('its reasoning opens for one person alone, stage by stage, also after a restart', async () => {
		const question = mention(hard)
		const { last, runId } = await answer(question.id)
		await service().restart()
		const bob = discord().person('Bob')
		const pressed = await bob.press(last, { customId: `show-reasoning:${runId}` })
		const shown = () => pressed.original as DiscordMessage
		await vi.waitFor(() => expect(readableMessage(shown())).toContain('Problem analysis'), 10_000)
		expect(shown().visibleTo).toBe(bob.id)
		await bob.choose(shown(), { customId: `open-stage:${runId}` }, ['2'])
		await vi.waitFor(() => expect(readableMessage(shown())).toMatch(/^Systematic execution/), 10_000)
	})

	test('whoever was answered in a thread goes on asking there without a mention', async () => {
		const question = mention(easy)
		await answer(question.id)
		ada().post(question.id, 'What is 17 * 24?')
		const [, second] = await answers(question.id, 2)
		expect(second?.text).toContain('408')
	})

	test('a mention in a thread of others is answered in that thread, knowing what was said there', async () => {
		const bob = discord().person('Bob')
		const root = bob.post(discord().general, 'Who can work this out?')
		const thread = bob.startThread(root, 'Working out')
		bob.post(thread, 'It is about the school trip.')
		ada().post(thread, `${discord().botMention} ${easy}`)
		const { runId, text } = await answer(thread)
		expect(text).toContain('391')
		const run = await service().runtime().store.find(runId)
		expect(run?.history.map(({ author, content }) => [author, content])).toEqual([
			['Bob', [{ kind: 'text', text: 'Who can work this out?' }]],
			['Bob', [{ kind: 'text', text: 'It is about the school trip.' }]],
		])
	})

	test('a reply to what somebody has said brings that with it', async () => {
		const bob = discord().person('Bob')
		const first = bob.post(discord().general, 'The bus takes 48 people.', { files: { 'seats.txt': '48' } })
		const second = ada().post(discord().general, 'And the train?', { replyTo: first })
		const question = ada().post(discord().general, `${discord().botMention} ${easy}`, { replyTo: second })
		const { runId } = await answer(question.id)
		const run = await service().runtime().store.find(runId)
		expect(run?.history).toMatchObject([
			{ author: 'Bob', content: [{ text: 'The bus takes 48 people.' }, { kind: 'file', name: 'seats.txt' }] },
			{ author: 'Ada', content: [{ text: 'And the train?' }] },
		])
	})

	test('a direct message is answered there', async () => {
		ada().post(ada().directMessages, easy)
		expect((await answer(ada().directMessages)).text).toContain('391')
	})

	test('a command is answered as its own answer, and the thread of that goes on', async () => {
		const interaction = await ada().command('think', { question: easy }, discord().general)
		const original = interaction.original as DiscordMessage
		await vi.waitFor(() => expect(readableMessage(original)).toContain('391'), 30_000)
		expect(interaction.tookMs).toBeLessThan(3_000)
		expect(await runs(original.id)).toMatchObject([{ question: easy, preferences: { route: 'staged' } }])
		const thread = ada().startThread(original, 'On')
		ada().post(thread, 'What is 17 * 24?')
		expect((await answer(thread)).text).toContain('408')
	})

	test('a command may be answered for one person alone', async () => {
		const interaction = await ada().command('ask', { question: easy, private: true }, discord().general)
		const original = interaction.original as DiscordMessage
		expect(original.visibleTo).toBe(ada().id)
		await vi.waitFor(() => expect(readableMessage(original)).toContain('391'), 30_000)
		const again = await ada().press(original, { label: english.actions.regenerate })
		expect(again.original?.visibleTo).toBe(ada().id)
		await vi.waitFor(() => expect(readableMessage(again.original as DiscordMessage)).toContain('391'), 30_000)
	})

	test('whoever has brought the bot along is answered in a server that it is not in, its reasoning and another try included', async () => {
		const elsewhere = discord().addGuild({ name: 'Elsewhere', hasBot: false })
		ada().join(elsewhere.id)
		ada().installBot()
		const interaction = await ada().command('think', { question: easy }, elsewhere.general)
		expect(interaction).toMatchObject({ isUserInstallOnly: true })
		const original = interaction.original as DiscordMessage
		await vi.waitFor(() => expect(readableMessage(original)).toContain('391'), 30_000)
		const opened = await ada().press(original, { label: english.actions.showReasoning })
		const record = () => readableMessage(opened.original as DiscordMessage)
		await vi.waitFor(() => expect(record()).toContain('Problem analysis'), 30_000)
		const again = await ada().press(original, { label: english.actions.regenerate })
		await vi.waitFor(() => expect(readableMessage(again.original as DiscordMessage)).toContain('391'), 30_000)
	})

	test('a message of somebody else is thought about', async () => {
		const said = discord().person('Bob').post(discord().general, easy)
		const { original } = await ada().messageCommand(english.app.thinkShortcut.name, said)
		await vi.waitFor(() => expect(readableMessage(original as DiscordMessage)).toContain('391'), 30_000)
		expect(await runs(original?.id ?? '')).toMatchObject([{ asker: { id: ada().id }, question: easy }])
	})

	test('a question that is edited while it is answered is answered once, as it is now', async () => {
		using hold = model().hold('execute')
		const question = mention(hard)
		await hold.held
		await inProgress(question.id)
		ada().edit(question, `${discord().botMention} ${easy}`)
		const [outdated, current] = await answers(question.id, 2)
		expect(outdated?.text).toContain('the question was edited')
		expect(outdated?.text).not.toContain(hardAnswer)
		expect(current?.text).toContain('391')
	})

	test.each<[string, (question: DiscordMessage, working: DiscordMessage) => unknown]>([
		['the button Stop', (_, working) => ada().press(working, { label: english.actions.stop })],
		['/stop in the thread', (question) => ada().command('stop', {}, question.id)],
		['/stop in the channel', () => ada().command('stop', {}, discord().general)],
		['!stop in the thread', (question) => ada().post(question.id, '!stop')],
		['deleting the question', (question) => ada().delete(question)],
	])('%s ends it at once', async (_, stop) => {
		await stopsBy(journeys, stop)
	})

	test('nobody else stops it, but whoever looks after the place', async () => {
		using hold = model().hold('execute')
		const question = mention(hard)
		const request = await hold.held
		const working = await inProgress(question.id)
		const bob = discord().person('Bob')
		const pressed = await bob.press(working, { label: english.actions.stop })
		await vi.waitFor(
			() => expect(pressed.followUps.map(({ content }) => content).join()).toContain('Only whoever asked'),
			10_000,
		)
		expect(request.closedEarly).toBe(false)
		discord().person('Moira', { isModerator: true }).post(question.id, `${discord().botMention} !stop`)
		await request.closed
		expect((await answer(question.id)).text).toContain('Stopped as you asked.')
	})

	test('what was wrong with an answer is asked, and kept with its run', async () => {
		const question = mention(easy)
		const { runId, last } = await answer(question.id)
		await ada().press(last, { customId: `not-helpful:${runId}` })
		const given = (reason: string | null) => [{ runId, feedback: [{ personId: ada().id, helpful: false, reason }] }]
		await vi.waitFor(async () => expect(await runs(question.id)).toMatchObject(given(null)), 10_000)
		const reason = 'It says nothing about how.'
		const sent = await ada().submit(only(ada().modals()), { reason })
		await vi.waitFor(() => expect(sent.original?.content).toBe(english.feedback.thanks), 10_000)
		expect(await runs(question.id)).toMatchObject(given(reason))
	})

	describe('a question back to a command for one person alone', () => {
		const ambiguous = 'A jacket costs $80. There is a $10 coupon and 25% off. How much do I pay?'
		const askedBack = async () => {
			const { original } = await ada().command('think', { question: ambiguous, private: true }, discord().general)
			if (original === null) throw new Error('the command was not answered')
			await vi.waitFor(() => expect(buttonsOf(original).join()).toContain('reply:'), 30_000)
			return original
		}

		test('is answered with a form, and the run goes on with that in the same message', async () => {
			const original = await askedBack()
			await ada().press(original, { label: english.actions.reply })
			await ada().submit(only(ada().modals()), { reply: 'The percentage first.' })
			await vi.waitFor(() => expect(readableMessage(original)).toContain('$50'), 30_000)
			expect(original.visibleTo).toBe(ada().id)
		})

		test('is answered there also hours later, when the command itself can not be answered any more', async () => {
			const original = await askedBack()
			const before = repliesIn(discord(), ada().directMessages).length
			discord().clock.advance(5 * 3_600_000)
			await ada().press(original, { label: english.actions.reply })
			await ada().submit(only(ada().modals()), { reply: 'The percentage first.' })
			await vi.waitFor(() => expect(readableMessage(original)).toContain('$50'), 30_000)
			expect(repliesIn(discord(), ada().directMessages)).toHaveLength(before)
		})

		test('that nobody waits for any more says so', async () => {
			const original = await askedBack()
			await ada().press(original, { label: english.actions.reply })
			await ada().press(original, { label: english.actions.answerNow })
			await vi.waitFor(() => expect(buttonsOf(original).join()).toContain('regenerate:'), 30_000)
			const sent = await ada().submit(only(ada().modals()), { reply: 'The coupon first.' })
			await vi.waitFor(
				() => expect(sent.followUps.map(({ content }) => content)).toEqual([english.chat.waitsNoMore]),
				10_000,
			)
		})
	})

	test('a question back in a channel is answered with the form by whoever asked, and by nobody else', async () => {
		const question = mention('A coat costs $80. There is a $10 coupon and 25% off. How much do I pay?')
		const { last } = await vi.waitFor(() => {
			const reply = only(repliesIn(discord(), question.id))
			expect(reply.text).toContain('Which comes off first')
			return reply
		}, 30_000)
		const refused = await discord().person('Bob').press(last, { label: english.actions.reply })
		await vi.waitFor(() => expect(refused.original?.content).toBe(english.chat.notAskedBack), 10_000)
		await ada().press(last, { label: english.actions.reply })
		await ada().submit(only(ada().modals()), { reply: 'The percentage first.' })
		await vi.waitFor(async () => expect((await answer(question.id)).text).toContain('$50'), 30_000)
	})

	test('a long answer goes on in further messages, and nothing of it is cut', async () => {
		const numbers = Array.from({ length: 100 }, (_, index) => index + 1)
		const filling = 'is as long as any other, so that all of them together need more than one message, '
		const paragraphs = numbers.map((number) => `Paragraph ${number} ${filling}and here it ends (${number}).`)
		using _script = model().script('direct', reply(paragraphs.map((paragraph) => `${paragraph}\n\n`)))
		const question = mention('!quick Tell me all that there is to tell.')
		const { messages, text } = await answer(question.id)
		expect(messages.length).toBeGreaterThan(2)
		expect(text.match(/^Paragraph .*$/gm)).toEqual(paragraphs)
		expect(messages.map((message) => buttonsOf(message).length > 0)).toEqual(
			messages.map((_, index) => index === messages.length - 1),
		)
	})

	test('a connection that Discord closes for good makes the process one that is not ready, until it is started again', async () => {
		const { gateway } = discord()
		expect(await service().runtime().readiness()).toEqual([])
		gateway.closeWith(GatewayCloseCodes.AuthenticationFailed)
		await vi.waitFor(async () => expect(await service().runtime().readiness()).toEqual(['discord']), 10_000)
		await service().restart()
		expect(await service().runtime().readiness()).toEqual([])
	})
})

/** Has a question stopped while a model works on it: the request to the model is closed, and the thread says so. */
async function stopsBy(
	{ model, mention, inProgress, answer, runs }: DiscordJourneys,
	stop: (question: DiscordMessage, working: DiscordMessage) => unknown,
): Promise<void> {
	using hold = model().hold('execute')
	const question = mention(hard)
	const request = await hold.held
	await stop(question, await inProgress(question.id))
	await request.closed
	expect(request.closedEarly).toBe(true)
	const { text } = await answer(question.id)
	expect(text).toContain('Stopped as you asked.')
	expect(text).not.toContain(hardAnswer)
	expect(await runs(question.id)).toMatchObject([{ state: 'stopped' }])
}

/** What `start` runs with, besides a model. */
async function settings(folder: string, discord: LocalDiscord): Promise<Record<string, string>> {
	await unpackDatabaseDump(inject('databaseDump'), join(folder, 'database'))
	return { THREADWISE_DATA_DIR: folder, THREADWISE_PLAYGROUND: 'off', ...discordVariables(discord) }
}

type Killing = {
	readonly when: string
	/** Where in the workflow the model is held. */
	readonly node: string
	prepare(discord: LocalDiscord): void
}
const killings: readonly Killing[] = [
	{ when: 'in the middle of a stage', node: 'alternatives', prepare: () => {} },
	{
		when: 'when its first message stands there, but before it is told so',
		node: 'analyze',
		// It is posted at once; only the answer takes that long.
		prepare: ({ faults }) => faults.add('POST /channels/{channel_id}/messages', { kind: 'slow', milliseconds: 9_000 }),
	},
]

// Processes mostly wait: for their database, and for each other.
describe.concurrent('start, with Discord', () => {
	test.each(killings)('killed $when and started again, gives one answer', async ({ node, prepare }) => {
		await using discord = await startLocalDiscord({ clockSpeed: 1_000 })
		await using folder = await temporaryFolder()
		await using model = await startHeldModel(schoolTrip.mistakes)
		const variables = { ...(await settings(folder.path, discord)), OPENAI_BASE_URL: model.baseUrl }
		await using killed = await startedProcess('start', variables)
		expect(killed.output()).toContain('Discord   connected by its gateway')
		prepare(discord)
		using hold = model.hold(node)
		const question = discord.person('Ada').post(discord.general, `${discord.botMention} ${hard}`)
		await hold.held
		const shown = await vi.waitFor(() => only(repliesIn(discord, question.id)).last, 30_000)
		killed.kill('SIGKILL')
		await killed.ended()
		const missed = discord.person('Bob').post(discord.general, `${discord.botMention} ${easy}`)
		hold.letGo()

		await using again = await startedProcess('start', variables)
		const { messages, text } = only(await answersIn(discord, question.id, 1))
		expect(only(messages).id).toBe(shown.id)
		expect(text).toContain(hardAnswer)
		expect(only(await answersIn(discord, missed.id, 1)).text).toContain('391')
		again.kill('SIGTERM')
		expect((await again.ended()).exitCode).toBe(0)
	})
})
