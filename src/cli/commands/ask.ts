import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import {
	createTerminalPlatform,
	showJsonFailure,
	type TerminalFormat,
	toIncomingMessage,
} from '../../../adapters/terminal/index.ts'
import { reportError } from '../../core/errors.ts'
import type { RunPreferences } from '../../core/run-preferences.ts'
import { deliverRun } from '../../delivery/index.ts'
import { createLog } from '../log.ts'
import { openService, type Service } from '../service.ts'
import { readSettings } from '../settings.ts'

export type AskOptions = { readonly preferences: RunPreferences; readonly json: boolean }

/** Asks one question and shows its run. Returns the exit status: 0 when answered or waiting, 1 otherwise. */
export async function ask(question: string, { preferences, json }: AskOptions): Promise<number> {
	try {
		const config = readSettings()
		await using service = await openService({ config, command: 'ask', log: createLog(json ? 'silent' : 'warn') })
		return await askAndShow(service, question, preferences, json ? 'json' : terminalFormat())
	} catch (error) {
		const report = reportError(error)
		if (json) process.stdout.write(`${showJsonFailure(report)}\n`)
		else process.stderr.write(`${report.message}\n${report.fix}\n`)
		return 1
	}
}

/** Shows a question's run in the terminal until it rests. Ctrl-C stops the run; the best answer so far is shown then. */
export async function askAndShow(
	service: Service,
	question: string,
	preferences: RunPreferences,
	format: TerminalFormat,
): Promise<number> {
	using platform = createTerminalPlatform({ format, output: process.stdout, colored: isColored(format) })
	const message = toIncomingMessage({
		id: randomUUID(),
		text: question,
		userName: userInfo().username,
		preferences,
		sentAt: new Date(),
	})
	const runId = await service.ask(message)
	const stop = () => {
		// The second time, whoever asks doesn't want to wait for an answer.
		process.once('SIGINT', () => process.exit(130))
		void service.stop(runId, 'user').catch(() => process.exit(130))
	}
	process.once('SIGINT', stop)
	try {
		const view = await deliverRun(
			{ runId, conversation: message.conversation },
			platform,
			service.follow,
			new AbortController().signal,
		)
		return view.status === 'answered' || view.status === 'waiting' ? 0 : 1
	} finally {
		process.off('SIGINT', stop)
	}
}

export function terminalFormat(): TerminalFormat {
	return process.stdout.isTTY ? 'live' : 'lines'
}

function isColored(format: TerminalFormat): boolean {
	return format !== 'json' && process.stdout.isTTY && process.env.NO_COLOR === undefined
}
