import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../support/data-folder.ts'
import { startedProcess } from '../support/running-process.ts'
import { freePort } from '../support/servers.ts'
import { type LocalSlack, startLocalSlack } from '../support/slack/local-slack.ts'
import { readableBlocks } from '../support/slack-app.ts'

// Every step here is a process of its own that opens a database.
vi.setConfig({ testTimeout: 120_000 })

const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'

function textsIn(slack: LocalSlack, threadTs: string): readonly string[] {
	const replies = slack.messages(slack.general, threadTs).filter(({ isFromBot }) => isFromBot)
	return replies.map(({ blocks }) => readableBlocks(blocks))
}

/** Asks with a mention, and waits for the one answer in the thread. */
async function askAndRead(slack: LocalSlack): Promise<void> {
	const ada = slack.person('Ada')
	const asked = ada.post(slack.general, `<@${slack.botUserId}> ${question}`)
	expect((await asked.delivered).map(({ failure }) => failure)).toEqual([null, null])
	await vi.waitFor(() => expect(textsIn(slack, asked.ts)[0]).toContain('Think harder'), 60_000)
	const texts = textsIn(slack, asked.ts)
	expect(texts).toHaveLength(1)
	expect(texts[0]).toContain('15')
}

test('a mention is answered in its thread over a socket, by start', async () => {
	await using slack = await startLocalSlack()
	await using folder = await temporaryFolder()
	await using process = await startedProcess('start', {
		THREADWISE_DATA_DIR: folder.path,
		THREADWISE_PLAYGROUND: 'off',
		SLACK_BOT_TOKEN: slack.botToken,
		SLACK_APP_TOKEN: slack.appToken,
		SLACK_API_URL: slack.apiUrl,
	})
	expect(process.output()).toContain('Slack     connected by a socket')
	await askAndRead(slack)
	process.kill('SIGTERM')
	expect((await process.ended()).exitCode).toBe(0)
})

test('a mention is answered in its thread over HTTP, beside the page on the same port', async () => {
	await using slack = await startLocalSlack()
	await using folder = await temporaryFolder()
	const port = await freePort()
	await using _process = await startedProcess('start', {
		THREADWISE_DATA_DIR: folder.path,
		THREADWISE_PORT: `${port}`,
		SLACK_BOT_TOKEN: slack.botToken,
		SLACK_SIGNING_SECRET: slack.signingSecret,
		SLACK_API_URL: slack.apiUrl,
	})
	expect(await slack.receiveEventsAt(`http://127.0.0.1:${port}/slack/events`)).toBe(true)
	await askAndRead(slack)
	const forged = await fetch(`http://127.0.0.1:${port}/slack/events`, { method: 'POST', body: '{}' })
	expect(forged.status).toBe(401)
	expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200)
})
