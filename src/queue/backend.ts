import {
	createPostgresBackend,
	createPostgresRelayBackend,
	type PgPool,
	type Processor,
	Queue,
	Relay,
	Worker,
	type WorkerOptions,
} from 'bullmq'

/** Where the jobs live. The pool stays its owner's to close. */
export type QueueLocation =
	| { readonly kind: 'postgres'; readonly pool: PgPool }
	| { readonly kind: 'redis'; readonly url: string }

export type WorkerSettings = Omit<WorkerOptions, 'connection'>

/** What we use of BullMQ's classes, whose types are tied to one backend each. */
type Reporting = { on(event: 'error', listener: (error: Error) => void): unknown }
export type AnyQueue = Pick<Queue, 'add' | 'getJobCounts' | 'waitUntilReady' | 'close'> & Reporting
export type AnyWorker = { waitUntilReady(): Promise<unknown>; close(): Promise<void> } & Reporting
export type AnyRelay = Pick<Relay<unknown>, 'publish' | 'subscribe' | 'close'> & Reporting

/** The parts of BullMQ that differ between its backends, made for one place. */
export type QueueBackend = {
	createQueue(name: string): AnyQueue
	createWorker(name: string, process: Processor, settings: WorkerSettings): AnyWorker
	createRelay(): AnyRelay
}

/** BullMQ's own keys and table rows are told apart from others' by this. */
const prefix = 'threadwise'

export function queueBackend(location: QueueLocation): QueueBackend {
	return location.kind === 'postgres' ? onPostgres(location.pool) : onRedis(location.url)
}

function onPostgres(pool: PgPool): QueueBackend {
	return {
		createQueue: (name) => new Queue(name, { connection: pool }, createPostgresBackend),
		createWorker: (name, process, settings) =>
			new Worker(name, process, { ...settings, connection: pool }, createPostgresBackend),
		createRelay: () => new Relay({ connection: pool, namespace: prefix, backend: createPostgresRelayBackend }),
	}
}

function onRedis(url: string): QueueBackend {
	return {
		// A producer that waits for a lost connection would keep a person waiting without a word: it fails at once instead.
		createQueue: (name) => new Queue(name, { connection: { url, enableOfflineQueue: false }, prefix }),
		createWorker: (name, process, settings) => new Worker(name, process, { ...settings, connection: { url }, prefix }),
		createRelay: () => new Relay({ connection: { url }, prefix, namespace: prefix }),
	}
}
