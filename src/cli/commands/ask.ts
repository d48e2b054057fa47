import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { createTerminalPlatform, toIncomingMessage } from '../../../adapters/terminal/index.ts'
import type { IncomingMessage } from '../../core/conversation.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import type { JournalRecord } from '../../core/journal.ts'
import { type ReplyView, rests } from '../../core/reply-view.ts'
import type { RunPreferences } from '../../core/run-preferences.ts'
import type { RunUrl } from '../../core/run-url.ts'
import { showRun } from '../../delivery/index.ts'
import { checkQuestion } from '../../intake/index.ts'
import { type LastingService, openLastingService } from '../lasting-service.ts'
import { createLog } from '../log.ts'
import { runUrls } from '../playground.ts'
import type { Printer } from '../printer.ts'
import type { ServiceOptions } from '../service.ts'
import { readSettings } from '../settings.ts'

export type AskOptions = {
	readonly preferences: RunPreferences
	/** The run that has asked back and goes on with these words. */
	readonly replyTo: string | null
}

/** Asks one question and shows its run. Returns the exit status: 0 when answered or waiting, 1 otherwise. */
export async function ask(question: string, options: AskOptions, printer: Printer): Promise<number> {
	const { log, adopt } = createLog(printer.format === 'json' ? 'silent' : 'warn')
	let view: ReplyView | null = null
	using interrupted = listenForInterrupts(printer)
	try {
		const config = readSettings()
		adopt(config)
		// Intake checks it again; here it saves opening a database for nothing.
		checkQuestion(question, config.longestQuestion)
		const serviceOptions: ServiceOptions = { config, command: 'ask', works: 'when-needed', log }
		await using service = await openLastingService(serviceOptions)
		const message = typedMessage(question, options.preferences)
		const conversation = options.replyTo === null ? message.conversation : await service.conversationOf(options.replyTo)
		view = await askAndShow(
			service,
			{ ...message, conversation },
			{ ...printer, runUrl: await runUrls(config) },
			interrupted,
		)
		if (!rests(view)) throw interruption()
	} catch (error) {
		// Closing may fail after the answer was given; that is nothing to tell the asker.
		if (view !== null && rests(view)) log.warn({ error }, 'closing failed')
		else printer.fail(error)
	}
	return view === null ? 1 : exitStatus(view)
}

export function exitStatus({ status }: ReplyView): number {
	return status === 'answered' || status === 'waiting' ? 0 : 1
}

export function typedMessage(text: string, preferences: RunPreferences): IncomingMessage {
	return toIncomingMessage({ id: randomUUID(), text, userName: userInfo().username, preferences, sentAt: new Date() })
}

/** Shows a question's run until it rests or the process is told to end. Ctrl-C stops the run; the best answer so far is shown. */
export async function askAndShow(
	service: Pick<LastingService, 'ask' | 'stop' | 'follow' | 'read'>,
	message: IncomingMessage,
	{ format, output, runUrl }: Pick<Printer, 'format' | 'output'> & { readonly runUrl: RunUrl },
	interrupts: Interrupts,
): Promise<ReplyView> {
	const colored = output === process.stdout && process.stdout.isTTY && process.env.NO_COLOR === undefined
	using platform = createTerminalPlatform({ format, output, colored, runUrl })
	interrupts.ended.throwIfAborted()
	const runId = await service.ask(message)
	interrupts.onStop(() => service.stop(runId, 'user'))
	// Of a run that goes on, what was shown before isn't shown again.
	const known = wasAskedBack(await service.read(runId))
	return showRun({ runId, conversation: message.conversation, known }, platform, service.follow, interrupts.ended)
}

function wasAskedBack(records: readonly JournalRecord[]): readonly JournalRecord[] {
	return records.some(({ kind }) => kind === 'clarification') ? records : []
}

/** What the person at the terminal, or the system, interrupts a command with. */
export type Interrupts = Disposable & {
	/** Aborts when the command shall end without an outcome; its run goes on at the next start. */
	readonly ended: AbortSignal
	/** Called at the first Ctrl-C from now on. Before, it ends the command. */
	onStop(stop: () => Promise<unknown>): void
}

/** The second Ctrl-C ends the process at once: whoever presses it doesn't want to wait for an answer. */
export function listenForInterrupts(printer: Printer): Interrupts {
	const ending = new AbortController()
	const end = () => ending.abort(interruption())
	let stop: (() => Promise<unknown>) | null = null
	let pressed = 0
	const onInterrupt = () => {
		pressed += 1
		if (pressed > 1) {
			printer.fail(interruption())
			printer.end()
			process.exit(130)
		}
		if (stop === null) end()
		else stop().catch(end)
	}
	const endings = ['SIGTERM', 'SIGHUP'] as const
	process.on('SIGINT', onInterrupt)
	for (const signal of endings) process.on(signal, end)
	return {
		ended: ending.signal,
		onStop: (callback) => {
			stop = callback
		},
		[Symbol.dispose]: () => {
			process.off('SIGINT', onInterrupt)
			for (const signal of endings) process.off(signal, end)
		},
	}
}

function interruption(): ThreadwiseError {
	return new ThreadwiseError('interrupted', 'The command was ended before there was an outcome.', {
		fix: 'Ask again. A question that was taken is kept, and the next start of Threadwise answers it.',
	})
}
