import type { TestProject } from 'vitest/node'
import { prepareDatabaseDump } from './database-dump.ts'
import { startServers } from './servers.ts'

/** Prepares once what many test files share: a dump of an embedded database, a PostgreSQL server and a Redis server. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
	const prepared = new AsyncDisposableStack()
	try {
		const started = startServers().then((servers) => {
			prepared.defer(servers.stop)
			return servers.addresses
		})
		const dumped = prepareDatabaseDump().then((dump) => {
			prepared.defer(dump.dispose)
			return dump.path
		})
		// Both are waited for, so that one that fails leaves nothing of the other behind.
		await Promise.allSettled([started, dumped])
		project.provide('servers', await started)
		project.provide('databaseDump', await dumped)
		return () => prepared.disposeAsync()
	} catch (error) {
		await prepared.disposeAsync()
		throw error
	}
}
