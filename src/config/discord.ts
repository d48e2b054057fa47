import type { VariableValues } from './variables.ts'

/** How Discord is reached. */
export type DiscordConfig = {
	readonly botToken: string
	/** Where the API is, without its version and without a slash at its end; null: at Discord. */
	readonly apiUrl: string | null
	/** Ids of bots that are answered as people are. */
	readonly allowedBots: readonly string[]
}

/** Null where there is no token: an address alone connects nothing. */
export function discordConfigFrom(values: VariableValues): DiscordConfig | null {
	const { DISCORD_BOT_TOKEN: botToken, DISCORD_API_URL: apiUrl, DISCORD_ALLOWED_BOTS: allowedBots = [] } = values
	return botToken === undefined ? null : { botToken, apiUrl: apiUrl ?? null, allowedBots }
}
