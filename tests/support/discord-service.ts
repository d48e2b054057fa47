import { join } from 'node:path'
import { connectDiscord } from '../../src/cli/discord.ts'
import { createLog } from '../../src/cli/log.ts'
import { createOpenParts } from '../../src/cli/open-parts.ts'
import { openRuntime, type Runtime } from '../../src/cli/runtime.ts'
import { describeProblem, loadConfig } from '../../src/config/index.ts'
import { temporaryFolder } from './data-folder.ts'
import { unpackDatabaseDump } from './database-dump.ts'
import { type LocalDiscord, startLocalDiscord } from './discord/local-discord.ts'
import type { LocalDiscordChoices } from './discord/options.ts'
import { discordVariables } from './platform-variables.ts'

/** What `start` runs, in this process, connected to a Discord of its own: the embedded database, the queue, a worker and discord.js. */
export type DiscordService = AsyncDisposable & {
	readonly discord: LocalDiscord
	readonly runtime: () => Runtime
	/** Ends everything but the Discord and starts it again on the same data. */
	restart(): Promise<void>
}

export type DiscordServiceOptions = {
	readonly modelUrl: string
	/** The dump of a fresh database, so that none has to be created. */
	readonly databaseDump: string
	/** What this Discord is like; its rates run fast unless chosen otherwise. */
	readonly discord?: LocalDiscordChoices
}

export async function startDiscordService({
	modelUrl,
	databaseDump,
	discord: choices,
}: DiscordServiceOptions): Promise<DiscordService> {
	await using opened = new AsyncDisposableStack()
	const folder = opened.use(await temporaryFolder())
	await unpackDatabaseDump(databaseDump, join(folder.path, 'database'))
	const discord = opened.use(await startLocalDiscord({ clockSpeed: 1_000, ...choices }))
	const settings = { THREADWISE_DATA_DIR: folder.path, OPENAI_BASE_URL: modelUrl, ...discordVariables(discord) }
	let running = await open(settings)
	opened.defer(() => running.close())
	const closing = opened.move()
	return {
		discord,
		runtime: () => running.runtime,
		restart: async () => {
			await running.close()
			running = await open(settings)
		},
		[Symbol.asyncDispose]: () => closing.disposeAsync(),
	}
}

async function open(settings: Readonly<Record<string, string>>) {
	const loaded = loadConfig(settings, null)
	if (!loaded.ok) throw new Error(loaded.problems.map(describeProblem).join('\n'))
	const { log } = createLog('silent')
	const parts = createOpenParts()
	const runtime = await openRuntime({ config: loaded.config, log }, parts)
	await runtime.startWorker()
	const platform = await connectDiscord(loaded.config, runtime, log)
	if (platform === null) throw new Error('Discord is not configured')
	await runtime.servePlatforms([platform])
	return { runtime, close: async () => parts[Symbol.asyncDispose]() }
}
