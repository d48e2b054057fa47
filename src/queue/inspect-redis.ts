import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { ThreadwiseError } from '../core/errors.ts'

/** What matters about a Redis server. Null where it doesn't say. */
export type RedisFacts = {
	readonly version: string
	readonly evictionPolicy: string | null
	readonly appendOnly: boolean | null
	readonly isReplica: boolean
}

const answerWithinMs = 5_000

/**
 * Finds out whether a Redis server can carry the queue. Writes one key, which is gone after it.
 * @throws ThreadwiseError `queue-unavailable` if it can't be reached or written to, naming host and cause but never the password.
 */
export async function inspectRedis(url: string): Promise<RedisFacts> {
	const { Redis } = await import('ioredis')
	const redis = new Redis(url, {
		lazyConnect: true,
		connectTimeout: answerWithinMs,
		commandTimeout: answerWithinMs,
		enableReadyCheck: false,
		retryStrategy: () => null,
		maxRetriesPerRequest: 0,
	})
	// It tells why a connection was lost only here; what waits for one hears no more than that it was.
	let trouble: Error | null = null
	redis.on('error', (error) => {
		trouble ??= error
	})
	try {
		await redis.connect()
		const facts = readInfo(await redis.info())
		if (!facts.isReplica) await tryToWrite(redis)
		return facts
	} catch (error) {
		throw unusableRedis(url, trouble ?? error)
	} finally {
		redis.disconnect()
	}
}

async function tryToWrite(redis: Redis): Promise<void> {
	const key = `threadwise:doctor:${randomUUID()}`
	await redis.set(key, '', 'PX', answerWithinMs)
	await redis.del(key)
}

/** Everything from INFO: many hosted servers allow no CONFIG. */
function readInfo(info: string): RedisFacts {
	const values = new Map(
		info.split(/\r?\n/).flatMap((line) => {
			const [name = '', ...value] = line.split(':')
			return value.length === 0 ? [] : [[name, value.join(':')] as const]
		}),
	)
	const appendOnly = values.get('aof_enabled')
	return {
		version: values.get('redis_version') ?? 'of an unknown version',
		evictionPolicy: values.get('maxmemory_policy') ?? null,
		appendOnly: appendOnly === undefined ? null : appendOnly === '1',
		isReplica: values.get('role') === 'slave',
	}
}

const fixes: readonly (readonly [RegExp, string])[] = [
	[
		/WRONGPASS|NOAUTH|invalid password/,
		'Correct the user and the password in REDIS_URL; special characters are percent-encoded.',
	],
	[/NOPERM/, 'Allow this user all commands on keys that begin with "threadwise" (ACL SETUSER).'],
	[/ECONNREFUSED/, 'Start Redis there, or correct host and port in REDIS_URL; nobody listens at this address.'],
	[/ENOTFOUND|EAI_AGAIN/, 'Correct the host in REDIS_URL; nothing has this name.'],
	[/certificate/i, 'Name the certificate authority of the server in NODE_EXTRA_CA_CERTS.'],
	[/MISCONF|disk/i, 'Make room on the disk of the Redis server: it refuses to write.'],
	[/OOM/, 'Raise maxmemory of the Redis server: it is full.'],
	[/READONLY/, 'Name the primary server in REDIS_URL.'],
]

const anyFix =
	'Check that Redis runs there, and that REDIS_URL begins with rediss:// where it speaks TLS, and with redis:// where it does not.'

function unusableRedis(url: string, cause: unknown): ThreadwiseError {
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
	const said = cause instanceof Error && cause.message !== '' ? cause.message : code || 'no connection'
	const fix = fixes.find(([words]) => words.test(`${code} ${said}`))?.[1] ?? anyFix
	return new ThreadwiseError('queue-unavailable', `Redis at ${new URL(url).host} can't be used: ${said}.`, {
		fix,
		retry: { afterMs: null },
		cause,
	})
}
