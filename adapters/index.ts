import { createPlaygroundPlatform } from './playground/index.ts'
import { createSlackPlatform } from './slack/index.ts'
import { createTerminalPlatform } from './terminal/index.ts'

/** Every chat platform, one line each. */
export const platforms = {
	playground: createPlaygroundPlatform,
	slack: createSlackPlatform,
	terminal: createTerminalPlatform,
}
