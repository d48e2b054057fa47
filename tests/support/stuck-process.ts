import { createLog } from '../../src/cli/log.ts'
import { runUntilToldToEnd } from '../../src/cli/process-end.ts'

/** A process of its own with one part that closes and one that never does. */
process.exitCode = await runUntilToldToEnd(createLog('info').log, async (opened) => {
	opened.defer('stuck part', () => new Promise(() => {}))
	opened.defer('good part', () => {})
	setInterval(() => {}, 1_000)
	process.stdout.write('The process is running.\n')
})
