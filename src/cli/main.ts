#!/usr/bin/env node
import { writeSync } from 'node:fs'
import { text as readAll } from 'node:stream/consumers'
import { Command, CommanderError, Option } from 'commander'
import { showJsonFailure } from '../../adapters/terminal/index.ts'
import { reportError, ThreadwiseError } from '../core/errors.ts'
import { effortSchema } from '../core/run-preferences.ts'
import { ask } from './commands/ask.ts'
import { demo } from './commands/demo.ts'
import { start } from './commands/start.ts'
import { trace } from './commands/trace.ts'

const program = new Command('threadwise').description('Answers questions step by step and lets you open the steps.')

program
	.command('ask')
	.description('ask one question; "-" reads it from standard input')
	.argument('[question...]')
	.addOption(new Option('--effort <effort>', 'how much to think').choices(effortSchema.options))
	.addOption(new Option('--direct', 'answer at once').conflicts('staged'))
	.addOption(new Option('--staged', 'go through the stages'))
	.option('--workflow <name>', 'which workflow to use')
	.option('--json', 'print one JSON object and nothing else')
	.action(async (words: readonly string[], options: Record<string, unknown>) => {
		const effort = effortSchema
			.nullable()
			.catch(null)
			.parse(options.effort ?? null)
		const route = options.direct === true ? 'direct' : options.staged === true ? 'staged' : null
		const workflow = typeof options.workflow === 'string' ? options.workflow : null
		const question = await questionFrom(words)
		process.exitCode = await ask(question, { preferences: { route, effort, workflow }, json: options.json === true })
	})

program
	.command('start')
	.description('run everything in one process')
	.action(async () => {
		process.exitCode = await start()
	})

program
	.command('trace')
	.description('print the journal of a run')
	.argument('<runId>')
	.action(async (runId: string) => {
		process.exitCode = await trace(runId)
	})

program
	.command('demo')
	.description('show the main job, with nothing installed or configured')
	.action(async () => {
		process.exitCode = await demo()
	})

async function questionFrom(words: readonly string[]): Promise<string> {
	const typed = words.join(' ')
	return typed === '-' || (typed === '' && !process.stdin.isTTY) ? readAll(process.stdin) : typed
}

/** Whatever goes wrong, whoever asked for JSON gets one object, and nobody gets a stack trace. */
function fail(error: unknown): never {
	const report = reportError(error)
	if (process.argv.includes('--json')) writeSync(1, `${showJsonFailure(report)}\n`)
	else writeSync(2, `${report.message}\n${report.fix}\n`)
	process.exit(1)
}

function usageError({ message }: CommanderError): ThreadwiseError {
	return new ThreadwiseError('usage', message.replace(/^error: /, ''), {
		fix: 'npm run threadwise -- --help shows how it is used.',
	})
}

process.on('uncaughtException', fail)
program.exitOverride()
for (const command of program.commands) command.exitOverride()
program.configureOutput({ outputError: () => {} })
for (const command of program.commands) command.configureOutput({ outputError: () => {} })
await program.parseAsync().catch((error: unknown) => {
	// Help and version are no mistakes; they have been printed.
	if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')) {
		process.exitCode = error.exitCode
		return
	}
	fail(error instanceof CommanderError ? usageError(error) : error)
})
