import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../../support/data-folder.ts'
import { startLocalDiscord } from '../../support/discord/local-discord.ts'
import { startDrawings } from '../../support/drawn/drawings.ts'
import { drawnTerminal } from '../../support/drawn/terminal.ts'
import { missingBrowser } from '../../support/journeys.ts'
import { freePort } from '../../support/servers.ts'
import { setUpInTerminal, type TypedAnswers } from '../../support/setup-terminal.ts'
import { startLocalSlack } from '../../support/slack/local-slack.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const [down, enter] = ['\u001b[B', '\r']
const command = 'npm run -s threadwise -- setup'

describe.skipIf(missingBrowser.length > 0)(['the pictures of setup', ...missingBrowser].join(' '), () => {
	const drawings = startDrawings()

	/** All that setup writes into a terminal where no model is chosen yet and these answers are given. */
	const written = async (answers: TypedAnswers, environment: NodeJS.ProcessEnv) => {
		const folder = await temporaryFolder()
		onTestFinished(() => folder[Symbol.asyncDispose]())
		const { everything, failures } = await setUpInTerminal(
			// From OpenAI to the last of them, the model that is built in.
			[['Which model shall answer?', `${down}${down}${enter}`], ...answers],
			{ folder: folder.path, ollama: `http://127.0.0.1:${await freePort()}/v1`, environment, colored: true },
		)
		expect(failures).toEqual([])
		return everything
	}

	test('show how Slack is connected, as it stands in a terminal', async () => {
		await using slack = await startLocalSlack()
		const everything = await written(
			[
				['Connect Slack?', `${down}${enter}`],
				['How does Slack reach Threadwise?', enter],
				['Bot User OAuth Token', `${slack.botToken}${enter}`],
				['App-Level Token', `${slack.appToken}${enter}`],
				['Write it?', enter],
				['Connect Discord?', enter],
			],
			{ SLACK_API_URL: slack.apiUrl },
		)
		const drawing = drawnTerminal({ command, written: everything, from: 'Connect Slack?', to: 'Written.' })
		await drawings.take('terminal', 'slack-setup', drawing)
	})

	test('show how Discord is connected, with the link that brings the bot into a server', async () => {
		await using discord = await startLocalDiscord()
		discord.setMembership(discord.guild, false)
		const everything = await written(
			[
				['Connect Slack?', enter],
				['Connect Discord?', `${down}${enter}`],
				['The token of the bot', `${discord.botToken}${enter}`],
				['Write it?', enter],
			],
			{ DISCORD_API_URL: discord.apiUrl },
		)
		const to = 'https://discord.com/oauth2/'
		await drawings.take(
			'terminal',
			'discord-setup',
			drawnTerminal({ command, written: everything, from: 'Connect Discord?', to }),
		)
	})
})
