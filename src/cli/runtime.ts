import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { Config, TraceTarget } from '../config/index.ts'
import type { ChatPlatform } from '../core/chat-platform.ts'
import type { DeliveryStore } from '../core/delivery-store.ts'
import type { JobQueue } from '../core/job-queue.ts'
import type { RunStore } from '../core/run-store.ts'
import type { SpendStore } from '../core/spend-store.ts'
import type { Observe } from '../core/telemetry.ts'
import { createIntake, type Intake, startSweeper } from '../intake/index.ts'
import { createFilePromptSource } from '../prompts/index.ts'
import { createJobQueue } from '../queue/index.ts'
import { createVerdictCache, loadWorkflows, type ReasoningDependencies } from '../reasoning/index.ts'
import {
	createDeliveryStore,
	createRunStore,
	createSpendStore,
	type Database,
	openEmbeddedDatabase,
	openServerDatabase,
} from '../store/index.ts'
import {
	type MetricsRegistry,
	observedAsk,
	observedDeliveryStore,
	observedModels,
	observedPlatform,
	observedStore,
	openTelemetry,
	type Telemetry,
} from '../telemetry/index.ts'
import { startWorker } from '../worker/index.ts'
import { createReadiness, type Readiness } from './health.ts'
import { openModels } from './open-models.ts'
import type { OpenParts } from './open-parts.ts'
import { practiceDisclosure } from './practice-process.ts'
import { remembered } from './remembered.ts'
import { createRunLog } from './run-log.ts'
import { servePlatforms } from './serve-platforms.ts'
import { promptFolders, workflowsFolder } from './shipped-files.ts'

/** Store, queue and intake, opened in this process, to which a worker may be added. Whoever opened it closes it. */
export type Runtime = {
	readonly store: RunStore
	readonly intake: Intake
	/** Which of database and queue don't answer. */
	readonly readiness: Readiness
	/** What this process counts and measures; null where no port is configured at which anybody could ask. */
	readonly metrics: MetricsRegistry | null
	/** Takes what people write on these platforms, and shows them what comes of it. */
	servePlatforms(platforms: readonly ChatPlatform[]): Promise<void>
	/** Starts working on runs, with models and prompts of this process. The second time, it does nothing. */
	startWorker(): Promise<void>
}

export type RuntimeOptions = {
	readonly config: Config
	readonly log: Logger
	/** Command-line arguments of the practice model, for when it answers. */
	readonly practiceArguments?: readonly string[]
}

/**
 * Opens what both halves of Threadwise need: database, queue and intake, with a sweeper in every process, so that a delivery
 * that was lost is found as long as any of them lives. The caller holds the lock on the data folder if the database is embedded.
 * Closing `opened` takes no more runs, hands back what is unfinished, and closes everything in reverse order.
 */
