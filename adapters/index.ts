import { createDiscordPlatform } from './discord/index.ts'
import { createPlaygroundPlatform } from './playground/index.ts'
import { createSlackPlatform } from './slack/index.ts'
import { createTerminalPlatform } from './terminal/index.ts'

/** Every chat platform, one line each. */
export const platforms = {
	discord: createDiscordPlatform,
	playground: createPlaygroundPlatform,
	slack: createSlackPlatform,
	terminal: createTerminalPlatform,
}
