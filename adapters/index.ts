import { createPlaygroundPlatform } from './playground/index.ts'
import { createTerminalPlatform } from './terminal/index.ts'

/** Every chat platform, one line each. */
export const platforms = { playground: createPlaygroundPlatform, terminal: createTerminalPlatform }
