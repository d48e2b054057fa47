import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Config, loadConfig, loadConfigPartly } from './load-config.ts'
import { playgroundProblem } from './playground.ts'
import { type ConfigProblem, describeProblem } from './problem.ts'
import { variables } from './variables.ts'

type Env = Readonly<Record<string, string>>

function configOf(env: Env, file: unknown = null): Config {
	const loaded = loadConfig(env, file)
	if (!loaded.ok) throw new Error(loaded.problems.map(describeProblem).join('\n'))
	return loaded.config
}

function problemsOf(env: Env, file: unknown = null): readonly ConfigProblem[] {
	const loaded = loadConfig(env, file)
	return loaded.ok ? [] : loaded.problems
}

const namesOf = (problems: readonly ConfigProblem[]) => problems.map(({ variable }) => variable)

const databaseUrl = 'postgres://bot:secret@db.example:5432/threadwise'
const redisUrl = 'redis://cache.example:6379'
const noPrice = { inputUsdPerMillion: 0, outputUsdPerMillion: 0 }

const noLimit = { calls: null, tokens: null, costMicroUsd: null }

const token = 'a-token-of-at-least-24-characters'

describe('without anything configured', () => {
	test('everything is embedded, and the practice model answers', () => {
		expect(configOf({})).toEqual({
			storage: { store: 'embedded', dataFolder: '.threadwise', queue: 'database' },
			models: { kind: 'practice' },
			http: null,
			playground: { isOn: true, host: '127.0.0.1', publicUrl: null, people: [], trustedProxies: [] },
			slack: null,
			discord: null,
			defaults: { effort: 'medium', workflow: 'default', channels: {} },
			budgets: { person: noLimit, channel: noLimit, installation: noLimit },
			concurrency: 8,
			longestQuestion: 32_000,
			longestQueue: 1_000,
			logLevel: null,
			secrets: [],
			traces: null,
		})
	})

	test('health is told as soon as a port is named, on this machine unless more is asked for', () => {
		expect(configOf({ THREADWISE_PORT: '8080' }).http).toEqual({ host: '127.0.0.1', port: 8080 })
		expect(configOf({ THREADWISE_PORT: '8080', THREADWISE_HOST: '0.0.0.0' }).http?.host).toBe('0.0.0.0')
		expect(configOf({ THREADWISE_HOST: '0.0.0.0' }).http).toBeNull()
	})

	test('the page is for this machine, and for others only with a token', () => {
		const problemOf = (env: Env) => playgroundProblem(configOf(env).playground)
		const alone: readonly Env[] = [
			{},
			{ THREADWISE_HOST: '127.0.0.1' },
			{ THREADWISE_HOST: 'localhost' },
			{ THREADWISE_HOST: '::1' },
			{ THREADWISE_PUBLIC_URL: 'http://localhost:3210' },
		]
		for (const env of alone) expect(problemOf(env), JSON.stringify(env)).toBeNull()
		const open: readonly Env[] = [
			{ THREADWISE_HOST: '0.0.0.0' },
			{ THREADWISE_HOST: '192.168.1.5' },
			{ THREADWISE_HOST: 'bot.example' },
			{ THREADWISE_PUBLIC_URL: 'https://bot.example' },
		]
		for (const env of open) {
			expect(problemOf(env), JSON.stringify(env)).toMatchObject({ variable: 'THREADWISE_TOKEN' })
			expect(problemOf({ ...env, THREADWISE_TOKEN: token })).toBeNull()
			expect(problemOf({ ...env, THREADWISE_PLAYGROUND: 'off' })).toBeNull()
		}
		expect(configOf({ THREADWISE_PUBLIC_URL: 'https://bot.example:8443/' }).playground.publicUrl).toBe(
			'https://bot.example:8443',
		)
	})

	test('each person may have a token of their own, beside that of the owner or instead of it', () => {
		const peopleOf = (env: Env) => configOf(env).playground.people
		expect(peopleOf({ THREADWISE_TOKEN: token })).toEqual([{ id: 'owner', name: 'Owner', token, isAdmin: true }])
		const ada = { id: 'ada', name: 'ada', token: 'adas-token-of-24-characters', isAdmin: true }
		const bob = { id: 'bob-2', name: 'bob-2', token: 'bobs+token/of=24-characters', isAdmin: false }
		const named = { THREADWISE_TOKENS: ` ada:${ada.token}:admin , bob-2:${bob.token} ` }
		expect(peopleOf(named)).toEqual([ada, bob])
		expect(peopleOf({ ...named, THREADWISE_TOKEN: token }).map(({ id }) => id)).toEqual(['owner', 'ada', 'bob-2'])
		expect(configOf(named).secrets).toEqual(expect.arrayContaining([ada.token, bob.token]))
		expect(playgroundProblem(configOf({ ...named, THREADWISE_HOST: '0.0.0.0' }).playground)).toBeNull()
	})

	test.each<[string, Env, string]>([
		['no token', { THREADWISE_TOKENS: 'ada' }, 'entry 1 with a token of 0 characters'],
		[
			'one that is short',
			{ THREADWISE_TOKENS: `ada:${token}:admin,bob:short` },
			'entry 2 with a token of 5 characters',
		],
		['no name', { THREADWISE_TOKENS: `:${token}` }, 'entry 1 with a name of other characters'],
		['a role that is none', { THREADWISE_TOKENS: `ada:${token}:root` }, 'entry 1 with a role other than admin'],
		['a part too many', { THREADWISE_TOKENS: `ada:${token}:admin:x` }, 'entry 1 with a colon too many'],
		['a comma at its end', { THREADWISE_TOKENS: `ada:${token}:admin,` }, 'entry 2 with a name'],
		['a space in a token', { THREADWISE_TOKENS: `ada:${token} x:admin` }, 'entry 1 with a token of other characters'],
		['a name twice', { THREADWISE_TOKENS: `ada:${token}:admin,Ada:${token}x` }, 'entry 2 with a name that is there'],
		['a token twice', { THREADWISE_TOKENS: `ada:${token}:admin,bob:${token}` }, 'entry 2 with a token that is there'],
		['nobody who looks after it', { THREADWISE_TOKENS: `ada:${token}` }, 'no admin'],
		[
			'the name of the owner',
			{ THREADWISE_TOKEN: token, THREADWISE_TOKENS: `Owner:${token}x` },
			'the name "Owner", beside THREADWISE_TOKEN',
		],
		[
			'the token of the owner',
			{ THREADWISE_TOKEN: token, THREADWISE_TOKENS: `ada:${token}` },
			'the token of THREADWISE_TOKEN, beside THREADWISE_TOKEN',
		],
	])('a list of tokens with %s is refused, without a word of a token', (_, env, found) => {
		const [problem, ...more] = problemsOf(env)
		expect(more).toEqual([])
		expect(problem).toMatchObject({ variable: 'THREADWISE_TOKENS', found: expect.stringContaining(found) })
		expect(JSON.stringify(problem)).not.toContain(token)
	})

	test('variables that are empty or blank count as absent', () => {
		const empty = Object.fromEntries(Object.keys(variables).map((name) => [name, '  ']))
		expect(configOf(empty)).toEqual(configOf({}))
	})
})