export async function openRuntime(options: RuntimeOptions, opened: OpenParts): Promise<Runtime> {
	const { config, log } = options
	const { store: unwatched, deliveryStore, spending, queue, readiness } = await openStorage(config, log, opened)
	const owner = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`
	const warn = (what: string) => (error: unknown, runId?: string) =>
		log.warn({ ...(runId === undefined ? {} : { runId }), error }, what)
	const { observe, metrics } = opened.use('telemetry', await watch(options, unwatched, owner))
	const store = observedStore(unwatched, observe)
	const plainIntake = createIntake({
		store,
		queue,
		spending,
		longestQuestion: config.longestQuestion,
		longestQueue: config.longestQueue,
		onTrouble: warn('a run could not be enqueued; it will be'),
	})
	const intake = { ...plainIntake, ask: observedAsk(plainIntake.ask, observe) }
	opened.use('sweeper', startSweeper(intake, warn('a sweep failed')))
	let started: Promise<void> | null = null
	const startWorker = async () => {
		if (config.storage.store === 'embedded') await takeOverFromTheDead(store, intake)
		await openWorker(options, { store, queue, spending, owner, observe }, opened)
	}
	return {
		store,
		intake,
		readiness,
		metrics,
		servePlatforms: (platforms) => {
			const onTrouble = warn('a platform has trouble')
			const watched = observedDeliveryStore(deliveryStore, observe)
			const { follow, read } = unwatched
			const parts = { intake, deliveryStore: watched, follow, read, owner, onTrouble }
			const watchedPlatforms = platforms.map((platform) => observedPlatform(platform, observe))
			return servePlatforms(watchedPlatforms, parts, opened)
		},
		startWorker: () => {
			started ??= startWorker()
			return started
		},
	}
}

/** Logs, metrics and traces of what this process does with runs. */
function watch({ config, log }: RuntimeOptions, { load }: RunStore, owner: string): Promise<Telemetry> {
	const { http, traces } = config
	const target = traces === null ? null : traceOptions(traces, owner, log)
	return openTelemetry({
		load: http === null ? null : load,
		traces: target,
		observers: [createRunLog(log)],
		onTrouble: (error) => log.error({ error }, 'something that happened could not be told'),
	})
}

function traceOptions({ url, headers }: TraceTarget, instance: string, log: Logger) {
	return {
		url,
		headers,
		instance,
		onTrouble: (error: unknown) => log.warn({ error, url }, 'traces can not be sent; nothing waits for them'),
		onRecovery: () => log.info({ url }, 'traces are sent again'),
	}
}

/** Whoever owns the embedded database owns it alone, so nobody else can be working on its runs: they go on at once. */
async function takeOverFromTheDead(store: RunStore, intake: Intake): Promise<void> {
	await store.abandonLeases()
	await intake.sweep(0)
}

type Storage = { readonly store: RunStore; readonly queue: JobQueue; readonly spending: SpendStore }

async function openStorage(
	{ storage, budgets }: Config,
	log: Logger,
	opened: OpenParts,
): Promise<Storage & { readonly deliveryStore: DeliveryStore; readonly readiness: Readiness }> {
	const database: Database =
		storage.store === 'embedded'
			? await openEmbeddedDatabase({ folder: storage.dataFolder })
			: await openServerDatabase(storage.databaseUrl)
	opened.defer('database', () => database.close())
	const store = await createRunStore(database)
	opened.defer('store', () => store.close())
	const location =
		storage.queue === 'redis'
			? { kind: 'redis' as const, url: storage.redisUrl }
			: { kind: 'postgres' as const, pool: database.pool }
	const queue = await createJobQueue(location, (error) => log.warn({ error }, 'the queue has trouble'))
	opened.defer('queue', () => queue.close())
	const readiness = createReadiness([
		{ name: 'database', ask: () => database.pool.query('SELECT 1') },
		{ name: 'queue', ask: () => queue.size() },
	])
	const spending = createSpendStore(database, budgets)
	return { store, deliveryStore: createDeliveryStore(database), spending, queue, readiness }
}

async function openWorker(
	{ config, log, practiceArguments }: RuntimeOptions,
	{ spending, observe, ...parts }: Storage & { readonly owner: string; readonly observe: Observe },
	opened: OpenParts,
): Promise<void> {
	const typicalRun = remembered(parts.store.typicalRun)
	const unwatched = await openReasoning(config, practiceArguments, observe, opened)
	const reasoning = { ...unwatched, spending, typicalRun }
	const onTrouble = (error: unknown, runId: string) => log.warn({ runId, error }, 'a delivery failed')
	const worker = await startWorker({ ...parts, reasoning }, { concurrency: config.concurrency, onTrouble })
	opened.use('worker', worker)
}

async function openReasoning(
	config: Config,
	practiceArguments: readonly string[] | undefined,
	observe: Observe,
	opened: OpenParts,
): Promise<ReasoningDependencies> {
	const { models: unwatched, serverOf, aliases, isPractice } = await openModels(config, practiceArguments, opened)
	const models = observedModels(unwatched, { observe, serverOf })
	const prompts = createFilePromptSource(promptFolders)
	const workflow = loadWorkflows(workflowsFolder, { prompts, aliases })
	// A name that is wrong is told now, not when somebody asks.
	const channels = Object.values(config.defaults.channels)
	for (const { workflow: name = config.defaults.workflow } of [config.defaults, ...channels]) workflow(name)
	const disclosure = isPractice ? practiceDisclosure : null
	return { models, prompts, workflow, defaults: config.defaults, disclosure, verdicts: createVerdictCache() }
}
