import type { StorageConfig } from '../../config/index.ts'
import { type Check, type Finding, notChecked, ok } from '../../core/check.ts'
import { inspectRedis } from '../../queue/index.ts'
import { type InspectedDataFolder, inspectDataFolder, inspectServer } from '../../store/index.ts'
import { folderFinding } from './data-folder.ts'
import { databaseFinding } from './database.ts'
import { once } from './once.ts'
import { databaseQueueFinding, redisFinding } from './queue.ts'

/** The data folder, the database and the queue. */
export function storageChecks(storage: StorageConfig): readonly Check[] {
	return storage.store === 'embedded' ? embeddedChecks(storage.dataFolder) : serverChecks(storage)
}

function embeddedChecks(path: string): readonly Check[] {
	const inspected = once(async () => inspectDataFolder(path))
	return [
		{ name: 'data folder', run: async () => folderFinding(path, (await inspected()).folder) },
		{ name: 'database', run: async () => embeddedFinding(await inspected().catch(() => null)) },
		{ name: 'queue', run: async () => ok('embedded, in the database') },
	]
}

async function embeddedFinding(inspected: InspectedDataFolder | null): Promise<Finding> {
	if (inspected === null) return notChecked('it is in the data folder')
	const { folder, database } = inspected
	if (folder.holder !== 'nobody') return ok('embedded, open in the process that uses the data folder')
	const facts = await database
	return facts === null ? ok('embedded; the first start makes it') : databaseFinding('embedded', facts)
}

type ServerStorage = Extract<StorageConfig, { readonly store: 'server' }>

function serverChecks(storage: ServerStorage): readonly Check[] {
	const inspected = once(() => inspectServer(storage.databaseUrl))
	const { host } = new URL(storage.databaseUrl)
	return [
		{ name: 'data folder', run: async () => ok('not needed: the database is on a server') },
		{ name: 'database', run: async () => databaseFinding(host, await inspected()) },
		{
			name: 'queue',
			run: async () => {
				if (storage.queue === 'database') return databaseQueueFinding(await inspected().catch(() => null))
				return redisFinding(new URL(storage.redisUrl).host, await inspectRedis(storage.redisUrl))
			},
		},
	]
}
