import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { Config, TraceTarget } from '../config/index.ts'
import type { ActionResult, Actor } from '../core/actor.ts'
import type { ChatPlatform } from '../core/chat-platform.ts'
import type { ConversationReader } from '../core/conversation-reader.ts'
import type { DeliveryStore } from '../core/delivery-store.ts'
import type { InstallationStore } from '../core/installation-store.ts'
import type { PlatformNotes } from '../core/platform-notes.ts'
import { createSettingsReader, type SettingsReader } from '../core/resolve-settings.ts'
import type { RunStore } from '../core/run-store.ts'
import type { Settings, SettingsKey, SettingsStore } from '../core/settings.ts'
import { changeSettings, createIntake, type Intake, startSweeper } from '../intake/index.ts'
import { createJobQueue } from '../queue/index.ts'
import { workflowNames } from '../reasoning/index.ts'
import {
	createConversationReader,
	createDeliveryStore,
	createInstallationStore,
	createPlatformNotes,
	createRunStore,
	createSettingsStore,
	createSpendStore,
	type Database,
	openEmbeddedDatabase,
	openServerDatabase,
} from '../store/index.ts'
import {
	type MetricsRegistry,
	observedAsk,
	observedDeliveryStore,
	observedEdit,
	observedPlatform,
	observedStore,
	openTelemetry,
	type Telemetry,
} from '../telemetry/index.ts'
import { createReadiness, type HealthCheck, type Readiness } from './health.ts'
import type { OpenParts } from './open-parts.ts'
import type { Storage, WorkerOptions } from './open-worker.ts'
import { createRunLog } from './run-log.ts'
import { servePlatforms } from './serve-platforms.ts'
import { workflowsFolder } from './shipped-files.ts'

/** Store, queue and intake, opened in this process, to which a worker may be added. Whoever opened it closes it. */
export type Runtime = {
	readonly store: RunStore
	readonly intake: Intake
	readonly conversationReader: ConversationReader
	readonly settingsStore: SettingsStore
	/** Where the bot is installed, and what it acts there with, sealed with these keys. */
	installations(keys: readonly Uint8Array[]): InstallationStore
	/** What the adapter of a platform has to know again after a restart. */
	notesOf(platform: string): PlatformNotes
	/** What applies in a place now, over the configuration. */
	readonly settingsIn: SettingsReader
	/** Changes what is set, if whoever wants it may. */
	changeSettings(actor: Actor, key: SettingsKey, settings: Settings): Promise<ActionResult>
	/** The workflows that can be chosen. */
	readonly workflowNames: readonly string[]
	/** Which of database, queue and what else is to be asked don't answer. */
	readonly readiness: Readiness
	/** Has readiness ask for something more. */
	addHealthCheck(check: HealthCheck): void
	/** What this process counts and measures; null where nobody could ask. */
	readonly metrics: MetricsRegistry | null
	/** Takes what people write on these platforms, and shows them what comes of it. */
	servePlatforms(platforms: readonly ChatPlatform[]): Promise<void>
	/** Starts working on runs, with models and prompts of this process. The second time, it does nothing. */
	startWorker(): Promise<void>
}

export type RuntimeOptions = WorkerOptions & {
	/** Whether somebody can ask this process for metrics. */
	readonly isMeasured?: boolean
}

/**
 * Opens what both halves of Threadwise need: database, queue and intake, with a sweeper in every process, so that a delivery
 * that was lost is found as long as any of them lives. The caller holds the lock on the data folder if the database is embedded.
 * Closing `opened` takes no more runs, hands back what is unfinished, and closes everything in reverse order.
 */
export async function openRuntime(options: RuntimeOptions, opened: OpenParts): Promise<Runtime> {
	const { config, log } = options
	const names = workflowNames(workflowsFolder)
	const { database, deliveryStore, spending, queue, readiness, ...plain } = await openStorage(config, log, opened)
	const settingsStore = createSettingsStore(database, names)
	const settingsIn = createSettingsReader(settingsStore, config.defaults)
	const owner = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`
	const warn = (what: string) => (error: unknown, runId?: string) =>
		log.warn({ ...(runId === undefined ? {} : { runId }), error }, what)
	const tell = (trouble: string, relief: string) => ({ onTrouble: warn(trouble), onRelief: () => log.warn(relief) })
	const { observe, metrics } = opened.use('telemetry', await openWatch(options, plain.store, owner))
	const store = observedStore(plain.store, observe)
	const unwatchedIntake = createIntake({
		store,
		queue,
		settings: settingsIn,
		spending,
		longestQuestion: config.longestQuestion,
		longestQueue: config.longestQueue,
		onTrouble: warn('a run could not be enqueued; it will be'),
		onUnread: warn('what was said before questions could not be read; they are answered without'),
	})
	const { ask, edit } = unwatchedIntake
	const intake = { ...unwatchedIntake, ask: observedAsk(ask, observe), edit: observedEdit(edit, observe) }
	opened.use('sweeper', startSweeper(intake, tell('sweeps fail', 'sweeps work again')))
	const further: Readiness[] = []
	let started: Promise<void> | null = null
	const startWorker = async () => {
		if (config.storage.store === 'embedded') await takeOverFromTheDead(store, intake)
		const { openWorker } = await import('./open-worker.ts')
		await openWorker(options, { store, queue, spending, settings: settingsIn, owner, observe }, opened)
	}
	return {
		store: plain.store,
		intake,
		conversationReader: createConversationReader(database),
		settingsStore,
		installations: (keys) => createInstallationStore(database, keys),
		notesOf: (platform) => createPlatformNotes(database, platform),
		settingsIn,
		changeSettings: (actor, key, settings) => changeSettings(settingsStore, actor, key, settings),
		workflowNames: names,
		readiness: async () => (await Promise.all([readiness, ...further].map((ask) => ask()))).flat(),
		addHealthCheck: (check) => void further.push(createReadiness([check])),
		metrics,
		servePlatforms: (platforms) => {
			const told = tell('runs cannot be shown', 'runs are shown again')
			const { follow, read } = plain.store
			const parts = { intake, follow, read, owner, ...told }
			return servePlatforms(
				platforms.map((platform) => observedPlatform(platform, observe)),
				{ ...parts, deliveryStore: observedDeliveryStore(deliveryStore, observe) },
				opened,
			)
		},
		startWorker: () => {
			started ??= startWorker()
			return started
		},
	}
}

/** Logs, metrics and traces of what this process does with runs. */
function openWatch(
	{ config, log, isMeasured = false }: RuntimeOptions,
	{ load }: RunStore,
	owner: string,
): Promise<Telemetry> {
	return openTelemetry({
		load: isMeasured ? load : null,
		traces: config.traces === null ? null : traceOptions(config.traces, owner, log),
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

async function openStorage(
	{ storage, budgets }: Config,
	log: Logger,
	opened: OpenParts,
): Promise<
	Storage & { readonly database: Database; readonly deliveryStore: DeliveryStore; readonly readiness: Readiness }
> {
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
	const queue = await createJobQueue(location, {
		onTrouble: (error) => log.warn({ error }, 'the queue has trouble'),
		onRelief: () => log.warn('the queue works again'),
	})
	opened.defer('queue', () => queue.close())
	const readiness = createReadiness([
		{ name: 'database', ask: () => database.pool.query('SELECT 1') },
		{ name: 'queue', ask: () => queue.size() },
	])
	const spending = createSpendStore(database, budgets)
	return { database, store, deliveryStore: createDeliveryStore(database), spending, queue, readiness }
}
