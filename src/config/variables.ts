import { isIP } from 'node:net'
import { z } from 'zod'
import { effortSchema } from '../core/run-preferences.ts'
import { type TokenHolder, tokenHoldersIn, troubleWithTokens } from './people.ts'
import type { ConfigProblem } from './problem.ts'

/** How one environment variable is read, and what to tell when it can't be. */
type Variable<Value> = {
	readonly schema: z.ZodType<Value, string>
	readonly expected: string
	readonly fix: string
	/** Never shown, not even in a problem. */
	readonly secret?: true
	/** What can be told of a secret without giving it away. */
	readonly kindOf?: (found: string) => string | null
}

const variable = <Value>(spec: Variable<Value>): Variable<Value> => spec
/** Whether nobody's user and password stand in an address: `fetch` refuses to send anything to one that has them. */
export function hasNoCredentials(address: string): boolean {
	const { username, password } = URL.parse(address) ?? { username: '', password: '' }
	return username === '' && password === ''
}

const url = (protocol: RegExp) => z.url({ protocol }) as z.ZodType<string, string>
const integer = (least: number, most: number) =>
	z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(least).max(most))

/** A range of all addresses would trust everybody. */
function isAddressOrRange(text: string): boolean {
	const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
	const most = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
	return most > 0 && (bits === undefined || (Number(bits) > 0 && Number(bits) <= most))
}

/** How much is logged, from nothing to everything. */
const logLevelSchema = z.enum(['silent', 'error', 'warn', 'info', 'debug'])
export type LogLevel = z.infer<typeof logLevelSchema>

/** The beginning of a token of Slack's says what it is for, and gives nothing away. */
function slackTokenKind(found: string): string | null {
	const kinds = {
		'xoxb-': 'a bot token',
		'xapp-': 'an app-level token',
		'xoxp-': 'a token of a user',
		xoxe: 'a token that expires',
	}
	const kind = Object.entries(kinds).find(([beginning]) => found.startsWith(beginning))
	return kind === undefined ? null : `${kind[1]} (${kind[0]}…)`
}

/** What Slack calls a secret is none of its tokens. */
const slackSecret = z.string().regex(/^(?!xox|xapp-)[\x21-\x7E]{16,}$/)

/** The first seals, all of them open. */
const tokenKeys = z
	.string()
	.regex(/^[\da-f]{64}(?:\s*,\s*[\da-f]{64})*$/i)
	.transform((text): readonly Uint8Array[] => text.split(/\s*,\s*/).map((key) => Buffer.from(key, 'hex')))

/** The other things that the developer portal shows, and that are copied in a token's place. */
function discordTokenKind(found: string): string | null {
	if (found.startsWith('Bot ')) return 'a token with the word "Bot" before it'
	if (/^\d{17,20}$/.test(found)) return 'the id of an application'
	if (/^[\da-f]{64}$/i.test(found)) return 'the public key of an application'
	return /^[\w-]{32}$/.test(found) ? 'a client secret' : null
}

/** As the OpenTelemetry specification writes headers: `name=value,name=value`, percent-encoded. */
const headers = z
	.string()
	.regex(/^\s*[\w.-]+\s*=(?:[^,%]|%[\da-f]{2})*(?:,\s*[\w.-]+\s*=(?:[^,%]|%[\da-f]{2})*)*$/i)
	.transform(
		(text): Readonly<Record<string, string>> =>
			Object.fromEntries(
				text.split(',').map((header) => {
					const at = header.indexOf('=')
					return [header.slice(0, at).trim(), decodeURIComponent(header.slice(at + 1).trim())]
				}),
			),
	)

