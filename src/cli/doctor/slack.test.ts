import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createSlackPlatform, slackManifest } from '../../../adapters/slack/index.ts'
import { changedRows, doctorRows, rowNamed, type Variables } from '../../../tests/support/doctor.ts'
import { createMemoryRuns } from '../../../tests/support/memory-runs.ts'
import { freePort } from '../../../tests/support/servers.ts'
import { type LocalSlack, startLocalSlack } from '../../../tests/support/slack/local-slack.ts'
import type { LocalSlackChoices } from '../../../tests/support/slack/options.ts'
import { settingsOf } from '../../../tests/support/slack-app.ts'
import { type InstallingVariables, install, installingVariables } from '../../../tests/support/slack-installing.ts'
import { startServiceWith } from '../../../tests/support/slack-service.ts'
import { createServerDatabase, missingServers, titleOf } from '../../../tests/support/stores.ts'
import type { CheckRow } from '../../core/check.ts'

vi.setConfig({ testTimeout: 60_000 })

const rowNames = ['Slack bot token', 'Slack permissions', 'Slack Socket Mode']

/** Its app may do just what the manifest asks for. */
function startSlack(choices: LocalSlackChoices = {}): Promise<LocalSlack> {
	const { bot } = slackManifest('Threadwise', { over: 'socket' }).oauth_config.scopes
	return startLocalSlack({ scopes: bot, rates: false, ...choices })
}

function overSocket({ apiUrl, botToken, appToken }: LocalSlack): Variables {
	return { SLACK_API_URL: apiUrl, SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken }
}

function overHttp({ apiUrl, botToken, signingSecret }: LocalSlack): Variables {
	return { SLACK_API_URL: apiUrl, SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret }
}

let slack: LocalSlack
let well: readonly CheckRow[]
beforeAll(async () => {
	await using first = await startSlack()
	well = await doctorRows(overSocket(first))
})
beforeEach(async () => {
	slack = await startSlack()
	return () => slack[Symbol.asyncDispose]()
})

async function visit(variables: Variables) {
	const rows = await doctorRows(variables)
	return { rows, changed: changedRows(well, rows) }
}

test('an app that is installed from the manifest is well', () => {
	const rows = well.filter(({ name }) => name.startsWith('Slack'))
	expect(rows.map(({ name, status }) => [name, status])).toEqual(rowNames.map((name) => [name, 'ok']))
	expect(rowNamed(well, 'Slack bot token').message).toMatch(/^@\S+ in .+/)
})

describe('the bot token', () => {
	test('is unknown to Slack, and in no row', async () => {
		const { changed, rows } = await visit({ ...overSocket(slack), SLACK_BOT_TOKEN: 'xoxb-1-canary' })
		expect(changed).toEqual(['Slack bot token: problem', 'Slack permissions: not-checked'])
		expect(rowNamed(rows, 'Slack bot token').fix).toContain('Bot User OAuth Token')
		expect(JSON.stringify(rows)).not.toContain('canary')
	})

	test('is that of an app that was taken off the workspace', async () => {
		slack.uninstall()
		const { changed, rows } = await visit(overSocket(slack))
		expect(changed).toEqual(['Slack bot token: problem', 'Slack permissions: not-checked'])
		expect(rowNamed(rows, 'Slack bot token')).toMatchObject({
			message: 'The app was taken off the workspace.',
			fix: expect.stringContaining('Install the app to the workspace again'),
		})
	})

	test('was revoked', async () => {
		slack.revokeToken()
		const { changed, rows } = await visit(overSocket(slack))
		expect(changed).toEqual(['Slack bot token: problem', 'Slack permissions: not-checked'])
		expect(rowNamed(rows, 'Slack bot token').message).toContain('revoked')
	})

	test('is asked about too often', async () => {
		slack.refuse('auth.test', 'ratelimited', 1, 30)
		const { changed, rows } = await visit(overSocket(slack))
		expect(changed).toEqual(['Slack bot token: warning', 'Slack permissions: not-checked'])
		expect(rowNamed(rows, 'Slack bot token').fix).toContain('30 s')
	})

	test('is refused for a reason that nobody has foreseen, which is told', async () => {
		slack.refuse('auth.test', 'team_access_not_granted')
		const { rows } = await visit(overSocket(slack))
		expect(rowNamed(rows, 'Slack bot token').message).toContain('team_access_not_granted')
	})
})

