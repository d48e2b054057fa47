import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'
import type { JobQueue } from '../core/job-queue.ts'
import type { RunStore } from '../core/run-store.ts'
import { createIntake, type Intake, startSweeper } from '../intake/index.ts'
import { createLanguageModels, type ModelSettings } from '../models/index.ts'
import { createFilePromptSource } from '../prompts/index.ts'
import { createJobQueue } from '../queue/index.ts'
import { loadWorkflows, type ReasoningDependencies, reasoningPromptFolder } from '../reasoning/index.ts'
import { stagePromptFolders } from '../stages/index.ts'
import { createRunStore, type Database, openEmbeddedDatabase, openServerDatabase } from '../store/index.ts'
import { startWorker } from '../worker/index.ts'
import { practiceDisclosure, startPracticeModel } from './practice-process.ts'

const workflowsFolder = fileURLToPath(new URL('../workflows', import.meta.url))

/** Everything that answers questions, wired together in this process. */
export type Runtime = AsyncDisposable & { readonly store: RunStore; readonly intake: Intake }

export type RuntimeOptions = {
	readonly config: Config
	readonly log: Logger
	/** Command-line arguments of the practice model, for when it answers. */
	readonly practiceArguments?: readonly string[]
}

/**
 * Opens database, queue, models and a worker. The caller holds the lock on the data folder if the database is embedded.
 * Disposing it stops taking questions, hands back what is unfinished, and closes everything in reverse order.
 */
export async function openRuntime({ config, log, practiceArguments }: RuntimeOptions): Promise<Runtime> {
	const opened = new AsyncDisposableStack()
	try {
		const { store, queue } = await openStorage(config, log, opened)
		const reasoning = await openReasoning(config, practiceArguments, opened)
		const warn = (what: string) => (error: unknown) => log.warn({ error }, what)
		const intake = createIntake({
			store,
			queue,
			longestQuestion: config.longestQuestion,
			onTrouble: warn('a run could not be enqueued; it will be'),
		})
		const owner = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`
		opened.use(
			await startWorker(
				{ store, queue, reasoning, owner },
				{ concurrency: config.concurrency, onTrouble: warn('a delivery failed') },
			),
		)
		if (config.storage.store === 'embedded') await takeOverFromTheDead(store, intake)
		opened.use(startSweeper(intake, warn('a sweep failed')))
		return { store, intake, [Symbol.asyncDispose]: () => opened.disposeAsync() }
	} catch (error) {
		await opened.disposeAsync()
		throw error
	}
}

/** Whoever owns the embedded database owns it alone, so nobody else can be working on its runs: they go on at once. */
async function takeOverFromTheDead(store: RunStore, intake: Intake): Promise<void> {
	await store.abandonLeases()
	await intake.sweep(0)
}

type Storage = { readonly store: RunStore; readonly queue: JobQueue }

async function openStorage({ storage }: Config, log: Logger, opened: AsyncDisposableStack): Promise<Storage> {
	const database: Database =
		storage.store === 'embedded'
			? await openEmbeddedDatabase({ folder: storage.dataFolder })
			: await openServerDatabase(storage.databaseUrl)
	opened.defer(() => database.close())
	const store = await createRunStore(database)
	opened.defer(() => store.close())
	const location =
		storage.queue === 'redis'
			? { kind: 'redis' as const, url: storage.redisUrl }
			: { kind: 'postgres' as const, pool: database.pool }
	const queue = await createJobQueue(location, (error) => log.warn({ error }, 'the queue has trouble'))
	opened.defer(() => queue.close())
	return { store, queue }
}

async function openReasoning(
	config: Config,
	practiceArguments: readonly string[] | undefined,
	opened: AsyncDisposableStack,
): Promise<ReasoningDependencies> {
	const practice = config.models.kind === 'practice'
	const settings: ModelSettings =
		config.models.kind === 'practice'
			? opened.use(await startPracticeModel(practiceArguments)).settings
			: config.models.settings
	const models = createLanguageModels(settings)
	opened.defer(() => models.close())
	const prompts = createFilePromptSource([{ path: reasoningPromptFolder }, ...stagePromptFolders])
	const workflow = loadWorkflows(workflowsFolder, { prompts, aliases: Object.keys(settings.aliases) })
	workflow(config.defaults.workflow)
	return { models, prompts, workflow, defaults: config.defaults, disclosure: practice ? practiceDisclosure : null }
}
