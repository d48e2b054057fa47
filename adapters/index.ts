import { createTerminalPlatform } from './terminal/index.ts'

/** Every chat platform, one line each. */
export const platforms = { terminal: createTerminalPlatform }
