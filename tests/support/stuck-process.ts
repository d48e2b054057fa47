import { createLog } from '../../src/cli/log.ts'
import { runUntilToldToEnd } from '../../src/cli/process-end.ts'

/** A process of its own with one part that closes and one that never does, unless it is told to fail where nobody waits for it. */
const fails = process.argv.includes('--fails')
process.exitCode = await runUntilToldToEnd(createLog('info').log, async (opened) => {
	if (fails) void Promise.reject(new Error('canary'))
	else opened.defer('stuck part', () => new Promise(() => {}))
	opened.defer('good part', () => void process.stdout.write('The good part is closed.\n'))
	setInterval(() => {}, 1_000)
	process.stdout.write('The process is running.\n')
})