describe('what is told about runs', () => {
	test('logs are as loud as the variable says', () => {
		expect(configOf({ THREADWISE_LOG_LEVEL: 'debug' }).logLevel).toBe('debug')
		expect(problemsOf({ THREADWISE_LOG_LEVEL: 'loud' })).toMatchObject([
			{ variable: 'THREADWISE_LOG_LEVEL', found: 'loud', fix: expect.stringContaining('Use one of the five') },
		])
	})

	test.each<[string, Env, string]>([
		['a collector', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://host:4318' }, 'http://host:4318/v1/traces'],
		['a collector with a path', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://host/otlp/' }, 'http://host/otlp/v1/traces'],
		['an address for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://host/in' }, 'http://host/in'],
		[
			'both',
			{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://one', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://two/in' },
			'http://two/in',
		],
	])('traces go to %s', (_, env, url) => {
		expect(configOf(env).traces).toEqual({ url, headers: {} })
	})

	test('headers for the collector are read as the specification writes them, and never shown', () => {
		const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://host', OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%3Db, tenant=one' }
		expect(configOf(env).traces?.headers).toEqual({ 'api-key': 'a=b', tenant: 'one' })
		expect(problemsOf({ OTEL_EXPORTER_OTLP_HEADERS: 'api-key' })).toMatchObject([{ found: '(hidden)' }])
	})

	test('every secret of the environment is known, also in an address and under a name of somebody else', () => {
		const { secrets } = configOf({
			OPENAI_API_KEY: 'canary-key',
			HTTPS_PROXY: 'http://me:canary-proxy@host:3128',
			DATABASE_URL: 'postgres://bot:p%40ss@host/db',
			HOSTED_API_KEY: 'canary-hosted',
			OTEL_EXPORTER_OTLP_HEADERS: 'api-key=canary%2Dheader',
			SOME_TOKEN: 'yes',
		})
		const expected = ['canary-key', 'canary-proxy', 'p@ss', 'p%40ss', 'canary-hosted', 'canary-header']
		expect(secrets).toEqual(expect.arrayContaining(expected))
		expect(secrets).not.toContain('yes')
	})
})

describe('store and queue', () => {
	test.each<[string, Env, Config['storage']]>([
		['neither', {}, { store: 'embedded', dataFolder: '.threadwise', queue: 'database' }],
		['a folder', { THREADWISE_DATA_DIR: '/data' }, { store: 'embedded', dataFolder: '/data', queue: 'database' }],
		['a database', { DATABASE_URL: databaseUrl }, { store: 'server', databaseUrl, queue: 'database' }],
		[
			'a database and Redis',
			{ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl },
			{ store: 'server', databaseUrl, queue: 'redis', redisUrl },
		],
	])('%s', (_, env, storage) => {
		expect(configOf(env).storage).toEqual(storage)
	})

	test('Redis alone is a mistake with a fix', () => {
		const [problem, ...more] = problemsOf({ REDIS_URL: redisUrl })
		expect(more).toEqual([])
		expect(problem).toMatchObject({ variable: 'REDIS_URL', fix: expect.stringContaining('DATABASE_URL') })
	})

	test('Redis beside a database address that cannot be read is one mistake, not two', () => {
		expect(namesOf(problemsOf({ REDIS_URL: redisUrl, DATABASE_URL: 'db.example' }))).toEqual(['DATABASE_URL'])
	})
})

const slackBot = 'xoxb-1-canary'
const slackApp = 'xapp-1-canary'
const byToken = { by: 'token', botToken: slackBot } as const
const slackSecret = 'canary0123456789canary0123456789'

const discordToken = 'Y2FuYXJ5.GcAnAr.canary-4711'

describe('Discord', () => {
	test.each<[string, Env, Config['discord']]>([
		['nothing set', {}, null],
		['an address alone', { DISCORD_API_URL: 'http://127.0.0.1:80/api' }, null],
		['a token', { DISCORD_BOT_TOKEN: discordToken }, { botToken: discordToken, apiUrl: null, allowedBots: [] }],
		[
			'everything',
			{
				DISCORD_BOT_TOKEN: discordToken,
				DISCORD_API_URL: 'http://127.0.0.1:80/api/v10/',
				DISCORD_ALLOWED_BOTS: '100000000000000001, 100000000000000002',
			},
			{
				botToken: discordToken,
				apiUrl: 'http://127.0.0.1:80/api',
				allowedBots: ['100000000000000001', '100000000000000002'],
			},
		],
	])('with %s', (_, env, discord) => {
		expect(configOf(env).discord).toEqual(discord)
	})

	test.each([
		[`Bot ${discordToken}`, 'a token with the word "Bot" before it'],
		['123456789012345678', 'the id of an application'],
		['0123456789abcdef'.repeat(4), 'the public key of an application'],
		['canary0123456789canary0123456789', 'a client secret'],
		['canary 4711', '(hidden)'],
	])('what was copied instead of a token is told apart, and never shown: %s', (found, kind) => {
		const problems = problemsOf({ DISCORD_BOT_TOKEN: found })
		expect(problems).toMatchObject([{ variable: 'DISCORD_BOT_TOKEN', found: kind }])
		expect(JSON.stringify(problems)).not.toContain(found)
	})

	test('the token is in no log', () => {
		expect(configOf({ DISCORD_BOT_TOKEN: discordToken }).secrets).toContain(discordToken)
	})
})

describe('Slack', () => {
	test.each<[string, Env, Config['slack']]>([
		['nothing', {}, null],
		['an address alone', { SLACK_API_URL: 'http://127.0.0.1:80/api' }, null],
		[
			'an app token',
			{ SLACK_BOT_TOKEN: slackBot, SLACK_APP_TOKEN: slackApp },
			{ access: byToken, apiUrl: null, receives: { over: 'socket', appToken: slackApp }, allowedBots: [] },
		],
		[
			'a signing secret, an address and bots that are answered',
			{
				SLACK_BOT_TOKEN: slackBot,
				SLACK_SIGNING_SECRET: slackSecret,
				SLACK_API_URL: 'http://127.0.0.1:80/api',
				SLACK_ALLOWED_BOTS: 'B01, U02',
			},
			{
				access: byToken,
				apiUrl: 'http://127.0.0.1:80/api/',
				receives: { over: 'http', signingSecret: slackSecret },
				allowedBots: ['B01', 'U02'],
			},
		],
		[
			'both, of which the socket needs no address of ours',
			{ SLACK_BOT_TOKEN: slackBot, SLACK_APP_TOKEN: slackApp, SLACK_SIGNING_SECRET: slackSecret },
			{ access: byToken, apiUrl: null, receives: { over: 'socket', appToken: slackApp }, allowedBots: [] },
		],
	])('with %s', (_, env, slack) => {
		expect(configOf(env).slack).toEqual(slack)
	})

	test.each<[string, Env, string, string, string]>([
		['a bot token alone', { SLACK_BOT_TOKEN: slackBot }, 'SLACK_BOT_TOKEN', 'neither', 'SLACK_SIGNING_SECRET'],
		['an app token alone', { SLACK_APP_TOKEN: slackApp }, 'SLACK_APP_TOKEN', 'no SLACK_BOT_TOKEN', 'OAuth'],
		[
			'a signing secret alone',
			{ SLACK_SIGNING_SECRET: slackSecret },
			'SLACK_SIGNING_SECRET',
			'no SLACK_BOT_TOKEN',
			'OAuth',
		],
		[
			'all but the bot token',
			{ SLACK_APP_TOKEN: slackApp, SLACK_SIGNING_SECRET: slackSecret },
			'SLACK_APP_TOKEN',
			'no SLACK_BOT_TOKEN',
			'OAuth',
		],
		[
			"a user's token instead of the bot's",
			{ SLACK_BOT_TOKEN: 'xoxp-1-canary', SLACK_APP_TOKEN: slackApp },
			'SLACK_BOT_TOKEN',
			'a token of a user (xoxp-…)',
			'Bot User OAuth Token',
		],
		[
			'a token instead of the signing secret',
			{ SLACK_BOT_TOKEN: slackBot, SLACK_SIGNING_SECRET: slackApp },
			'SLACK_SIGNING_SECRET',
			'an app-level token (xapp-…)',
			'App Credentials',
		],
	])('%s is one mistake with a fix, and leaves the rest as it is', (_, env, variable, found, fix) => {
		const problems = problemsOf(env)
		expect(problems).toMatchObject([
			{ variable, found: expect.stringContaining(found), fix: expect.stringContaining(fix) },
		])
		expect(JSON.stringify(problems)).not.toContain('canary')
		const partly = loadConfigPartly({ ...env, THREADWISE_CONCURRENCY: '3' }, null)
		expect(partly.config).toMatchObject({ slack: null, concurrency: 3 })
	})

	test('tokens that were swapped are each told where they belong', () => {
		expect(problemsOf({ SLACK_BOT_TOKEN: slackApp, SLACK_APP_TOKEN: slackBot })).toMatchObject([
			{
				variable: 'SLACK_BOT_TOKEN',
				found: 'an app-level token (xapp-…)',
				fix: expect.stringContaining('xapp- belongs into SLACK_APP_TOKEN'),
			},
			{
				variable: 'SLACK_APP_TOKEN',
				found: 'a bot token (xoxb-…)',
				fix: expect.stringContaining('xoxb- belongs into SLACK_BOT_TOKEN'),
			},
		])
	})

	const installing: Env = {
		SLACK_CLIENT_ID: '100.200',
		SLACK_CLIENT_SECRET: `client-${slackSecret}`,
		SLACK_TOKEN_KEY: 'ab'.repeat(32),
		SLACK_APP_TOKEN: slackApp,
		THREADWISE_PUBLIC_URL: 'https://bot.example',
	}

	test('several workspaces install the app, each kind of event way is possible, and a state secret is made where there is none', () => {
		const access = {
			by: 'installation',
			clientId: '100.200',
			clientSecret: `client-${slackSecret}`,
			publicUrl: 'https://bot.example',
			allowedWorkspaces: null,
			tokenKeys: [Buffer.alloc(32, 0xab)],
		}
		const socket = configOf(installing).slack
		expect(socket).toMatchObject({ access, receives: { over: 'socket', appToken: slackApp } })
		const overHttp = { ...installing, SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: slackSecret }
		expect(configOf(overHttp).slack).toMatchObject({ access, receives: { over: 'http' } })
		const stateSecretOf = (env: Env) => {
			const made = configOf(env).slack?.access
			return made?.by === 'installation' ? made.stateSecret : ''
		}
		expect(stateSecretOf(installing)).toMatch(/^[\da-f]{64}$/)
		expect(stateSecretOf(installing)).toBe(stateSecretOf(overHttp))
		expect(stateSecretOf({ ...installing, SLACK_TOKEN_KEY: 'cd'.repeat(32) })).not.toBe(stateSecretOf(installing))
		expect(stateSecretOf({ ...installing, SLACK_STATE_SECRET: slackSecret })).toBe(slackSecret)
	})

	test('a newer key stands before the earlier ones, and only some workspaces may be meant', () => {
		const keys = `${'CD'.repeat(32)} , ${'ab'.repeat(32)}`
		const { slack, secrets } = configOf({ ...installing, SLACK_TOKEN_KEY: keys, SLACK_ALLOWED_WORKSPACES: 'T1,T2' })
		expect(slack?.access).toMatchObject({
			tokenKeys: [Buffer.alloc(32, 0xcd), Buffer.alloc(32, 0xab)],
			allowedWorkspaces: ['T1', 'T2'],
		})
		expect(secrets).toEqual(expect.arrayContaining(['CD'.repeat(32), 'ab'.repeat(32), `client-${slackSecret}`]))
	})

	test.each<[string, Env, string, string, string]>([
		['no client ID', { SLACK_CLIENT_ID: '' }, 'SLACK_CLIENT_ID', 'no SLACK_CLIENT_ID', 'Client ID'],
		['no client secret', { SLACK_CLIENT_SECRET: '' }, 'SLACK_CLIENT_SECRET', 'no SLACK_CLIENT_SECRET', 'Client Secret'],
		['no key for tokens', { SLACK_TOKEN_KEY: '' }, 'SLACK_TOKEN_KEY', 'no SLACK_TOKEN_KEY', 'openssl rand -hex 32'],
		['a key that is too short', { SLACK_TOKEN_KEY: 'canary' }, 'SLACK_TOKEN_KEY', '(hidden)', 'openssl rand -hex 32'],
		['a client ID that is none', { SLACK_CLIENT_ID: 'A0123' }, 'SLACK_CLIENT_ID', 'A0123', 'Client ID'],
		[
			'a bot token beside it',
			{ SLACK_BOT_TOKEN: slackBot },
			'SLACK_CLIENT_ID',
			'beside SLACK_BOT_TOKEN',
			'take SLACK_BOT_TOKEN out',
		],
		[
			'no way for events',
			{ SLACK_APP_TOKEN: '' },
			'SLACK_CLIENT_ID',
			'neither SLACK_APP_TOKEN',
			'SLACK_SIGNING_SECRET',
		],
		['no address', { THREADWISE_PUBLIC_URL: '' }, 'THREADWISE_PUBLIC_URL', 'no address', '/slack/oauth_redirect'],
		[
			'a state secret that is too short',
			{ SLACK_STATE_SECRET: 'canary' },
			'SLACK_STATE_SECRET',
			'(hidden)',
			'leave the variable out',
		],
		[
			'a list of workspaces that is none',
			{ SLACK_ALLOWED_WORKSPACES: 'lab' },
			'SLACK_ALLOWED_WORKSPACES',
			'lab',
			'leave the variable out',
		],
	])('with %s for several workspaces there is one mistake with a fix', (_, change, variable, found, fix) => {
		const problems = problemsOf({ ...installing, ...change })
		expect(problems).toMatchObject([
			{ variable, found: expect.stringContaining(found), fix: expect.stringContaining(fix) },
		])
		expect(JSON.stringify(problems)).not.toContain('canary')
	})

	test('a state secret alone names all that is missing', () => {
		const problems = problemsOf({ SLACK_STATE_SECRET: slackSecret, SLACK_APP_TOKEN: slackApp })
		const missing = ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_TOKEN_KEY', 'THREADWISE_PUBLIC_URL']
		expect(problems.map(({ variable }) => variable)).toEqual(missing)
	})

	test('its tokens and its secret are secrets', () => {
		const env = { SLACK_BOT_TOKEN: slackBot, SLACK_APP_TOKEN: slackApp, SLACK_SIGNING_SECRET: slackSecret }
		expect(configOf(env).secrets).toEqual(expect.arrayContaining([slackBot, slackApp, slackSecret]))
	})
})

describe('models', () => {
	test('a key alone means OpenAI, with a model and its price for every standard alias', () => {
		const { models } = configOf({ OPENAI_API_KEY: 'sk-1' })
		if (models.kind !== 'configured') throw new Error('models should be configured')
		expect(models.settings.endpoints).toEqual({ default: { baseUrl: 'https://api.openai.com/v1', apiKey: 'sk-1' } })
		expect(Object.keys(models.settings.aliases)).toEqual(['fast', 'strong', 'judge'])
		for (const alias of Object.values(models.settings.aliases)) {
			expect(alias).toMatchObject({ endpoint: 'default', kind: 'plain', allowsTemperature: true, timeoutMs: 60_000 })
			expect(alias.price.inputUsdPerMillion).toBeGreaterThan(0)
		}
	})

	test('an address alone means a server without a key; a model that nobody prices is free of charge', () => {
		const { models } = configOf({ OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1', THREADWISE_MODEL: 'llama3' })
		if (models.kind !== 'configured') throw new Error('models should be configured')
		expect(models.settings.endpoints.default).toEqual({ baseUrl: 'http://127.0.0.1:11434/v1', apiKey: null })
		expect(models.settings.aliases.fast).toMatchObject({
			model: 'llama3',
			price: { inputUsdPerMillion: 0, outputUsdPerMillion: 0 },
		})
	})

	test('each alias has its own variable; the judge is the strong one unless it is named', () => {
		const named = {
			OPENAI_API_KEY: 'k',
			THREADWISE_MODEL: 'a',
			THREADWISE_MODEL_FAST: 'b',
			THREADWISE_MODEL_STRONG: 'c',
		}
		const modelsOf = (env: Env) => {
			const { models } = configOf(env)
			return models.kind === 'configured' ? Object.values(models.settings.aliases).map(({ model }) => model) : []
		}
		expect(modelsOf(named)).toEqual(['b', 'c', 'c'])
		expect(modelsOf({ ...named, THREADWISE_MODEL_JUDGE: 'd' })).toEqual(['b', 'c', 'd'])
		expect(modelsOf({ OPENAI_API_KEY: 'k', THREADWISE_MODEL: 'a' })).toEqual(['a', 'a', 'a'])
	})

	test('a reasoning model is not given a temperature unless the file says so', () => {
		const env = { OPENAI_API_KEY: 'k', THREADWISE_MODEL_KIND: 'reasoning', THREADWISE_MODEL_TIMEOUT_MS: '120000' }
		const { models } = configOf(env, { models: { strong: { model: 'x', allowsTemperature: true } } })
		if (models.kind !== 'configured') throw new Error('models should be configured')
		expect(models.settings.aliases.fast).toMatchObject({
			kind: 'reasoning',
			allowsTemperature: false,
			timeoutMs: 120_000,
		})
		expect(models.settings.aliases.strong).toMatchObject({ kind: 'reasoning', allowsTemperature: true })
	})
})

describe('the configuration file', () => {
	const file = {
		endpoints: { house: { baseUrl: 'http://models.example/v1', apiKeyVariable: 'HOUSE_KEY' } },
		models: {
			fast: { endpoint: 'house', model: 'small', price: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 } },
			strong: { endpoint: 'house', model: 'large', kind: 'reasoning', timeoutMs: 90_000 },
			judge: { endpoint: 'house', model: 'large' },
			poet: { endpoint: 'house', model: 'verse' },
		},
		defaults: { effort: 'high', workflow: 'deep' },
		channels: { 'slack/C1': { workflow: 'quick' } },
	}

	test('adds endpoints, aliases and defaults; keys come from the environment', () => {
		const { models, defaults } = configOf({ HOUSE_KEY: 'key' }, file)
		if (models.kind !== 'configured') throw new Error('models should be configured')
		expect(models.settings.endpoints.house).toEqual({ baseUrl: 'http://models.example/v1', apiKey: 'key' })
		expect(Object.keys(models.settings.aliases)).toEqual(['fast', 'strong', 'judge', 'poet'])
		expect(models.settings.aliases.strong).toMatchObject({ model: 'large', kind: 'reasoning', timeoutMs: 90_000 })
		expect(defaults).toEqual({ effort: 'high', workflow: 'deep', channels: { 'slack/C1': { workflow: 'quick' } } })
	})

	test('names an alias more precisely than a variable does; a default of the environment wins', () => {
		const env = { HOUSE_KEY: 'key', OPENAI_API_KEY: 'k', THREADWISE_MODEL_FAST: 'other', THREADWISE_EFFORT: 'low' }
		const { models, defaults } = configOf(env, file)
		expect(models.kind === 'configured' && models.settings.aliases.fast?.model).toBe('small')
		expect(defaults.effort).toBe('low')
	})

	test('an endpoint without its key is a problem of the variable that should hold it', () => {
		expect(problemsOf({}, file)).toMatchObject([
			{ variable: 'HOUSE_KEY', found: 'nothing', expected: 'the key of the endpoint "house"' },
		])
	})

	test('an unknown endpoint lists the known ones', () => {
		const wrong = { ...file, models: { ...file.models, poet: { endpoint: 'hous', model: 'verse' } } }
		expect(problemsOf({ HOUSE_KEY: 'key' }, wrong)).toMatchObject([
			{ variable: 'configuration file, models.poet.endpoint', found: 'hous', expected: 'one of default, house' },
		])
	})

	test('aliases that would be left without a server are named', () => {
		const { judge: _, ...models } = file.models
		expect(problemsOf({ HOUSE_KEY: 'key' }, { ...file, models })).toMatchObject([
			{ variable: 'OPENAI_API_KEY', expected: 'a key, since judge uses the default endpoint' },
		])
	})

	test.each<[string, unknown, string]>([
		['a list', [], 'top level'],
		['a text', 'effort: high', 'top level'],
		['an unknown key', { colour: 'blue' }, 'top level'],
		['an address of another kind', { endpoints: { house: { baseUrl: 'ftp://x' } } }, 'endpoints.house.baseUrl'],
		['a name with capitals', { endpoints: { House: { baseUrl: 'http://x' } } }, 'endpoints.House'],
		['a price that is text', { models: { fast: { model: 'x', price: 'free' } } }, 'models.fast.price'],
		['a budget of nothing', { budgets: { person: { usdPerDay: 0 } } }, 'budgets.person.usdPerDay'],
		['half a call', { budgets: { channel: { callsPerDay: 0.5 } } }, 'budgets.channel.callsPerDay'],
		['an unknown effort', { defaults: { effort: 'extreme' } }, 'defaults.effort'],
	])('%s is refused, with the place', (_, wrong, place) => {
		expect(namesOf(problemsOf({}, wrong))).toContain(`configuration file, ${place}`)
	})
})

describe('budgets of a day', () => {
	test('are as the file says, in millionths of a dollar', () => {
		const budgets = { person: { usdPerDay: 0.29, callsPerDay: 20 }, channel: { tokensPerDay: 5_000 } }
		expect(configOf({}, { budgets }).budgets).toEqual({
			person: { ...noLimit, costMicroUsd: 290_000, calls: 20 },
			channel: { ...noLimit, tokens: 5_000 },
			installation: noLimit,
		})
	})

	test('of an installation are what the variable says, beside whatever else the file says', () => {
		const file = { budgets: { installation: { usdPerDay: 1, callsPerDay: 7 } } }
		expect(configOf({ THREADWISE_USD_PER_DAY: '2.50' }, file).budgets.installation).toEqual({
			...noLimit,
			costMicroUsd: 2_500_000,
			calls: 7,
		})
	})

	test('of somebody unknown are refused', () => {
		expect(namesOf(problemsOf({}, { budgets: { team: { usdPerDay: 1 } } }))).toEqual(['configuration file, budgets'])
	})
})

const wrongValues: Readonly<Record<string, string>> = {
	DATABASE_URL: 'mysql://bot@db',
	REDIS_URL: 'http://cache',
	THREADWISE_HOST: 'http://here',
	THREADWISE_PORT: 'eighty',
	THREADWISE_PUBLIC_URL: 'bot.example',
	THREADWISE_TOKEN: 'short',
	THREADWISE_PLAYGROUND: 'perhaps',
	THREADWISE_TRUSTED_PROXIES: 'nginx',
	OPENAI_API_KEY: 'two words',
	OPENAI_BASE_URL: 'localhost:11434',
	THREADWISE_MODEL_KIND: 'clever',
	THREADWISE_MODEL_TIMEOUT_MS: '1 minute',
	THREADWISE_EFFORT: 'extreme',
	THREADWISE_CONCURRENCY: '0',
	THREADWISE_LONGEST_QUESTION: '-5',
	THREADWISE_USD_PER_DAY: 'five',
}

describe('problems', () => {
	test('all that is wrong is told at once, each with what was found, what is expected and what to do', () => {
		const file = { defaults: { effort: 'extreme' } }
		const problems = problemsOf(wrongValues, file)
		expect(namesOf(problems).toSorted()).toEqual(
			[...Object.keys(wrongValues), 'configuration file, defaults.effort'].toSorted(),
		)
		for (const problem of problems) {
			expect(Object.values(problem).every((text) => text !== '')).toBe(true)
			expect(describeProblem(problem)).toMatch(/^.+: found .+; expected .+\. .+\.$/s)
		}
	})

	test.each([
		['THREADWISE_CONCURRENCY', ['1', '1000'], ['0', '1001', '1.5', '1e3', '٣', 'all']],
		['THREADWISE_PORT', ['1', '65535'], ['0', '65536', '80.5', '-1']],
		['THREADWISE_HOST', ['0.0.0.0', '::1', 'bot.example'], ['a b', 'http://x']],
		[
			'THREADWISE_PUBLIC_URL',
			['https://x', 'http://x:8080/'],
			['x', 'https://x/path', 'https://x?a', 'https://a:b@x', 'ws://x'],
		],
		['THREADWISE_TOKEN', ['x'.repeat(24), '!'.repeat(500)], ['x'.repeat(23), `${'x'.repeat(24)} y`, 'ä'.repeat(24)]],
		['THREADWISE_PLAYGROUND', ['on', 'off'], ['yes', 'ON']],
		[
			'THREADWISE_TRUSTED_PROXIES',
			['127.0.0.1', '::1, 10.0.0.0/8', 'fd00::/8,192.168.0.7', '::ffff:10.0.0.1'],
			[
				'proxy',
				'10.0.0',
				'10',
				'10.0.0.0/33',
				'0.0.0.0/0',
				'::/0',
				'10.0.0.0/',
				'10.0.0.0/8/8',
				'127.0.0.1,',
				'fe80::1%eth0/x',
			],
		],
		['THREADWISE_LONGEST_QUESTION', ['100', '1000000'], ['99', '1000001']],
		['THREADWISE_USD_PER_DAY', ['5', '0.50', '0.000001'], ['0', '-1', '$5', '1e3', '0.0000001', '.5']],
		['THREADWISE_MODEL_TIMEOUT_MS', ['100', '3600000'], ['99', '3600001', 'Infinity']],
		['DATABASE_URL', ['postgres://db/x', 'postgresql://db/x'], ['db', 'postgres', 'http://db']],
		[
			'OPENAI_BASE_URL',
			['http://x/v1', 'https://x'],
			['x', 'ws://x', 'file:///etc/passwd', 'http://me@x/v1', 'https://:p@x'],
		],
	])('%s takes %j and refuses %j', (name, good, bad) => {
		for (const value of good) expect(problemsOf({ [name]: value })).toEqual([])
		for (const value of bad) expect(namesOf(problemsOf({ [name]: value }))).toEqual([name])
	})

	test('an address of models with a password, which nothing would ever be sent to, is told with where keys belong', () => {
		expect(problemsOf({ OPENAI_BASE_URL: 'https://me:s3cret@models.example/v1' }).map(describeProblem)).toEqual([
			'OPENAI_BASE_URL: found https://(hidden)@models.example/v1; expected an http or https address without user and password, ' +
				'such as http://127.0.0.1:11434/v1. Correct the address and put its key, if it has one, into OPENAI_API_KEY; or leave ' +
				'the variable out to use OpenAI.',
		])
		const [problem] = problemsOf({}, { endpoints: { house: { baseUrl: 'https://me:s3cret@models.example/v1' } } })
		expect(problem).toMatchObject({
			variable: 'configuration file, endpoints.house.baseUrl',
			expected: expect.stringContaining('apiKeyVariable'),
		})
	})

	test('no secret is ever in a problem', () => {
		const canary = 'cAnArY-4711'
		const places: readonly (readonly [Env, unknown])[] = [
			[{ DATABASE_URL: `mysql://bot:${canary}@db` }, null],
			[{ DATABASE_URL: canary }, null],
			[{ REDIS_URL: `http://:${canary}@cache` }, null],
			[{ REDIS_URL: `redis://:${canary}@cache` }, null],
			[{ OPENAI_API_KEY: `${canary} ${canary}` }, null],
			[{ SLACK_BOT_TOKEN: canary }, null],
			[{ SLACK_APP_TOKEN: `xoxb-${canary}` }, null],
			[{ SLACK_BOT_TOKEN: `xoxb-${canary}`, SLACK_SIGNING_SECRET: `${canary} ${canary}` }, null],
			[{ SLACK_API_URL: `ftp://me:${canary}@x` }, null],
			[{ THREADWISE_TOKEN: canary }, null],
			[{ THREADWISE_TOKENS: `${canary}:${canary},${canary}` }, null],
			[{ THREADWISE_PUBLIC_URL: `https://bot:${canary}@x` }, null],
			[{ OPENAI_BASE_URL: `ftp://user:${canary}@models.example/v1` }, null],
			[{ OPENAI_BASE_URL: `https://user:${canary}@models.example/v1` }, null],
			[{ OPENAI_BASE_URL: `http:user:${canary}@models.example/v1` }, null],
			[{ OPENAI_BASE_URL: `http:\\\\user:a b ${canary}@models.example/v1` }, null],
			[{ OPENAI_BASE_URL: `user:${canary}@models.example/v1` }, null],
			[{}, { endpoints: { house: { baseUrl: `ftp://user:${canary}@x` } } }],
			[{}, { endpoints: { house: { baseUrl: `https://user:${canary}@x` } } }],
			[{}, { endpoints: { house: { baseUrl: 'http://x', apiKeyVariable: `sk-${canary}` } } }],
			[{}, { endpoints: { house: { baseUrl: 'http://x', apiKey: canary } } }],
			[{ HOUSE_KEY: canary }, { endpoints: { house: { baseUrl: 'x', apiKeyVariable: 'HOUSE_KEY' } } }],
			[{}, canary],
			[{}, { models: { fast: { model: 7, endpoint: canary } } }],
		]
		for (const [env, file] of places) {
			const problems = problemsOf(env, file)
			if (namesOf(problems).length === 0) throw new Error(`nothing is wrong with ${JSON.stringify([env, file])}`)
			expect(JSON.stringify(problems)).not.toContain(canary)
		}
	})

	test('nothing that anybody writes makes it throw', () => {
		const env = fc.dictionary(fc.constantFrom(...Object.keys(variables)), fc.string())
		fc.assert(
			fc.property(env, fc.option(fc.object(), { nil: null }), (values, file) => {
				const loaded = loadConfig(values, file)
				expect(loaded.ok || loaded.problems.length > 0).toBe(true)
			}),
		)
	})
})

describe('what is right of a configuration in which something is wrong', () => {
	test('is kept, and every problem is told', () => {
		const env = { THREADWISE_EFFORT: 'extreme', THREADWISE_CONCURRENCY: '3', DATABASE_URL: 'mysql://db' }
		const { config, problems } = loadConfigPartly(env, { defaults: { workflow: 'quick' } })
		expect(namesOf(problems)).toEqual(namesOf(problemsOf(env)))
		expect(config).toMatchObject({ concurrency: 3, defaults: { effort: 'medium', workflow: 'quick' } })
	})

	test('does without the file where that is to blame', () => {
		const file = { models: { fast: { model: 'x', endpoint: 'nowhere' } } }
		const { config, problems } = loadConfigPartly({ THREADWISE_CONCURRENCY: '3' }, file)
		expect(problems).toEqual(problemsOf({}, file))
		expect(config).toMatchObject({ concurrency: 3, models: { kind: 'practice' } })
	})

	test('is something whatever anybody writes', () => {
		const env = fc.dictionary(fc.constantFrom(...Object.keys(variables)), fc.string())
		fc.assert(
			fc.property(env, fc.option(fc.object(), { nil: null }), (values, file) => {
				const { config, problems } = loadConfigPartly(values, file)
				const loaded = loadConfig(values, file)
				expect(problems).toEqual(loaded.ok ? [] : loaded.problems)
				if (loaded.ok) expect(config).toEqual(loaded.config)
			}),
		)
	})
})

test('aliases that count as free because nobody knows their price are named', () => {
	const file = {
		models: { fast: { model: 'gpt-4.1' }, strong: { model: 'mine' }, judge: { model: 'free', price: noPrice } },
	}
	expect(configOf({ OPENAI_API_KEY: 'k' }, file).models).toMatchObject({ unpriced: ['strong'] })
	expect(configOf({ OPENAI_API_KEY: 'k' }).models).toMatchObject({ unpriced: [] })
})

test('.env.example documents exactly the variables that are read, and is a valid configuration as it stands', () => {
	const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
	const lines = text.split('\n').flatMap((line) => /^([A-Z_]+)=(.*)$/.exec(line)?.slice(1) ?? [])
	const documented = lines.filter((_, index) => index % 2 === 0)
	expect(documented.toSorted()).toEqual(Object.keys(variables).toSorted())
	const values = Object.fromEntries(documented.map((name, index) => [name, lines[index * 2 + 1] ?? '']))
	expect(configOf(values)).toEqual(configOf({}))
})
