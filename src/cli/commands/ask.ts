import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import {
	createTerminalPlatform,
	showJsonFailure,
	type TerminalFormat,
	toIncomingMessage,
} from '../../../adapters/terminal/index.ts'
import type { IncomingMessage } from '../../core/conversation.ts'
import { reportError, ThreadwiseError } from '../../core/errors.ts'
import { type ReplyView, rests } from '../../core/reply-view.ts'
import type { RunPreferences } from '../../core/run-preferences.ts'
import { deliverRun } from '../../delivery/index.ts'
import { checkQuestion } from '../../intake/index.ts'
import { createLog } from '../log.ts'
import { openService, type ServiceOptions } from '../service.ts'
import type { Service } from '../service-port.ts'
import { readSettings } from '../settings.ts'

export type AskOptions = { readonly preferences: RunPreferences; readonly json: boolean }

/** Asks one question and shows its run. Returns the exit status: 0 when answered or waiting, 1 otherwise. */
export async function ask(question: string, { preferences, json }: AskOptions): Promise<number> {
	try {
		const config = readSettings()
		// Intake checks it again; here it saves opening a database for nothing.
		checkQuestion(question, config.longestQuestion)
		const options: ServiceOptions = {
			config,
			command: 'ask',
			log: createLog(json ? 'silent' : 'warn'),
		}
		const format = json ? 'json' : terminalFormat()
		const view = await askUntilItRests(typedMessage(question, preferences), options, format)
		return exitStatus(view)
	} catch (error) {
		const report = reportError(error)
		if (json) process.stdout.write(`${showJsonFailure(report)}\n`)
		else process.stderr.write(`${report.message}\n${report.fix}\n`)
		return 1
	}
}

export function exitStatus({ status }: ReplyView): number {
	return status === 'answered' || status === 'waiting' ? 0 : 1
}

/** How many processes may end one after the other while they hold the folder. More than that, and something is wrong with it. */
const mostHolders = 10

/** If the process that worked on the question ends before it is answered, the next one, or this one, goes on with the run. */
async function askUntilItRests(
	message: IncomingMessage,
	options: ServiceOptions,
	format: TerminalFormat,
): Promise<ReplyView> {
	for (let holder = 1; ; holder++) {
		await using service = await openService(options)
		try {
			const view = await askAndShow(service, message, format)
			if (rests(view)) return view
		} catch (error) {
			if (service.place === 'here' || error instanceof ThreadwiseError) throw error
		}
		if (holder === mostHolders) throw lostRun()
	}
}

function lostRun(): ThreadwiseError {
	return new ThreadwiseError('run-lost', 'The processes that worked on the question ended before it was answered.', {
		fix: 'Ask again. The question is kept, and the next start of Threadwise answers it.',
	})
}

export function typedMessage(text: string, preferences: RunPreferences): IncomingMessage {
	return toIncomingMessage({ id: randomUUID(), text, userName: userInfo().username, preferences, sentAt: new Date() })
}

/**
 * Shows a question's run in the terminal until it rests. Ctrl-C stops the run; the best answer so far is shown then. Asking the
 * same message again shows the same run.
 */
export async function askAndShow(
	service: Service,
	message: IncomingMessage,
	format: TerminalFormat,
): Promise<ReplyView> {
	using platform = createTerminalPlatform({ format, output: process.stdout, colored: isColored(format) })
	const runId = await service.ask(message)
	const impatient = () => process.exit(130)
	const stop = () => {
		// The second time, whoever asks doesn't want to wait for an answer.
		process.once('SIGINT', impatient)
		void service.stop(runId, 'user').catch(impatient)
	}
	process.once('SIGINT', stop)
	try {
		const { conversation } = message
		return await deliverRun({ runId, conversation }, platform, service.follow, new AbortController().signal)
	} finally {
		process.off('SIGINT', stop)
		process.off('SIGINT', impatient)
	}
}

export function terminalFormat(): TerminalFormat {
	return process.stdout.isTTY ? 'live' : 'lines'
}

function isColored(format: TerminalFormat): boolean {
	return format !== 'json' && process.stdout.isTTY && process.env.NO_COLOR === undefined
}
