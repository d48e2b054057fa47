import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { adapters } from '../../adapters/index.ts'
import type { TerminalFormat } from '../../adapters/terminal/index.ts'
import { reportError } from '../core/errors.ts'

/** Where a command's result goes. With JSON there is exactly one object, written when the command has ended. */
export type Printer = {
	readonly output: Writable
	readonly format: TerminalFormat
	/** Reports a failure, unless there is a result already. */
	fail(error: unknown): void
	/** Writes what is still to be written. May be called again. */
	end(): void
}

export async function createPrinter(json: boolean): Promise<Printer> {
	return json ? jsonPrinter(await adapters.terminal()) : createTextPrinter()
}

/** The printer for people. */
export function createTextPrinter(): Printer {
	return {
		output: process.stdout,
		format: process.stdout.isTTY ? 'live' : 'lines',
		fail: (error) => {
			const { message, fix } = reportError(error)
			writeNow(2, `${message}\n${fix}\n`)
		},
		end: () => {},
	}
}

/** Keeps the result until the end, so that nothing that fails after it can add a second one. */
function jsonPrinter({
	showJsonFailure,
}: Pick<typeof import('../../adapters/terminal/index.ts'), 'showJsonFailure'>): Printer {
	let result = ''
	let ended = false
	const output = new Writable({
		write: (chunk, _encoding, done) => {
			result += String(chunk)
			done()
		},
	})
	return {
		output,
		format: 'json',
		fail: (error) => {
			if (result === '') result = `${showJsonFailure(reportError(error))}\n`
		},
		end: () => {
			if (!ended) writeNow(1, result)
			ended = true
		},
	}
}

/** Written at once, since the process may be about to exit. A reader that has gone away is no reason to fail. */
function writeNow(descriptor: number, text: string): void {
	let rest = Buffer.from(text)
	while (rest.length > 0) {
		try {
			rest = rest.subarray(writeSync(descriptor, rest))
		} catch (error) {
			if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return
		}
	}
}
