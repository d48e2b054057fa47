import type { App } from '@slack/bolt'
import { describe, expect, test, vi } from 'vitest'
import { openSlack, startHttpApp, startSocketApp } from './apps.ts'

describe.each([
	{ mode: 'Socket Mode', start: startSocketApp },
	{ mode: 'HTTP', start: startHttpApp },
])('with $mode', ({ start }) => {
	/** An app that notes everything that it is told of. */
	async function openApp(choices: Parameters<typeof openSlack>[0] = {}) {
		const opened = await openSlack(choices)
		const heard: Record<string, unknown>[] = []
		const note = async ({ event, body }: { event: object; body: object }) => {
			heard.push({ ...event, eventId: 'event_id' in body ? body.event_id : null })
		}
		const app = await start(opened.slack, (starting: App) => {
			starting.event('app_mention', note)
			starting.event('message', note)
		})
		return { ...opened, app, heard }
	}

	test('a mention in a channel comes twice: as a mention and as a message, with one timestamp and two ids', async () => {
		const { slack, ada, heard } = await openApp()
		const { ts, delivered } = ada.post(slack.general, `<@${slack.botUserId}> how much is 6 < 7?`)
		expect((await delivered).map(({ failure }) => failure)).toEqual([null, null])
		await vi.waitFor(() => expect(heard).toHaveLength(2))
		expect(heard.map(({ type }) => type).toSorted()).toEqual(['app_mention', 'message'])
		expect(new Set(heard.map((event) => event.ts))).toEqual(new Set([ts]))
		expect(new Set(heard.map(({ eventId }) => eventId)).size).toBe(2)
		expect(heard[0]?.text).toBe(`<@${slack.botUserId}> how much is 6 &lt; 7?`)
	})

	test('a mention in a direct message comes once', async () => {
		const { ada, slack, heard } = await openApp()
		await ada.post(ada.directMessages, `<@${slack.botUserId}> hello`).delivered
		await vi.waitFor(() => expect(heard).toHaveLength(1))
		expect(heard[0]).toMatchObject({ type: 'message', channel_type: 'im', user: ada.id })
	})

	test('what a command is acknowledged with is shown to who wrote it, and the response address works', async () => {
		const { slack, ada, app } = await openApp()
		app.command('/ask', async ({ ack, respond, command }) => {
			await ack(`thinking about ${command.text}`)
			await respond({ text: 'it is 42', response_type: 'in_channel' })
		})
		const asked = await ada.command('/ask', 'six times seven', slack.general)
		await vi.waitFor(() => expect(asked.responses).toHaveLength(1))
		expect(ada.ephemerals(slack.general).map(({ text }) => text)).toEqual(['thinking about six times seven'])
		expect(slack.messages(slack.general).map(({ text }) => text)).toEqual(['it is 42'])
	})
})
