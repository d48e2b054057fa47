import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { adapters } from '../../../adapters/index.ts'
import { secretsIn } from '../../config/index.ts'
import type { Check, CheckRow } from '../../core/check.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import { createRedactor } from '../../core/redaction.ts'
import { listModels } from '../../models/index.ts'
import { configurationChecks } from '../doctor/configuration.ts'
import { modelChecks } from '../doctor/models.ts'
import { platformChecks } from '../doctor/platforms.ts'
import { runChecks } from '../doctor/run-checks.ts'
import { createOpenParts } from '../open-parts.ts'
import type { Printer } from '../printer.ts'
import { type InspectedSettings, inspectSettings } from '../settings.ts'
import { createClackPrompter } from '../setup/clack-prompter.ts'
import { type LocalPlace, localPlaces } from '../setup/endpoint.ts'
import { changeEnvFile } from '../setup/env-file.ts'
import type { EnvChanges } from '../setup/env-text.ts'
import type { Prompter } from '../setup/prompter.ts'
import { type PlatformTitle, runSetup } from '../setup/setup-flow.ts'

const openAiUrl = 'https://api.openai.com/v1'
const listWithinMs = 5_000
const usualSize = { columns: 80, rows: 24 }
const checkWithinMs = 60_000
/** As other commands that end by Ctrl-C. */
const interruptedStatus = 130

export type SetupPlace = {
	readonly prompter: Prompter
	readonly colored: boolean
	/** Where `.env` is, or will be. */
	readonly folder: string
	readonly environment: NodeJS.ProcessEnv
	readonly places: readonly LocalPlace[]
}

/** Asks what Threadwise needs to know and writes `.env`. Returns the exit status. */
export async function setup(printer: Printer): Promise<number> {
	const { stdin: input, stdout: output } = process
	if (!input.isTTY || !output.isTTY) {
		printer.fail(needsTerminal())
		return 1
	}
	// Some pseudo-terminals don't say how large they are, and everything would stand in a column of single letters.
	if (!(output.columns > 0)) Object.assign(output, usualSize)
	const prompter = createClackPrompter(input, output)
	const colored = process.env.NO_COLOR === undefined
	return setUp({ prompter, colored, folder: '.', environment: process.env, places: localPlaces }, printer)
}

/** The same with everything around it named. */
export async function setUp(
	{ folder, environment, ...place }: SetupPlace,
	printer: Pick<Printer, 'fail'>,
): Promise<number> {
	try {
		await runSetup({
			...place,
			openAiUrl,
			current: currentValues(folder),
			environment,
			fileNamesModels: fileNamesModels(environment, folder),
			list: (endpoint) => listModels(endpoint, AbortSignal.timeout(listWithinMs)),
			check: (changes) => checkModels(changes, environment, folder),
			checkPlatform: (title, changes) => checkPlatform(title, changes, environment, folder),
			inviteToDiscord: (changes) => inviteToDiscord(settingsWith(changes, environment, folder)),
			write: (changes) => changeEnvFile(folder, changes),
		})
		return 0
	} catch (error) {
		printer.fail(error)
		return error instanceof ThreadwiseError && error.code === 'interrupted' ? interruptedStatus : 1
	}
}

function needsTerminal(): ThreadwiseError {
	return new ThreadwiseError('usage', 'setup asks questions, and there is no terminal to ask in.', {
		fix: 'Set by hand, in .env or the environment: OPENAI_API_KEY for OpenAI; or OPENAI_BASE_URL, THREADWISE_MODEL and, where the server asks for one, OPENAI_API_KEY. docs/models.md has examples. For Slack: SLACK_BOT_TOKEN and SLACK_APP_TOKEN; docs/slack.md says where they are. For Discord: DISCORD_BOT_TOKEN; docs/discord.md says where it is.',
	})
}

function currentValues(folder: string): NodeJS.Dict<string> {
	const path = `${folder}/.env`
	return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}
}

function fileNamesModels(environment: NodeJS.ProcessEnv, folder: string): boolean {
	const { config } = inspectSettings({ ...environment, OPENAI_API_KEY: '', OPENAI_BASE_URL: '' }, folder)
	return config.models.kind === 'configured'
}

async function checkModels(
	changes: EnvChanges,
	environment: NodeJS.ProcessEnv,
	folder: string,
): Promise<readonly CheckRow[]> {
	const settings = settingsWith(changes, environment, folder)
	const { config, problems, sources } = settings
	await using opened = createOpenParts()
	return await rowsOf(
		problems.length > 0 ? configurationChecks(problems, sources) : modelChecks(config.models, opened),
		settings,
	)
}

async function checkPlatform(
	title: PlatformTitle,
	changes: EnvChanges,
	environment: NodeJS.ProcessEnv,
	folder: string,
): Promise<readonly CheckRow[]> {
	const settings = settingsWith(changes, environment, folder)
	const problems = settings.problems.filter(({ variable }) => variable.startsWith(`${title.toUpperCase()}_`))
	const checks = (await platformChecks(settings)).filter(({ name }) => name.startsWith(title))
	return rowsOf(problems.length > 0 ? configurationChecks(problems, settings.sources) : checks, settings)
}

async function inviteToDiscord({ config: { discord } }: InspectedSettings): Promise<string | null> {
	if (discord === null) return null
	const { inviteLink, openDiscordApplication } = await adapters.discord()
	const application = await openDiscordApplication(discord).catch(() => null)
	return application === null ? null : inviteLink(application.applicationId)
}

function settingsWith(changes: EnvChanges, environment: NodeJS.ProcessEnv, folder: string): InspectedSettings {
	// An empty variable counts as absent, also where .env has one.
	const changed = Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, value ?? '']))
	return inspectSettings({ ...environment, ...changed }, folder)
}

function rowsOf(checks: readonly Check[], { env, config }: InspectedSettings): Promise<readonly CheckRow[]> {
	const redact = createRedactor(secretsIn(env, config.models))
	return Array.fromAsync(runChecks(checks, { timeoutMs: checkWithinMs, redact }))
}
