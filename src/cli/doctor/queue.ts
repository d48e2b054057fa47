import { type Finding, notChecked, ok, problem, warning } from '../../core/check.ts'
import type { RedisFacts } from '../../queue/index.ts'
import type { ServerFacts } from '../../store/index.ts'

/** What is known about a queue in the database of a server; null if that can't be used. */
export function databaseQueueFinding(facts: Pick<ServerFacts, 'notifies'> | null): Finding {
	if (facts === null) return notChecked('it is in the database')
	if (facts.notifies) return ok('in the database; notifications arrive')
	return problem(
		'Notifications of the database (LISTEN, NOTIFY) do not arrive.',
		'Point DATABASE_URL to PostgreSQL itself, or to a pooler that keeps sessions (PgBouncer: pool_mode = session).',
	)
}

const leastRedis = [5, 0] as const
const recommendedRedis = [6, 2] as const

/** What is known about the Redis of the queue. */
export function redisFinding(where: string, facts: RedisFacts): Finding {
	const { version, evictionPolicy, appendOnly, isReplica } = facts
	if (isReplica)
		return problem(`${where} is a replica, which can only be read.`, 'Name the primary server in REDIS_URL.')
	if (isOlder(version, leastRedis)) {
		return problem(`Redis ${version} is too old.`, 'Upgrade the server to 6.2 or newer.')
	}
	if (evictionPolicy !== null && evictionPolicy !== 'noeviction') {
		return problem(
			`Redis may forget jobs when it is full: its maxmemory-policy is ${evictionPolicy}.`,
			'Set maxmemory-policy noeviction (redis-cli CONFIG SET maxmemory-policy noeviction, and in redis.conf).',
		)
	}
	const text = `${where}, Redis ${version}`
	if (isOlder(version, recommendedRedis))
		return warning(`${text}, which is old.`, 'Upgrade the server to 6.2 or newer.')
	if (appendOnly === false) {
		return warning(
			`${text}, which forgets jobs when it restarts; they are found again in the database, but later.`,
			'Set appendonly yes (redis-cli CONFIG SET appendonly yes, and in redis.conf).',
		)
	}
	return ok(
		`${text}, ${evictionPolicy === null ? 'eviction unknown' : 'noeviction'}${appendOnly === true ? ', append-only file' : ''}`,
	)
}

function isOlder(version: string, [leastMajor, leastMinor]: readonly [number, number]): boolean {
	const [major = Number.NaN, minor = 0] = version.split('.').map(Number)
	return major < leastMajor || (major === leastMajor && minor < leastMinor)
}
