import { constants } from 'node:os'
import type { Logger } from 'pino'
import { createOpenParts, type OpenParts } from './open-parts.ts'
import { createTextPrinter } from './printer.ts'

/** Shorter than the grace that container engines and service managers give before they kill. */
const deadlineMs = 10_000
const lingeringMs = 500
const signals = ['SIGINT', 'SIGTERM'] as const

/**
 * Opens what a process runs and keeps it open until the process is told to end by SIGTERM or SIGINT. Then everything is closed:
 * runs under way are handed back. A second signal ends the process at once, and so does the deadline, with a log line that says
 * what was still open. Something that fails where nobody waits for it ends the process in the same order, with status 1: whoever
 * watches over it starts it again, and nobody goes on in a state that nobody has thought of. Returns the exit status.
 */
export async function runUntilToldToEnd(log: Logger, open: (opened: OpenParts) => Promise<void>): Promise<number> {
	const opened = createOpenParts()
	const told = toldToEnd(log, () => endAtDeadline(opened, log))
	try {
		await open(opened)
		const status = await told
		// Not on standard output: that it has been closed may be the very reason to end.
		log.info('ending: unfinished questions are handed back')
		await opened[Symbol.asyncDispose]()
		return endSoon(status)
	} catch (error) {
		createTextPrinter().fail(error)
		await opened[Symbol.asyncDispose]()
		return endSoon(1)
	}
}

/** A connection to a server that is away may outlive its closing. The timer keeps nothing alive, and so isn't waited for without one. */
function endSoon(status: number): number {
	setTimeout(() => process.exit(status), lingeringMs).unref()
	return status
}

/** From the first moment on, so that a process that is still opening closes what it has instead of leaving it behind. */
function toldToEnd(log: Logger, onFirst: () => void): Promise<number> {
	return new Promise((resolve) => {
		let told = false
		const failed = (error: unknown) => {
			log.error({ error }, 'something has failed that nobody waits for')
			if (!told) onFirst()
			told = true
			resolve(1)
		}
		process.on('unhandledRejection', failed)
		// Instead of the command line's listener, which ends the process at once and says nothing about the cause.
		process.removeAllListeners('uncaughtException').on('uncaughtException', failed)
		for (const signal of signals) {
			process.on(signal, () => {
				if (told) process.exit(128 + constants.signals[signal])
				told = true
				onFirst()
				resolve(0)
			})
		}
	})
}

/** The timer keeps nothing alive: it only matters while something that should have closed does. */
function endAtDeadline(opened: OpenParts, log: Logger): void {
	const timer = setTimeout(() => {
		const stillOpen = opened.stillOpen()
		log.error({ stillOpen }, `ending took longer than ${deadlineMs / 1000} s: left it at that`)
		process.exit(1)
	}, deadlineMs)
	timer.unref()
}
