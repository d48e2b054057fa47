import type { DiscordBot } from '../bots.ts'

/** What happens and bots may hear of. */
export type GatewayEvent = {
	readonly name: string
	/** Decides which shard hears of it; null for direct messages. */
	readonly guildId: string | null
	/** The intents any of which is enough to hear of it; 0: everybody hears of it. */
	readonly intents: number
	/** What a bot is told by its intents; null: nothing. */
	payload(bot: DiscordBot, intents: number): Readonly<Record<string, unknown>> | null
}
