import { describe, expect, test, vi } from 'vitest'
import { doctorRows } from '../../support/doctor.ts'
import { startDrawings } from '../../support/drawn/drawings.ts'
import { drawnHome, drawnModal, drawnThread, type SlackDrawing } from '../../support/drawn/slack.ts'
import { drawnDoctor } from '../../support/drawn/terminal.ts'
import { missingBrowser } from '../../support/journeys.ts'
import { slackVariables } from '../../support/platform-variables.ts'
import { schoolTrip } from '../../support/school-trip.ts'
import { freePort } from '../../support/servers.ts'
import type { MessageReference } from '../../support/slack/person.ts'
import { readableBlocks } from '../../support/slack-app.ts'
import { hasAction, only, startSlackJourneys } from '../../support/slack-journeys.ts'

// A browser, a database and a model are started before the first of them.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe.skipIf(missingBrowser.length > 0)(['the pictures of the guide to Slack', ...missingBrowser].join(' '), () => {
	const drawings = startDrawings()
	// At its usual pace, or streams would end.
	const journeys = startSlackJourneys({ way: 'socket', slack: { clockSpeed: 1, rates: false } })
	const { slack, model, mentioning, answer, inProgress } = journeys

	test('show what people see of an answer, in the words that are sent', async () => {
		const ada = slack().person('Ada', { isAdmin: true })
		const names = new Map([
			[ada.id, ada.name],
			[slack().botUserId, 'Threadwise'],
		])
		const drawing: SlackDrawing = { names: (id) => names.get(id) ?? id }
		const thread = ({ channel, ts }: MessageReference, unfolded: readonly string[] = []) =>
			drawnThread(slack().messages(channel, ts), { ...drawing, unfolded })

		using hold = model().hold('execute')
		const question = ada.post(slack().general, mentioning(schoolTrip.question))
		await hold.held
		const working = await inProgress(question)
		await vi.waitFor(() => {
			expect(readableBlocks(working.blocks)).toMatch(/Systematic execution · s1 .*s2 /)
			expect(hasAction(working, 'answer-now')).toBe(true)
		}, 10_000)
		await drawings.take('slack', 'slack-working', thread(question, ['Task decomposition']))
		hold.letGo()

		const message = only((await answer(question)).messages)
		await drawings.take('slack', 'slack-answer', thread(question))
		await drawings.take('slack', 'slack-unfolded', thread(question, ['Systematic execution']))

		await ada.press(message, { actionId: 'full-record' })
		const record = await vi.waitFor(() => only(ada.modals()), 10_000)
		await drawings.take('slack', 'slack-record', drawnModal(record.content, drawing))

		await ada.openHome()
		const home = await vi.waitFor(() => {
			const content = ada.home()?.content
			if (content === undefined) throw new Error('there is no home tab')
			return content
		}, 10_000)
		await drawings.take('slack', 'slack-home', drawnHome(home, drawing))
	})

	test('show what the doctor says where all is well', async () => {
		const rows = await doctorRows({ ...slackVariables(slack(), 'socket'), THREADWISE_PORT: String(await freePort()) })
		await drawings.take('terminal', 'slack-doctor', drawnDoctor(rows, 'Slack bot token'))
	})
})
