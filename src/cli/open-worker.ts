import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'
import type { JobQueue } from '../core/job-queue.ts'
import type { SettingsReader } from '../core/resolve-settings.ts'
import type { RunStore } from '../core/run-store.ts'
import type { SpendStore } from '../core/spend-store.ts'
import type { Observe } from '../core/telemetry.ts'
import { createFilePromptSource } from '../prompts/index.ts'
import { createVerdictCache, loadWorkflows, type ReasoningDependencies } from '../reasoning/index.ts'
import { observedModels } from '../telemetry/index.ts'
import { startWorker } from '../worker/index.ts'
import { openModels } from './open-models.ts'
import type { OpenParts } from './open-parts.ts'
import { practiceDisclosure } from './practice-process.ts'
import { remembered } from './remembered.ts'
import { promptFolders, workflowsFolder } from './shipped-files.ts'

/** What is kept of runs, and what brings them to workers. */
export type Storage = { readonly store: RunStore; readonly queue: JobQueue; readonly spending: SpendStore }

type WorkerParts = Storage & { readonly settings: SettingsReader; readonly owner: string; readonly observe: Observe }

export type WorkerOptions = {
	readonly config: Config
	readonly log: Logger
	/** Command-line arguments of the practice model, for when it answers. */
	readonly practiceArguments?: readonly string[]
}

/** Starts working on runs, with the models and prompts of this process. */
export async function openWorker(
	{ config, log, practiceArguments }: WorkerOptions,
	{ spending, settings, observe, ...parts }: WorkerParts,
	opened: OpenParts,
): Promise<void> {
	const typicalRun = remembered(parts.store.typicalRun)
	const unset = await openReasoning(config, practiceArguments, observe, opened)
	const reasoning = { ...unset, settings, spending, typicalRun }
	const onTrouble = (error: unknown, runId?: string) =>
		log.warn({ ...(runId === undefined ? {} : { runId }), error }, 'a delivery failed')
	const onRelief = () => log.warn('runs are taken over again')
	const worker = await startWorker({ ...parts, reasoning }, { concurrency: config.concurrency, onTrouble, onRelief })
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
