import { bot } from '../../src/cli/commands/bot.ts'
import { createLoopbackPlatform } from './loopback-chat/platform.ts'

/** A bot process in the loopback chat at the given address, until it is told to end. */
const [url = ''] = process.argv.slice(2)
process.exitCode = await bot([createLoopbackPlatform({ url })])
