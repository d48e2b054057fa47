import {
	createPostgresBackend,
	createPostgresRelayBackend,
	type PgPool,
	type Processor,
	Queue,
	Relay,
	type WorkerOptions,
} from 'bullmq'
import { PatientWorker } from './patient-worker.ts'
import { impatientRedisConnection, redisConnection } from './redis-connection.ts'

/** Where the jobs live. The pool stays its owner's to close. */
export type QueueLocation =
	| { readonly kind: 'postgres'; readonly pool: PgPool }
	| { readonly kind: 'redis'; readonly url: string }

export type WorkerSettings = Omit<WorkerOptions, 'connection'>

/** What we use of BullMQ's classes, whose types are tied to one backend each. */
type Reporting = { on(event: 'error', listener: (error: Error) => void): unknown }
export type AnyQueue = Pick<Queue, 'add' | 'getJobCounts' | 'waitUntilReady' | 'close'> & Reporting
export type AnyWorker = { waitUntilReady(): Promise<unknown>; close(): Promise<void>; abandon(): void } & Reporting
export type AnyRelay = Pick<Relay<unknown>, 'publish' | 'subscribe' | 'waitUntilReady' | 'close'> & Reporting

/** The parts of BullMQ that differ between its backends, made for one place. */
export type QueueBackend = {
	createQueue(name: string): AnyQueue
	createWorker(name: string, process: Processor, settings: WorkerSettings): AnyWorker
	createRelay(): AnyRelay
	/** A server that is away is not waited for any more, so that everything can be closed. */
	leave(): void
}

/** BullMQ's own keys and table rows are told apart from others' by this. */
const prefix = 'threadwise'

/** A third of the lease is how long it takes to find out that the backend has lost a subscription. */
const relaySettings = { namespace: prefix, leaseDuration: 9_000 }

export function queueBackend(location: QueueLocation): QueueBackend {
	return location.kind === 'postgres' ? onPostgres(location.pool) : onRedis(location.url)
}

function onPostgres(pool: PgPool): QueueBackend {
	return {
		createQueue: (name) => new Queue(name, { connection: pool }, createPostgresBackend),
		createWorker: (name, process, settings) =>
			new PatientWorker(name, process, { ...settings, connection: pool }, createPostgresBackend),
		createRelay: () => new Relay({ ...relaySettings, connection: pool, backend: createPostgresRelayBackend }),
		leave: () => {},
	}
}

function onRedis(url: string): QueueBackend {
	const leaving = new AbortController()
	const connection = redisConnection(url, leaving.signal)
	return {
		createQueue: (name) => new Queue(name, { connection: impatientRedisConnection(url, leaving.signal), prefix }),
		createWorker: (name, process, settings) => new PatientWorker(name, process, { ...settings, connection, prefix }),
		createRelay: () => new Relay({ ...relaySettings, connection, prefix }),
		leave: () => leaving.abort(),
	}
}
