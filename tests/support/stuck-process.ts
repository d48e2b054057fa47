import { createLog } from '../../src/cli/log.ts'
import { runUntilToldToEnd } from '../../src/cli/process-end.ts'

/** A process of its own with one part that closes and one that never does, unless it is told how to fail where nobody waits for it. */
const [failure] = process.argv.slice(2)
process.on('uncaughtException', () => process.exit(3))
process.exitCode = await runUntilToldToEnd(createLog('info').log, async (opened) => {
	if (failure === '--rejects') void Promise.reject(new Error('canary'))
	else if (failure === '--throws') setTimeout(throwCanary, 10)
	else opened.defer('stuck part', () => new Promise(() => {}))
	opened.defer('good part', () => void process.stdout.write('The good part is closed.\n'))
	setInterval(() => {}, 1_000)
	process.stdout.write('The process is running.\n')
})

function throwCanary(): never {
	throw new Error('canary')
}
