import type { TestProject } from 'vitest/node'
import { prepareDatabaseDump } from './database-dump.ts'
import { startServers } from './servers.ts'

/** Prepares once what many test files share: a dump of an embedded database, a PostgreSQL server and a Redis server. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
	const [dump, servers] = await Promise.all([prepareDatabaseDump(), startServers()])
	project.provide('databaseDump', dump.path)
	project.provide('servers', servers.addresses)
	return async () => {
		await Promise.all([dump.dispose(), servers.stop()])
	}
}