/** Every environment variable that Threadwise reads. `.env.example` documents each of them. */
export const variables = {
	THREADWISE_DATA_DIR: variable({
		schema: z.string(),
		expected: 'a folder',
		fix: 'Name a folder that this user may write to, such as .threadwise.',
	}),
	THREADWISE_CONFIG: variable({
		schema: z.string(),
		expected: 'the path of a YAML file',
		fix: 'Name the file, or leave the variable out.',
	}),
	DATABASE_URL: variable({
		schema: url(/^postgres(?:ql)?$/),
		expected: 'an address such as postgres://user:password@host:5432/threadwise',
		fix: 'Correct the address, or leave the variable out to use the embedded database.',
		secret: true,
	}),
	REDIS_URL: variable({
		schema: url(/^rediss?$/),
		expected: 'an address such as redis://host:6379',
		fix: 'Correct the address, or leave the variable out to keep the queue in the database.',
		secret: true,
	}),
	THREADWISE_HOST: variable({
		schema: z.string().regex(/^[\w.:-]+$/),
		expected: 'an address of this machine such as 127.0.0.1, or 0.0.0.0 for all of them',
		fix: 'Correct the address, or leave the variable out to be reached from this machine only.',
	}),
	THREADWISE_PORT: variable({
		schema: integer(1, 65_535),
		expected: 'a port between 1 and 65535',
		fix: 'Name a free port, or leave the variable out: start takes 3210 or the next free one, bot and worker serve nothing.',
	}),
	THREADWISE_PUBLIC_URL: variable({
		schema: url(/^https?$/)
			.refine((text) => URL.parse(text)?.href === `${URL.parse(text)?.origin}/`)
			.transform((text) => new URL(text).origin),
		expected: 'an http or https address without a path, such as https://threadwise.example.com',
		fix: 'Name the address by which others reach the page, or leave the variable out.',
	}),
	THREADWISE_TOKEN: variable({
		schema: z.string().regex(/^[\x21-\x7E]{24,500}$/),
		expected: 'at least 24 characters without spaces',
		fix: 'Let `openssl rand -hex 24` make one.',
		secret: true,
	}),
	THREADWISE_TOKENS: variable({
		schema: z
			.string()
			.refine((text) => troubleWithTokens(text) === null)
			.transform((text): readonly TokenHolder[] => tokenHoldersIn(text)),
		expected:
			'name:token or name:token:admin for each person, separated by commas, with tokens of at least 24 characters',
		fix: 'Write them so, such as ada:…:admin,bob:…, and let `openssl rand -hex 24` make each token.',
		secret: true,
		kindOf: troubleWithTokens,
	}),
	THREADWISE_TRUSTED_PROXIES: variable({
		schema: z
			.string()
			.transform((text): readonly string[] => text.split(',').map((range) => range.trim()))
			.refine((ranges) => ranges.every(isAddressOrRange)) as z.ZodType<readonly string[], string>,
		expected: 'addresses or ranges such as 127.0.0.1 or 172.16.0.0/12, separated by commas',
		fix: 'Name the proxies before Threadwise by their numbers, never everybody: whoever is trusted passes for whom they like.',
	}),
	THREADWISE_PLAYGROUND: variable({
		schema: z.enum(['on', 'off']) as z.ZodType<'on' | 'off', string>,
		expected: '"on" or "off"',
		fix: 'Use one of the two, or leave the variable out: then the page is served.',
	}),
	SLACK_BOT_TOKEN: variable({
		schema: z.string().regex(/^xoxb-[\w-]+$/),
		expected: 'a bot token, which begins with xoxb-',
		fix: 'Copy the Bot User OAuth Token of your app (OAuth & Permissions); one that begins with xapp- belongs into SLACK_APP_TOKEN.',
		secret: true,
		kindOf: slackTokenKind,
	}),
	SLACK_APP_TOKEN: variable({
		schema: z.string().regex(/^xapp-[\w-]+$/),
		expected: 'an app-level token, which begins with xapp-',
		fix: 'Copy an App-Level Token of your app (Basic Information); one that begins with xoxb- belongs into SLACK_BOT_TOKEN.',
		secret: true,
		kindOf: slackTokenKind,
	}),
	SLACK_SIGNING_SECRET: variable({
		schema: slackSecret,
		expected: 'a signing secret, which has at least 16 characters and no spaces, and is no token',
		fix: 'Copy the Signing Secret of your app (Basic Information, App Credentials).',
		secret: true,
		kindOf: slackTokenKind,
	}),
	SLACK_CLIENT_ID: variable({
		schema: z.string().regex(/^\d+\.\d+$/),
		expected: 'a client ID, which is two numbers with a dot between them',
		fix: 'Copy the Client ID of your app (Basic Information, App Credentials).',
	}),
	SLACK_CLIENT_SECRET: variable({
		schema: slackSecret,
		expected: 'a client secret, which has at least 16 characters and no spaces, and is no token',
		fix: 'Copy the Client Secret of your app (Basic Information, App Credentials).',
		secret: true,
		kindOf: slackTokenKind,
	}),
	SLACK_STATE_SECRET: variable({
		schema: z.string().regex(/^[\x21-\x7E]{24,500}$/),
		expected: 'at least 24 characters without spaces',
		fix: 'Let `openssl rand -hex 24` make one, or leave the variable out: then it is made from SLACK_TOKEN_KEY.',
		secret: true,
	}),
	SLACK_TOKEN_KEY: variable({
		schema: tokenKeys,
		expected: 'a key of 32 bytes, written as 64 hexadecimal digits; earlier keys may follow it, separated by commas',
		fix: 'Let `openssl rand -hex 32` make one, and keep it as you keep the database: without it the tokens in there are lost.',
		secret: true,
	}),
	SLACK_ALLOWED_WORKSPACES: variable({
		schema: z
			.string()
			.regex(/^T\w+(?:\s*,\s*T\w+)*$/)
			.transform((text): readonly string[] => text.split(/\s*,\s*/)),
		expected: 'ids of workspaces such as T0123ABC, separated by commas',
		fix: 'Copy them from the addresses of the workspaces in a browser, or leave the variable out: then every workspace may install it.',
	}),
	SLACK_API_URL: variable({
		schema: url(/^https?$/).transform((text) => text.replace(/\/*$/, '/')),
		expected: 'an http or https address such as https://slack.com/api/',
		fix: 'Correct the address, or leave the variable out: then it is that of Slack.',
	}),
	SLACK_ALLOWED_BOTS: variable({
		schema: z
			.string()
			.regex(/^[BU]\w+(?:\s*,\s*[BU]\w+)*$/)
			.transform((text): readonly string[] => text.split(/\s*,\s*/)),
		expected: 'ids of bots such as B0123ABC, separated by commas',
		fix: 'Copy them from the profiles of the bots, or leave the variable out: then no bot is answered.',
	}),
	DISCORD_BOT_TOKEN: variable({
		schema: z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+$/),
		expected: 'the token of a bot, which has three parts with dots between them',
		fix: 'Copy the token of your app (https://discord.com/developers/applications, Bot, Reset Token).',
		secret: true,
		kindOf: discordTokenKind,
	}),
	DISCORD_API_URL: variable({
		schema: url(/^https?$/).transform((text) => text.replace(/(?:\/v\d+)?\/*$/, '')),
		expected: 'an http or https address such as https://discord.com/api',
		fix: 'Correct the address, or leave the variable out: then it is that of Discord.',
	}),
	DISCORD_ALLOWED_BOTS: variable({
		schema: z
			.string()
			.regex(/^\d+(?:\s*,\s*\d+)*$/)
			.transform((text): readonly string[] => text.split(/\s*,\s*/)),
		expected: 'ids of bots such as 1234567890123456789, separated by commas',
		fix: 'Copy them from Discord (developer mode, Copy User ID), or leave the variable out: then no bot is answered.',
	}),
	OPENAI_API_KEY: variable({
		schema: z.string().regex(/^\S+$/),
		expected: 'a key without spaces',
		fix: 'Copy the key again.',
		secret: true,
	}),
	OPENAI_BASE_URL: variable({
		schema: url(/^https?$/).refine(hasNoCredentials),
		expected: 'an http or https address without user and password, such as http://127.0.0.1:11434/v1',
		fix: 'Correct the address and put its key, if it has one, into OPENAI_API_KEY; or leave the variable out to use OpenAI.',
	}),
	THREADWISE_MODEL: variable({
		schema: z.string(),
		expected: 'a model name',
		fix: 'Name a model that the server has; it is used wherever no other variable names one.',
	}),
	THREADWISE_MODEL_FAST: variable({
		schema: z.string(),
		expected: 'a model name',
		fix: 'Name a model that the server has.',
	}),
	THREADWISE_MODEL_STRONG: variable({
		schema: z.string(),
		expected: 'a model name',
		fix: 'Name a model that the server has.',
	}),
	THREADWISE_MODEL_JUDGE: variable({
		schema: z.string(),
		expected: 'a model name',
		fix: 'Name a model that the server has.',
	}),
	THREADWISE_MODEL_KIND: variable({
		schema: z.enum(['plain', 'reasoning']),
		expected: '"plain", or "reasoning" for models that think before they write',
		fix: 'Use one of the two; the configuration file can set it for each alias.',
	}),
	THREADWISE_MODEL_TIMEOUT_MS: variable({
		schema: integer(100, 3_600_000),
		expected: 'milliseconds between 100 and 3600000',
		fix: 'Say how long a model server may stay silent; raise it for slow local models.',
	}),
	THREADWISE_EFFORT: variable({
		schema: effortSchema as z.ZodType<z.infer<typeof effortSchema>, string>,
		expected: '"low", "medium" or "high"',
		fix: 'Use one of the three.',
	}),
	THREADWISE_WORKFLOW: variable({
		schema: z.string(),
		expected: 'the name of a workflow',
		fix: 'Use the name of a file in src/workflows, such as default.',
	}),
	THREADWISE_CONCURRENCY: variable({
		schema: integer(1, 1_000),
		expected: 'a number between 1 and 1000',
		fix: 'Say how many questions one worker answers side by side.',
	}),
	THREADWISE_USD_PER_DAY: variable({
		schema: z
			.string()
			.regex(/^\d+(?:\.\d{1,6})?$/)
			.transform(Number)
			.pipe(z.number().positive().max(1_000_000_000)),
		expected: 'dollars above 0, such as 5 or 0.50',
		fix: 'Say what one installation may spend on a day, or leave the variable out for no such limit.',
	}),
	THREADWISE_LONGEST_QUEUE: variable({
		schema: integer(1, 1_000_000),
		expected: 'a number between 1 and 1000000',
		fix: 'Say how many questions may wait before further ones are refused.',
	}),
	THREADWISE_LOG_LEVEL: variable({
		schema: logLevelSchema as z.ZodType<LogLevel, string>,
		expected: '"silent", "error", "warn", "info" or "debug"',
		fix: 'Use one of the five, or leave the variable out: services log "info", commands "warn".',
	}),
	OTEL_EXPORTER_OTLP_ENDPOINT: variable({
		schema: url(/^https?$/),
		expected: 'the http or https address of an OpenTelemetry collector, such as http://127.0.0.1:4318',
		fix: 'Correct the address, or leave the variable out to send no traces.',
	}),
	OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: variable({
		schema: url(/^https?$/),
		expected: 'the whole http or https address for traces, such as http://127.0.0.1:4318/v1/traces',
		fix: 'Correct the address, or leave the variable out; OTEL_EXPORTER_OTLP_ENDPOINT names the collector without a path.',
	}),
	OTEL_EXPORTER_OTLP_HEADERS: variable({
		schema: headers,
		expected: 'headers such as api-key=abc,tenant=one, with what is special percent-encoded',
		fix: 'Write name=value, separated by commas.',
		secret: true,
	}),
	THREADWISE_LONGEST_QUESTION: variable({
		schema: integer(100, 1_000_000),
		expected: 'a number of characters between 100 and 1000000',
		fix: 'Say how long a question may be.',
	}),
} as const

