#!/usr/bin/env node
import { text as readAll } from 'node:stream/consumers'
import { Command, CommanderError, Option } from 'commander'
import { ThreadwiseError } from '../core/errors.ts'
import { effortSchema, type Route } from '../core/run-preferences.ts'
import { createPrinter } from './printer.ts'

const printer = await createPrinter(process.argv.includes('--json'))
// A command is loaded when it runs: nobody waits for what the others need.
const program = new Command('threadwise')
	.description('Answers questions step by step and lets you open the steps.')
	// Commands take this over from the program when they are added.
	.exitOverride()
	.configureOutput({ outputError: () => {} })

program
	.command('ask')
	.description('ask one question; "-" reads it from standard input')
	.argument('[question...]')
	.addOption(new Option('--effort <effort>', 'how much to think').choices(effortSchema.options))
	.addOption(new Option('--direct', 'answer at once').conflicts('staged'))
	.addOption(new Option('--staged', 'go through the stages'))
	.option('--workflow <name>', 'which workflow to use')
	.option('--reply-to <runId>', 'answer the question that a run has asked back')
	.option('--json', 'print one JSON object and nothing else')
	.action(async (words: readonly string[], options: Record<string, unknown>) => {
		const effort = effortSchema
			.nullable()
			.catch(null)
			.parse(options.effort ?? null)
		const route: Route | null = options.direct === true ? 'direct' : options.staged === true ? 'staged' : null
		const workflow = typeof options.workflow === 'string' ? options.workflow : null
		const replyTo = typeof options.replyTo === 'string' ? options.replyTo : null
		const preferences = { route, effort, workflow }
		const { ask } = await import('./commands/ask.ts')
		process.exitCode = await ask(await questionFrom(words), { preferences, replyTo }, printer)
		printer.end()
	})

program
	.command('start')
	.description('run everything in one process')
	.action(async () => {
		const { start } = await import('./commands/start.ts')
		process.exitCode = await start()
	})

program
	.command('bot')
	.description('take questions; workers, which may be on other machines, answer them')
	.action(async () => {
		const { bot } = await import('./commands/bot.ts')
		process.exitCode = await bot()
	})

program
	.command('worker')
	.description('answer questions that a bot takes; as many of them as you like')
	.action(async () => {
		const { worker } = await import('./commands/worker.ts')
		process.exitCode = await worker()
	})

program
	.command('trace')
	.description('print the journal of a run')
	.argument('<runId>')
	.action(async (runId: string) => {
		const { trace } = await import('./commands/trace.ts')
		process.exitCode = await trace(runId)
	})

program
	.command('demo')
	.description('show the main job, with nothing installed or configured')
	.action(async () => {
		const { demo } = await import('./commands/demo.ts')
		process.exitCode = await demo()
	})

program
	.command('setup')
	.description('connect a model, Slack and Discord: asks a few questions and writes .env')
	.action(async () => {
		const { setup } = await import('./commands/setup.ts')
		process.exitCode = await setup(printer)
	})

program
	.command('doctor')
	.description('check configuration, storage, models and platforms, and say how to mend what is wrong')
	.option('--json', 'print one JSON object and nothing else')
	.action(async () => {
		const { doctor } = await import('./commands/doctor.ts')
		process.exitCode = await doctor(printer)
		printer.end()
	})

const manifest = program.command('manifest').description('what a platform makes the app from')

manifest
	.command('slack')
	.description('print the manifest for Slack, and a link that creates the app')
	.addOption(new Option('--socket', 'over Socket Mode, which needs no address (the default)').conflicts('url'))
	.option('--url <address>', 'over requests to this https address')
	.option('--name <name>', 'what the app is called', 'Threadwise')
	.option('--yaml', 'print YAML instead of JSON')
	.action(async ({ url, name, yaml }: { readonly url?: string; readonly name: string; readonly yaml?: true }) => {
		const { printSlackManifest } = await import('./commands/manifest.ts')
		printSlackManifest({ name, url: url ?? null, format: yaml === true ? 'yaml' : 'json' })
	})

program
	.command('invite')
	.description('what brings the bot somewhere')
	.command('discord')
	.description('print the link that brings the bot into a Discord server')
	.option('--application-id <id>', 'of which application; without it, Discord is asked')
	.action(async ({ applicationId }: { readonly applicationId?: string }) => {
		const { printDiscordInvite } = await import('./commands/discord-app.ts')
		await printDiscordInvite(applicationId ?? null)
	})

program
	.command('register')
	.description('what a platform has to be told of')
	.command('discord')
	.description('tell Discord of the commands; start does so as well')
	.action(async () => {
		const { registerDiscordCommands } = await import('./commands/discord-app.ts')
		await registerDiscordCommands()
	})

const prompts = program.command('prompts').description('what the models are asked with')

prompts
	.command('list')
	.description('print every prompt, and which workflows use it')
	.option('--json', 'print one JSON object and nothing else')
	.action(async () => {
		const { listPrompts } = await import('./commands/list-prompts.ts')
		process.exitCode = listPrompts(printer)
		printer.end()
	})

prompts
	.command('check')
	.description('ask the configured models with every prompt, and check that its cases hold')
	.option('--prompt <name>', 'only this one, in all versions or as name@version')
	.option('--model <alias>', 'ask this alias instead of those that the workflows use')
	.option('--json', 'print one JSON object and nothing else')
	.action(async ({ prompt, model }: { readonly prompt?: string; readonly model?: string }) => {
		const { checkPrompts } = await import('./commands/check-prompts.ts')
		process.exitCode = await checkPrompts({ prompt: prompt ?? null, model: model ?? null }, printer)
		printer.end()
	})

async function questionFrom(words: readonly string[]): Promise<string> {
	const typed = words.join(' ')
	return typed === '-' || (words.length === 0 && !process.stdin.isTTY) ? readAll(process.stdin) : typed
}

/** Whatever goes wrong, whoever asked for JSON gets one object, and nobody gets a stack trace. */
function fail(error: unknown): never {
	printer.fail(error)
	printer.end()
	process.exit(1)
}

function usageError({ message }: CommanderError): ThreadwiseError {
	return new ThreadwiseError('usage', message.replace(/^error: /, ''), {
		fix: 'npm run -s threadwise -- --help shows how it is used.',
	})
}

process.on('uncaughtException', fail)
// Whoever read the output has gone away, as `| head -1` does: end as if told to.
process.stdout.on('error', () => process.kill(process.pid, 'SIGTERM'))
await program.parseAsync().catch((error: unknown) => {
	// Help and version are no mistakes; they have been printed.
	if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')) {
		process.exitCode = error.exitCode
		return
	}
	fail(error instanceof CommanderError ? usageError(error) : error)
})
