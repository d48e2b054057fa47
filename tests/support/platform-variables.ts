import type { LocalDiscord } from './discord/local-discord.ts'
import type { LocalSlack } from './slack/local-slack.ts'
import type { SlackWay } from './slack-app.ts'

/** The settings with which Threadwise is connected to a Slack, as the environment has them. */
export function slackVariables(slack: LocalSlack, way: SlackWay): Readonly<Record<string, string>> {
	return {
		SLACK_BOT_TOKEN: slack.botToken,
		SLACK_API_URL: slack.apiUrl,
		...(way === 'socket' ? { SLACK_APP_TOKEN: slack.appToken } : { SLACK_SIGNING_SECRET: slack.signingSecret }),
	}
}

/** The settings with which Threadwise is connected to a Discord, as the environment has them. */
export function discordVariables(discord: LocalDiscord): Readonly<Record<string, string>> {
	return { DISCORD_BOT_TOKEN: discord.botToken, DISCORD_API_URL: discord.apiUrl }
}
