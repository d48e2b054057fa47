import type { LocalDiscord } from '../../support/discord/local-discord.ts'
import type { DiscordMessage } from '../../support/discord/messages.ts'
import { type Meeting, names } from '../chat/mentions.ts'

/** People in so many new channels of a Discord. */
export function discordMeeting(discord: LocalDiscord, channels: number): Meeting<DiscordMessage> {
	return {
		people: names.map((name) => discord.person(name)),
		channels: Array.from({ length: channels }, (_, index) => discord.addChannel({ name: `team-${index + 1}` })),
		botUserId: discord.botUserId,
	}
}
