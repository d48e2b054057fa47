import { setTimeout as sleep } from 'node:timers/promises'
import { ThreadwiseError } from '../core/errors.ts'
import { type DataFolder, type DataFolderHolder, holdDataFolder } from '../store/index.ts'
import { connectToHolder } from './control-client.ts'
import { createOpenParts, type OpenParts } from './open-parts.ts'
import type { Runtime, RuntimeOptions } from './runtime.ts'
import type { Service, ServiceElsewhere, ServiceHere } from './service-port.ts'
import { standInFor } from './stand-in.ts'

export type ServiceOptions = RuntimeOptions & {
	/** The command, as others that find the folder held are told. */
	readonly command: string
	/**
	 * Whether this process works on runs from the start; or, where others share the database, only when its own question finds nobody
	 * who does; or only once it is asked something, as by others that find it holding the data folder.
	 */
	readonly works: 'always' | 'when-needed' | 'when-asked'
}

/** How long a process that has the lock may take to say where it answers: a first start creates the database. */
const holderPatienceMs = 20_000

/**
 * Opens Threadwise for one command. The embedded database has one owner: if another process holds the data folder, this one
 * asks it over loopback.
 * @throws ThreadwiseError `data-folder-held` naming the holder if that doesn't answer.
 */
export async function openService(
	options: ServiceOptions,
	opened: OpenParts = createOpenParts(),
): Promise<ServiceHere | ServiceElsewhere> {
	const { storage } = options.config
	if (storage.store === 'server') return openHere(options, null, opened)
	const until = performance.now() + holderPatienceMs
	for (;;) {
		const held = holdDataFolder(storage.dataFolder, options.command)
		if (held.outcome === 'held-by-us') return openHere(options, held.folder, opened)
		const elsewhere = await reach(held.holder)
		if (elsewhere !== null) return elsewhere
		if (performance.now() > until) throw heldBy(storage.dataFolder, held.holder)
		await sleep(100)
	}
}

async function reach(holder: DataFolderHolder | null): Promise<ServiceElsewhere | null> {
	return holder?.control ? connectToHolder(holder.control) : null
}

async function openHere(options: ServiceOptions, folder: DataFolder | null, opened: OpenParts): Promise<ServiceHere> {
	try {
		if (folder !== null) opened.defer('data folder', () => folder.release())
		const { openRuntime } = await import('./runtime.ts')
		const runtime = await openRuntime(options, opened)
		const isShared = folder === null
		if (options.works === 'always' || (options.works === 'when-needed' && !isShared)) await runtime.startWorker()
		const waits = options.works !== 'always' && isShared
		const service = { ...serviceOn(runtime), ask: waits ? askWithStandIn(runtime, opened) : askAtWork(runtime) }
		if (folder !== null) {
			const { startControlServer } = await import('./control-server.ts')
			const control = opened.use('control server', await startControlServer(service))
			folder.announce(control.port, control.token)
		}
		return { ...service, runtime, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
	} catch (error) {
		await opened[Symbol.asyncDispose]()
		throw error
	}
}

function serviceOn({ store, intake }: Runtime) {
	return {
		place: 'here' as const,
		stop: intake.stop,
		follow: store.follow,
		conversationOf: async (runId: string) => {
			const run = await store.find(runId)
			if (run === null) throw unknownRun(runId)
			return run.conversation
		},
		read: async (runId: string) => {
			if ((await store.find(runId)) === null) throw unknownRun(runId)
			return store.read(runId)
		},
	}
}

type Ask = Service['ask']

function askOn({ intake }: Runtime): Ask {
	return async (message) => (await intake.ask(message)).runId
}

/** Works on runs from the first question on, if it hasn't begun before. */
function askAtWork(runtime: Runtime): Ask {
	return async (message) => {
		await runtime.startWorker()
		return askOn(runtime)(message)
	}
}

function askWithStandIn(runtime: Runtime, opened: OpenParts): Ask {
	return async (message) => {
		const runId = await askOn(runtime)(message)
		opened.use('stand-in', standInFor(runId, runtime.store, runtime.startWorker))
		return runId
	}
}

function unknownRun(runId: string): ThreadwiseError {
	return new ThreadwiseError('run-unknown', `There is no run ${runId}.`, {
		fix: 'Check the id: it is printed under every answer.',
	})
}

/** Says who has the folder, as far as that is known. */
function heldBy(folder: string, holder: DataFolderHolder | null): ThreadwiseError {
	const who =
		holder === null
			? 'another process'
			: `process ${holder.processId} (threadwise ${holder.command}, since ${holder.startedAt})`
	return new ThreadwiseError(
		'data-folder-held',
		`The data folder ${folder} is in use by ${who}, which doesn't answer.`,
		{
			fix: 'End that process, or set THREADWISE_DATA_DIR to another folder.',
			retry: { afterMs: null },
		},
	)
}