type Variables = typeof variables
export type VariableName = keyof Variables
export type VariableValues = { readonly [Name in VariableName]?: z.output<Variables[Name]['schema']> }

/** Reads all variables; an empty one counts as absent. Reports every one that can't be read, never only the first. */
export function readVariables(env: Readonly<Record<string, string | undefined>>): {
	readonly values: VariableValues
	readonly problems: readonly ConfigProblem[]
} {
	const values: Record<string, unknown> = {}
	const problems: ConfigProblem[] = []
	for (const [name, spec] of Object.entries<Variable<unknown>>(variables)) {
		const found = env[name]?.trim() ?? ''
		if (found === '') continue
		const parsed = spec.schema.safeParse(found)
		if (parsed.success) values[name] = parsed.data
		else problems.push({ variable: name, found: shown(found, spec), expected: spec.expected, fix: spec.fix })
	}
	return { values: values as VariableValues, problems }
}

/** What is wrong with one value by itself; null if nothing is. */
export function problemWith(name: VariableName, value: string): ConfigProblem | null {
	return readVariables({ [name]: value }).problems[0] ?? null
}

/** An address may carry a password. */
function shown(found: string, { secret, kindOf }: Variable<unknown>): string {
	if (secret) return kindOf?.(found) ?? '(hidden)'
	return found.replace(/^([a-z][a-z\d+.-]*:[/\\]*)?.*@/is, '$1(hidden)@')
}
