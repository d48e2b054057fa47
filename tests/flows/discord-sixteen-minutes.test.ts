import { describe, expect, test, vi } from 'vitest'
import type { DiscordMessage } from '../support/discord/messages.ts'
import { readableMessage } from '../support/discord-app.ts'
import { only, repliesIn, startDiscordJourneys } from '../support/discord-journeys.ts'
import { schoolTrip } from '../support/school-trip.ts'
import { reply } from '../support/scripted-model-server.ts'

// A database is opened before the first of them.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const { question: hard, answer: hardAnswer } = schoolTrip
const sixteenMinutes = 16 * 60_000
const tokenEnded = 50_027
const patience = 30_000

describe('a run of sixteen minutes, a minute longer than Discord lets an interaction be answered', () => {
	const journeys = startDiscordJourneys()
	const { discord, model, ada } = journeys

	/** Ada uses a command; resolves when she sees that it is worked on. */
	const begin = async (options: Readonly<Record<string, string | boolean>>): Promise<DiscordMessage> => {
		const { original } = await ada().command('think', { question: hard, ...options }, discord().general)
		if (original === null) throw new Error('the command was not answered')
		await vi.waitFor(() => expect(readableMessage(original)).toContain('Systematic execution'), patience)
		return original
	}
	const refusals = () => discord().calls.filter(({ code }) => code === tokenEnded)

	test('ends in the message in which it began', async () => {
		using hold = model().hold('execute')
		const original = await begin({})
		await hold.held
		discord().clock.advance(sixteenMinutes)
		hold.letGo()
		await vi.waitFor(() => expect(readableMessage(original)).toContain(hardAnswer), patience)
		expect(refusals()).not.toEqual([])
		expect(only(repliesIn(discord(), discord().general)).last.id).toBe(original.id)
		const { original: shown } = await ada().press(original, { label: 'Show reasoning' })
		await vi.waitFor(() => expect(readableMessage(shown as DiscordMessage)).toContain('Problem analysis'), patience)
	})

	test('that has a long answer goes on in further messages of that place', async () => {
		const lines = Array.from(
			{ length: 200 },
			(_, index) => `Line ${index} of an answer that needs more than one message.`,
		)
		using _script = model().script('answer', reply(lines.join('\n')))
		using hold = model().hold('execute')
		const original = await begin({})
		await hold.held
		discord().clock.advance(sixteenMinutes)
		hold.letGo()
		const messages = await vi.waitFor(() => {
			const found = repliesIn(discord(), discord().general).find((each) => each.messages[0]?.id === original.id)
			expect(found).toMatchObject({ rests: true })
			return found?.messages ?? []
		}, patience)
		expect(messages.length).toBeGreaterThan(1)
		expect(
			messages
				.map(readableMessage)
				.join('\n')
				.match(/^Line .*$/gm),
		).toEqual(lines)
	})

	test('for one person alone comes to them directly, as nothing else of it can be reached any more', async () => {
		using hold = model().hold('execute')
		const original = await begin({ private: true })
		await hold.held
		expect(original.visibleTo).toBe(ada().id)
		discord().clock.advance(sixteenMinutes)
		hold.letGo()
		const direct = await vi.waitFor(() => only(repliesIn(discord(), ada().directMessages)), patience)
		expect(direct.text).toContain(hardAnswer)
		expect(readableMessage(original)).not.toContain(hardAnswer)
	})
})
