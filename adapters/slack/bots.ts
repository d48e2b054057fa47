import { z } from 'zod'
import { ThreadwiseError } from '../../src/core/errors.ts'
import type { InstallationStore } from '../../src/core/installation-store.ts'
import { createClient } from './client.ts'
import type { SlackOptions } from './config.ts'
import { platformName, type Self } from './receive.ts'
import { slackCodeOf } from './refusals.ts'

/** The bot in one workspace, with what it speaks there. */
export type Bot = { readonly self: Self; readonly token: string }

export type Bots = {
	/**
	 * The bot as a workspace knows it now. With one token, it is the same for every workspace.
	 * @throws ThreadwiseError `platform-refused`, not to be tried again, where nobody has it installed any more.
	 */
	of(workspaceId: string): Promise<Bot>
	/**
	 * Hears of a call that has failed with the bot of a workspace. Where Slack says that the app was taken off and nobody has heard of it,
	 * the workspace is forgotten, unless it has installed the app again since that moment, ISO 8601.
	 */
	failed(workspaceId: string, error: unknown, since: string): Promise<void>
	/** Looks once at what is there: whether the token is good, or whether the tokens that were kept can be read. */
	check(): Promise<void>
}

type BotOptions = Pick<SlackOptions, 'access' | 'apiUrl' | 'installations' | 'onTrouble'> & {
	readonly timeoutMs: number
}

/** Who the bot is, and where. */
export function createBots(options: BotOptions): Bots {
	const { access, apiUrl, installations, timeoutMs, onTrouble } = options
	if (access.by === 'token') return botOfToken(access.botToken, apiUrl, timeoutMs)
	if (installations === null) throw new TypeError('Where workspaces install the app, their tokens have to be kept.')
	return botsOfInstallations(installations, onTrouble)
}

function botOfToken(token: string, apiUrl: string | null, timeoutMs: number): Bots {
	const client = createClient({ botToken: token, apiUrl, timeoutMs })
	let known: Promise<Bot> | null = null
	const identify = () => {
		const asked = client.identify().then((self) => ({ self, token }))
		known = asked
		// What couldn't be asked now is asked again.
		asked.catch(() => {
			known = null
		})
		return asked
	}
	return {
		of: () => known ?? identify(),
		failed: async () => {},
		check: async () => {
			await identify()
		},
	}
}

function botsOfInstallations(installations: InstallationStore, onTrouble: (error: unknown) => void): Bots {
	return {
		of: async (workspaceId) => {
			const kept = await installations.find({ platform: platformName, workspaceId })
			if (kept === null) throw new NotInstalled(workspaceId)
			const { token, userId, botId } = readCredentials(kept.credentials)
			return { token, self: { teamId: workspaceId, userId, botId } }
		},
		failed: async (workspaceId, error, since) => {
			if (!goneCodes.has(slackCodeOf(error) ?? '')) return
			await installations.remove({ platform: platformName, workspaceId }, since).catch(onTrouble)
		},
		check: async () => {
			const unreadable = await installations.renew(platformName)
			if (unreadable.length > 0) onTrouble(sealedOtherwise(unreadable.map(({ name }) => name)))
		},
	}
}

/** What Slack says of a token that will never be good again. */
const goneCodes: ReadonlySet<string> = new Set(['account_inactive', 'token_revoked'])

const credentialsSchema = z.object({ token: z.string(), userId: z.string(), botId: z.string() })

/** What is kept of a workspace. */
export type Credentials = z.infer<typeof credentialsSchema>

export function writeCredentials(credentials: Credentials): string {
	return JSON.stringify(credentials)
}

function readCredentials(text: string): Credentials {
	return credentialsSchema.parse(JSON.parse(text))
}

/** What is made for the bot of a workspace: once, and anew when the workspace has given another token. */
export function perBot<Made>(bots: Bots, make: (bot: Bot) => Made): (workspaceId: string) => Promise<Made> {
	const known = new Map<string, { readonly token: string; readonly made: Made }>()
	return async (workspaceId) => {
		const bot = await bots.of(workspaceId)
		const { teamId } = bot.self
		const before = known.get(teamId)
		if (before?.token === bot.token) return before.made
		const made = make(bot)
		known.set(teamId, { token: bot.token, made })
		return made
	}
}

/** Nobody has the app installed in a workspace any more: there is nobody to answer there, and nothing to answer with. */
class NotInstalled extends ThreadwiseError {
	constructor(workspaceId: string) {
		super('platform-refused', `The app is not installed in the workspace ${workspaceId}.`, {
			fix: 'Nothing, if it was taken off there; else install it again at /slack/install.',
		})
	}
}

/** Whether that is behind an error; Bolt wraps what it is told. */
export function isNotInstalled(error: unknown): boolean {
	const original = error instanceof Error && 'original' in error ? error.original : error
	return original instanceof NotInstalled
}

const thenGood =
	'the key that has sealed them is written behind it, after a comma, or the app is installed there again, at /slack/install'

function sealedOtherwise(names: readonly string[]): ThreadwiseError {
	return new ThreadwiseError(
		'config',
		// The log tells messages alone.
		`SLACK_TOKEN_KEY does not open the tokens of ${names.join(', ')}: nobody is answered there until ${thenGood}.`,
		{ fix: 'Do the one or the other.' },
	)
}
