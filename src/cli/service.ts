import { setTimeout as sleep } from 'node:timers/promises'
import type { IncomingMessage } from '../core/conversation.ts'
import { ThreadwiseError } from '../core/errors.ts'
import { type DataFolder, type DataFolderHolder, holdDataFolder } from '../store/index.ts'
import { connectToHolder } from './control-client.ts'
import { startControlServer } from './control-server.ts'
import { openRuntime, type RuntimeOptions } from './runtime.ts'
import type { Service } from './service-port.ts'

export type ServiceOptions = RuntimeOptions & {
	/** The command, as others that find the folder held are told. */
	readonly command: string
}

/** How long a process that has the lock may take to say where it answers: a first start creates the database. */
const holderPatienceMs = 20_000

/**
 * Opens Threadwise for one command. The embedded database has one owner: if another process holds the data folder, this one
 * asks it over loopback.
 * @throws ThreadwiseError `data-folder-held` naming the holder if that doesn't answer.
 */
export async function openService(options: ServiceOptions): Promise<Service> {
	const { storage } = options.config
	if (storage.store === 'server') return openHere(options, null)
	const until = performance.now() + holderPatienceMs
	for (;;) {
		const held = holdDataFolder(storage.dataFolder, options.command)
		if (held.outcome === 'held-by-us') return openHere(options, held.folder)
		const elsewhere = await reach(held.holder)
		if (elsewhere !== null) return elsewhere
		if (performance.now() > until) throw heldBy(storage.dataFolder, held.holder)
		await sleep(100)
	}
}

async function reach(holder: DataFolderHolder | null): Promise<Service | null> {
	return holder?.control ? connectToHolder(holder.control) : null
}

async function openHere(options: ServiceOptions, folder: DataFolder | null): Promise<Service> {
	const opened = new AsyncDisposableStack()
	try {
		if (folder !== null) opened.defer(() => folder.release())
		const { store, intake } = opened.use(await openRuntime(options))
		const service = {
			place: 'here' as const,
			ask: async (message: IncomingMessage) => (await intake.ask(message)).runId,
			stop: intake.stop,
			follow: store.follow,
			read: async (runId: string) => {
				if ((await store.find(runId)) === null) throw unknownRun(runId)
				return store.read(runId)
			},
		}
		if (folder !== null) {
			const control = opened.use(await startControlServer(service))
			folder.announce(control.port, control.token)
		}
		return { ...service, [Symbol.asyncDispose]: () => opened.disposeAsync() }
	} catch (error) {
		await opened.disposeAsync()
		throw error
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