test('permissions that are missing are named, with what they are for', async () => {
	const { bot } = slackManifest('Threadwise', { over: 'socket' }).oauth_config.scopes
	const granted = bot.filter((scope) => scope !== 'users:read' && scope !== 'mpim:history')
	await using narrow = await startSlack({ scopes: [...granted, 'reactions:read'] })
	const { changed, rows } = await visit(overSocket(narrow))
	expect(changed).toEqual(['Slack permissions: problem'])
	expect(rowNamed(rows, 'Slack permissions')).toMatchObject({
		message:
			'Missing: mpim:history (to read threads of group messages), users:read (to know names, languages and time zones).',
		fix: expect.stringContaining('manifest slack'),
	})
})

describe('Socket Mode', () => {
	test('has a token that Slack does not know', async () => {
		const { changed, rows } = await visit({ ...overSocket(slack), SLACK_APP_TOKEN: 'xapp-1-canary' })
		expect(changed).toEqual(['Slack Socket Mode: problem'])
		expect(rowNamed(rows, 'Slack Socket Mode').fix).toContain('App-Level Token')
		expect(JSON.stringify(rows)).not.toContain('canary')
	})

	test('has a token without connections:write', async () => {
		slack.refuse('apps.connections.open', 'missing_scope')
		const { changed, rows } = await visit(overSocket(slack))
		expect(changed).toEqual(['Slack Socket Mode: problem'])
		expect(rowNamed(rows, 'Slack Socket Mode').message).toContain('lacks connections:write')
	})
})

test('Slack is not where it was said to be', async () => {
	const port = await freePort()
	const { changed, rows } = await visit({ ...overSocket(slack), SLACK_API_URL: `http://127.0.0.1:${port}/api/` })
	expect(changed).toEqual(['Slack bot token: problem', 'Slack permissions: not-checked', 'Slack Socket Mode: problem'])
	expect(rowNamed(rows, 'Slack bot token')).toMatchObject({
		message: `Slack can't be reached at 127.0.0.1:${port}: ECONNREFUSED.`,
		fix: expect.stringContaining('SLACK_API_URL'),
	})
})

test('what is wrong with the configuration is told once, and nothing is asked with it', async () => {
	const rows = await doctorRows({ ...overSocket(slack), SLACK_APP_TOKEN: slack.botToken })
	expect(rowNamed(rows, 'configuration').message).toContain('SLACK_APP_TOKEN: found a bot token')
	expect(rowNamed(rows, 'Slack').status).toBe('not-checked')
	expect(rowNamed(rows, 'model').status).not.toBe('not-checked')
	expect(slack.calls).toEqual([])
})

describe('requests from Slack', () => {
	/** Whatever answers at an address of ours. */
	async function listening(listener: RequestListener): Promise<string> {
		return await addressOf(createServer(listener))
	}

	async function addressOf(server: ReturnType<typeof createAdaptorServer>): Promise<string> {
		server.listen(0, '127.0.0.1')
		onTestFinished(() => void server.close())
		await once(server, 'listening')
		const address = server.address()
		return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
	}

	/** The adapter's own way in. */
	function threadwise(signingSecret: string): Promise<string> {
		const memory = createMemoryRuns()
		const { runs, conversations } = memory
		const { routes } = createSlackPlatform({
			...{ access: { by: 'token', botToken: slack.botToken }, apiUrl: slack.apiUrl, installations: null },
			...{ receives: { over: 'http', signingSecret }, allowedBots: [], runs, conversations },
			...{ settings: settingsOf(memory), runUrl: () => null, onTrouble: () => {} },
		})
		if (routes === null) throw new Error('there is no way in')
		return addressOf(createAdaptorServer({ fetch: routes.fetch }))
	}

	async function rowFor(publicUrl: string | null): Promise<CheckRow> {
		const rows = await doctorRows({
			...overHttp(slack),
			...(publicUrl === null ? {} : { THREADWISE_PUBLIC_URL: publicUrl }),
		})
		expect(rowNamed(rows, 'Slack bot token').status).toBe('ok')
		return rowNamed(rows, 'Slack requests')
	}

	test('arrive where Threadwise answers with the secret of the app', async () => {
		expect(await rowFor(await threadwise(slack.signingSecret))).toMatchObject({
			status: 'ok',
			message: expect.stringContaining('/slack/events answers'),
		})
	})

	test('are refused where it was started with another secret', async () => {
		expect(await rowFor(await threadwise('another-secret-4711'))).toMatchObject({
			status: 'problem',
			fix: expect.stringContaining('Signing Secret'),
		})
	})

	test('get to something else', async () => {
		expect(await rowFor(await listening((_, response) => response.end('<html>Welcome!</html>')))).toMatchObject({
			status: 'problem',
			message: expect.stringContaining('is not Threadwise'),
		})
	})

	test('find nobody', async () => {
		expect(await rowFor(`http://127.0.0.1:${await freePort()}`)).toMatchObject({
			status: 'warning',
			message: expect.stringContaining('ECONNREFUSED'),
		})
	})

	test('may or may not arrive, where nobody says at which address', async () => {
		expect(await rowFor(null)).toMatchObject({
			status: 'warning',
			fix: expect.stringContaining('THREADWISE_PUBLIC_URL'),
		})
	})
})

