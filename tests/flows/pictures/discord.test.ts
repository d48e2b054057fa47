import { describe, expect, test, vi } from 'vitest'
import { buttonsOf, readableMessage } from '../../support/discord-app.ts'
import { startDiscordJourneys } from '../../support/discord-journeys.ts'
import { doctorRows } from '../../support/doctor.ts'
import { drawnMessage, drawnThread } from '../../support/drawn/discord.ts'
import { startDrawings } from '../../support/drawn/drawings.ts'
import { drawnDoctor } from '../../support/drawn/terminal.ts'
import { missingBrowser } from '../../support/journeys.ts'
import { discordVariables } from '../../support/platform-variables.ts'
import { schoolTrip } from '../../support/school-trip.ts'
import { freePort } from '../../support/servers.ts'

// A browser, a database and a model are started before the first of them.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const title = ['the pictures of the guide to Discord', ...missingBrowser].join(' ')

describe.skipIf(missingBrowser.length > 0)(title, () => {
	const drawings = startDrawings()
	const journeys = startDiscordJourneys()
	const { discord, model, ada, mention, answer, inProgress } = journeys

	test('show what people see of an answer, in the words that are sent', async () => {
		const names = (id: string) => (id === ada().id ? 'Ada' : 'Threadwise')
		using hold = model().hold('execute')
		const question = mention(schoolTrip.question)
		await hold.held
		const working = await inProgress(question.id)
		await vi.waitFor(() => {
			expect(readableMessage(working)).toContain('Systematic execution  s2 ')
			expect(buttonsOf(working).some((id) => id.startsWith('answer-now:'))).toBe(true)
		}, 10_000)
		// The thread begins with what it was opened from.
		const thread = () =>
			drawnThread(
				discord().channel(question.id).name,
				[
					question,
					...discord()
						.messages(question.id)
						.filter(({ components }) => components.length > 0),
				],
				names,
			)
		await drawings.take('discord', 'discord-working', thread())
		hold.letGo()

		const { last, runId } = await answer(question.id)
		await drawings.take('discord', 'discord-answer', thread())

		const pressed = await ada().press(last, { customId: `show-reasoning:${runId}` })
		const record = await vi.waitFor(() => {
			if (pressed.original === null) throw new Error('nothing is shown yet')
			expect(readableMessage(pressed.original)).toContain('Problem analysis')
			return pressed.original
		}, 10_000)
		await ada().choose(record, { customId: `open-stage:${runId}` }, ['2'])
		await vi.waitFor(() => expect(readableMessage(record)).toMatch(/^Systematic execution/), 10_000)
		await drawings.take('discord', 'discord-record', drawnMessage(record, names))
	})

	test('show what the doctor says where all is well', async () => {
		const rows = await doctorRows({ ...discordVariables(discord()), THREADWISE_PORT: String(await freePort()) })
		await drawings.take('terminal', 'discord-doctor', drawnDoctor(rows, 'Discord bot token'))
	})
})
