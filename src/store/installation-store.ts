import { v7 as newId } from 'uuid'
import { z } from 'zod'
import { ThreadwiseError } from '../core/errors.ts'
import type { Installation, InstallationStore, Place, Unreadable } from '../core/installation-store.ts'
import type { Database, Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { execute, queryRows } from './rows.ts'
import { contextOf, createSealing, type Sealing } from './seal.ts'
import { storable } from './storable.ts'

const keptRow = z.object({ workspace_id: z.string(), name: z.string(), sealed: z.string() })
const countRow = z.object({ count: z.coerce.number() })

/** The installation store on PostgreSQL, embedded or on a server. The first key seals, all of them open. */
export function createInstallationStore(
	{ orm }: Pick<Database, 'orm'>,
	keys: readonly Uint8Array[],
): InstallationStore {
	const sealing = createSealing(keys)
	return {
		save: (installation) => save(orm, sealing, installation),
		find: (place) => find(orm, sealing, place),
		remove: (place, keptBefore) => remove(orm, place, keptBefore),
		count: (platform) => count(orm, platform),
		renew: (platform) => renew(orm, sealing, platform),
	}
}

async function save(orm: Orm, { seal }: Sealing, installation: Installation): Promise<void> {
	const { platform, workspaceId, name } = storable(installation)
	const sealed = seal(installation.credentials, contextOf({ platform, workspaceId }))
	await execute(
		orm,
		sql`
			with installation as (
				insert into threadwise.installations (id, platform, workspace_id)
				values (${newId()}::uuid, ${platform}, ${workspaceId})
				on conflict (platform, app_id, enterprise_id, workspace_id) do update set platform = excluded.platform
				returning id
			)
			insert into threadwise.credentials (installation_id, name, sealed) select id, ${name}, ${sealed} from installation
			on conflict (installation_id) do update
			set name = excluded.name, sealed = excluded.sealed, kept_at = clock_timestamp()`,
	)
}

const ofPlatform = (platform: string) => sql`
	threadwise.credentials c join threadwise.installations i
	on i.id = c.installation_id and i.app_id = '' and i.enterprise_id = '' and i.platform = ${platform}`

async function find(orm: Orm, { open }: Sealing, place: Place): Promise<Installation | null> {
	const { platform, workspaceId } = storable(place)
	const [row] = await queryRows(
		orm,
		keptRow,
		sql`select i.workspace_id, c.name, c.sealed from ${ofPlatform(platform)} where i.workspace_id = ${workspaceId}`,
	)
	if (row === undefined) return null
	const credentials = open(row.sealed, contextOf({ platform, workspaceId }))
	if (credentials === null) throw sealedOtherwise(row.name)
	return { platform, workspaceId, name: row.name, credentials }
}

async function remove(orm: Orm, place: Place, keptBefore: string): Promise<boolean> {
	const { platform, workspaceId } = storable(place)
	const removed = await queryRows(
		orm,
		z.unknown(),
		sql`
			delete from threadwise.credentials where kept_at < ${keptBefore}::timestamptz and installation_id in (
				select i.id from ${ofPlatform(platform)} where i.workspace_id = ${workspaceId}
			)
			returning installation_id`,
	)
	return removed.length > 0
}

async function count(orm: Orm, platform: string): Promise<number> {
	const [row] = await queryRows(orm, countRow, sql`select count(*) from ${ofPlatform(platform)}`)
	return row?.count ?? 0
}

async function renew(orm: Orm, sealing: Sealing, platform: string): Promise<readonly Unreadable[]> {
	const rows = await queryRows(
		orm,
		keptRow,
		sql`select i.workspace_id, c.name, c.sealed from ${ofPlatform(platform)} order by c.kept_at`,
	)
	const unreadable: Unreadable[] = []
	for (const { workspace_id: workspaceId, name, sealed } of rows) {
		if (sealing.isNewest(sealed)) continue
		const context = contextOf({ platform, workspaceId })
		const credentials = sealing.open(sealed, context)
		if (credentials === null) unreadable.push({ workspaceId, name })
		else await replaceSealed(orm, sealed, sealing.seal(credentials, context))
	}
	return unreadable
}

/** What was replaced in between is newer than this. */
function replaceSealed(orm: Orm, sealed: string, renewed: string): Promise<void> {
	return execute(orm, sql`update threadwise.credentials set sealed = ${renewed} where sealed = ${sealed}`)
}

function sealedOtherwise(name: string): ThreadwiseError {
	return new ThreadwiseError('config', `What was kept to act in ${name} was sealed with another key.`, {
		fix: 'Add the earlier key to the list of keys, or have the app installed there again.',
		retry: { afterMs: 60_000 },
	})
}