const missing = missingServers.length === 0 ? null : missingServers.join(' ')
describe.skipIf(missing !== null)(titleOf({ name: 'several workspaces', missing }), () => {
	const names = ['Slack app', 'Slack installing', 'Slack Socket Mode', 'Slack workspaces']
	let served: AsyncDisposable
	let variables: InstallingVariables

	/** Threadwise with a PostgreSQL server, as long as a test lasts; one workspace has installed the app. */
	beforeEach(async () => {
		const database = await createServerDatabase()
		slack = await startSlack({ isInstalled: false })
		variables = { ...(await installingVariables(slack, 'socket')), DATABASE_URL: database.url }
		served = await startServiceWith(variables, slack)
		await install(variables.THREADWISE_PUBLIC_URL, slack)
		return async () => {
			await served[Symbol.asyncDispose]()
			await slack[Symbol.asyncDispose]()
			await database[Symbol.asyncDispose]()
		}
	})

	const visitWith = async (changes: Variables = {}) => {
		const rows = (await doctorRows({ ...variables, ...changes })).filter(({ name }) => names.includes(name))
		const unwell = rows.filter(({ status }) => status !== 'ok').map(({ name, status }) => `${name}: ${status}`)
		return { rows, unwell }
	}

	test('are well where the app is known, installed and reached', async () => {
		const { rows, unwell } = await visitWith()
		expect(unwell).toEqual([])
		expect(rows.map(({ name }) => name)).toEqual(names)
		expect(rowNamed(rows, 'Slack workspaces').message).toBe('installed in 1 workspace')
	})

	test('need a client ID and a secret that Slack knows', async () => {
		const foreign = await visitWith({ SLACK_CLIENT_ID: '1.2' })
		expect(foreign.unwell).toEqual(['Slack app: problem'])
		expect(rowNamed(foreign.rows, 'Slack app').message).toContain('SLACK_CLIENT_ID')
		const wrong = await visitWith({ SLACK_CLIENT_SECRET: 'canary-0123456789' })
		expect(wrong.unwell).toEqual(['Slack app: problem'])
		expect(rowNamed(wrong.rows, 'Slack app').fix).toContain('Client Secret')
		expect(JSON.stringify(wrong.rows)).not.toContain('canary')
	})

	test('need the key that has sealed their tokens', async () => {
		const { rows, unwell } = await visitWith({ SLACK_TOKEN_KEY: 'ab'.repeat(32) })
		expect(unwell).toEqual(['Slack workspaces: problem'])
		expect(rowNamed(rows, 'Slack workspaces')).toMatchObject({
			message: 'SLACK_TOKEN_KEY does not open the tokens of Local team.',
			fix: expect.stringContaining('after a comma'),
		})
	})

	test('are missing until one has installed the app', async () => {
		slack.uninstall()
		await slack.settled()
		const { rows, unwell } = await visitWith()
		expect(unwell).toEqual(['Slack workspaces: warning'])
		expect(rowNamed(rows, 'Slack workspaces').fix).toContain('/slack/install')
	})

	test('can not install it where Threadwise does not run, or something else answers', async () => {
		await served[Symbol.asyncDispose]()
		const { rows, unwell } = await visitWith()
		expect(unwell).toEqual(['Slack installing: warning'])
		expect(rowNamed(rows, 'Slack installing').message).toContain('Nobody answers')
		const other = createServer((_, response) => response.end('<html>Welcome!</html>'))
		other.listen(Number(variables.THREADWISE_PORT), '127.0.0.1')
		onTestFinished(() => void other.close())
		await once(other, 'listening')
		expect((await visitWith()).unwell).toEqual(['Slack installing: problem'])
	})
})
