import type { Effort } from '../core/run-preferences.ts'
import type { DayBudgets } from '../core/spend-store.ts'
import { dayBudgetsFrom } from './day-budgets.ts'
import { type DiscordConfig, discordConfigFrom } from './discord.ts'
import { type ConfigFile, readFileSettings } from './file.ts'
import { type ModelConfig, modelConfigFrom } from './model-settings.ts'
import { type PlaygroundConfig, playgroundConfigFrom } from './playground.ts'
import type { ConfigProblem } from './problem.ts'
import { secretsIn } from './secrets.ts'
import { type SlackConfig, slackConfigFrom } from './slack.ts'
import { type LogLevel, readVariables, type VariableValues } from './variables.ts'

/** Where runs are kept, and where their deliveries wait. */
export type StorageConfig =
	| { readonly store: 'embedded'; readonly dataFolder: string; readonly queue: 'database' }
	| { readonly store: 'server'; readonly databaseUrl: string; readonly queue: 'database' }
	| { readonly store: 'server'; readonly databaseUrl: string; readonly queue: 'redis'; readonly redisUrl: string }

export type HttpAddress = { readonly host: string; readonly port: number }

/** Where traces are sent. */
export type TraceTarget = { readonly url: string; readonly headers: Readonly<Record<string, string>> }

export type Config = {
	readonly storage: StorageConfig
	readonly models: ModelConfig
	/** Where health and metrics are told and the page is served; null: nowhere was named. */
	readonly http: HttpAddress | null
	readonly playground: PlaygroundConfig
	/** Null: not in use. */
	readonly slack: SlackConfig | null
	/** Null: not in use. */
	readonly discord: DiscordConfig | null
	readonly defaults: {
		readonly effort: Effort
		readonly workflow: string
		/** What is different in a channel, by `<platform>/<channel id>`. */
		readonly channels: ConfigFile['channels']
	}
	/** What persons, channels and installations may spend on a day. */
	readonly budgets: DayBudgets
	/** How many runs one worker works on side by side. */
	readonly concurrency: number
	/** In characters. */
	readonly longestQuestion: number
	/** How many questions may wait for a worker before further ones are refused. */
	readonly longestQueue: number
	/** How much is logged; null: what suits the command. */
	readonly logLevel: LogLevel | null
	/** What no log may show. */
	readonly secrets: readonly string[]
	/** Null: nothing is traced. */
	readonly traces: TraceTarget | null
}

type Env = Readonly<Record<string, string | undefined>>

export type LoadedConfig =
	| { readonly ok: true; readonly config: Config }
	| { readonly ok: false; readonly problems: readonly ConfigProblem[] }

/**
 * The configuration from the environment and the parsed configuration file (null if there is none). Pure: it reads nothing by
 * itself, and reports everything that is wrong at once.
 */
export function loadConfig(env: Env, file: unknown): LoadedConfig {
	const variables = readVariables(env)
	const settings = readFileSettings(file)
	const { values } = variables
	const storage = storageFrom(values, variables.problems)
	const models = modelConfigFrom(values, settings.file, env)
	const slack = slackConfigFrom(values, variables.problems)
	const playground = playgroundConfigFrom(values, variables.problems)
	const problems = [
		...[...variables.problems, ...settings.problems],
		...[...storage.problems, ...models.problems, ...slack.problems, ...playground.problems],
	]
	if (problems.length > 0) return { ok: false, problems }
	return {
		ok: true,
		config: {
			storage: storage.storage,
			models: models.models,
			http: httpFrom(values),
			playground: playground.playground,
			slack: slack.slack,
			discord: discordConfigFrom(values),
			defaults: {
				effort: values.THREADWISE_EFFORT ?? settings.file.defaults.effort ?? 'medium',
				workflow: values.THREADWISE_WORKFLOW ?? settings.file.defaults.workflow ?? 'default',
				channels: settings.file.channels,
			},
			budgets: dayBudgetsFrom(values, settings.file),
			concurrency: values.THREADWISE_CONCURRENCY ?? 8,
			longestQuestion: values.THREADWISE_LONGEST_QUESTION ?? 32_000,
			longestQueue: values.THREADWISE_LONGEST_QUEUE ?? 1_000,
			logLevel: values.THREADWISE_LOG_LEVEL ?? null,
			secrets: secretsIn(env, models.models),
			traces: tracesFrom(values),
		},
	}
}

export type PartlyLoadedConfig = {
	/** Of what is right; everything else has its default. */
	readonly config: Config
	readonly problems: readonly ConfigProblem[]
}

/** The same where something is wrong with it, for whoever looks for more that is wrong. */
export function loadConfigPartly(env: Env, file: unknown): PartlyLoadedConfig {
	const loaded = loadConfig(env, file)
	if (loaded.ok) return { config: loaded.config, problems: [] }
	const wrong = new Set(loaded.problems.map(({ variable }) => variable))
	const right = Object.fromEntries(Object.entries(env).filter(([name]) => !wrong.has(name)))
	const isSmaller = Object.keys(right).length < Object.keys(env).length
	// What is left after the wrong variables may only be wrong because of them.
	const rest = isSmaller ? loadConfigPartly(right, file) : loadConfigPartly(file === null ? {} : env, null)
	return { config: rest.config, problems: loaded.problems }
}

function httpFrom({ THREADWISE_HOST: host = '127.0.0.1', THREADWISE_PORT: port }: VariableValues): HttpAddress | null {
	return port === undefined ? null : { host, port }
}

/** The address for traces is taken as it is; that of a collector gets the path that the protocol names. */
function tracesFrom(values: VariableValues): TraceTarget | null {
	const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole, OTEL_EXPORTER_OTLP_ENDPOINT: collector } = values
	const headers = values.OTEL_EXPORTER_OTLP_HEADERS ?? {}
	if (whole !== undefined) return { url: whole, headers }
	return collector === undefined ? null : { url: `${collector.replace(/\/$/, '')}/v1/traces`, headers }
}

/** The four cells of store and queue; the fourth, a queue on Redis beside an embedded database, is a mistake. */
function storageFrom(
	values: VariableValues,
	unreadable: readonly ConfigProblem[],
): { readonly storage: StorageConfig; readonly problems: readonly ConfigProblem[] } {
	const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, THREADWISE_DATA_DIR: dataFolder = '.threadwise' } = values
	if (databaseUrl !== undefined && redisUrl !== undefined) {
		return { storage: { store: 'server', databaseUrl, queue: 'redis', redisUrl }, problems: [] }
	}
	if (databaseUrl !== undefined) return { storage: { store: 'server', databaseUrl, queue: 'database' }, problems: [] }
	const databaseWasMeant = unreadable.some(({ variable }) => variable === 'DATABASE_URL')
	const problems = redisUrl !== undefined && !databaseWasMeant ? [redisAlone] : []
	return { storage: { store: 'embedded', dataFolder, queue: 'database' }, problems }
}

const redisAlone: ConfigProblem = {
	variable: 'REDIS_URL',
	found: 'an address, but no DATABASE_URL',
	expected: 'both or neither: other processes that share the queue must reach the same database',
	fix: 'Set DATABASE_URL to a PostgreSQL server, or take REDIS_URL out.',
}
