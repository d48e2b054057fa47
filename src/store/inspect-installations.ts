import pg from 'pg'
import { z } from 'zod'
import type { Unreadable } from '../core/installation-store.ts'
import { connectionTo } from './database.ts'
import { contextOf, createSealing } from './seal.ts'
import { unusableServer } from './unusable-server.ts'

/** What is kept of a platform's places. */
export type KeptInstallations = { readonly count: number; readonly unreadable: readonly Unreadable[] }

const longestSilenceMs = 5_000
const keptRows = z.array(z.object({ workspace_id: z.string(), name: z.string(), sealed: z.string() }))
const tableRows = z.array(z.object({ is_there: z.boolean() }))

/**
 * Finds out which places of a platform are kept on a PostgreSQL server, and which of them none of the keys opens, without changing
 * anything there.
 * @throws ThreadwiseError `store-unavailable` if it can't be reached.
 */
export async function inspectInstallations(
	url: string,
	platform: string,
	keys: readonly Uint8Array[],
): Promise<KeptInstallations> {
	const client = new pg.Client({ ...connectionTo(url, longestSilenceMs), query_timeout: longestSilenceMs })
	client.on('error', () => {})
	try {
		await client.connect()
		return judge(await readKept(client, platform), platform, keys)
	} catch (error) {
		throw unusableServer(url, error)
	} finally {
		client.end().catch(() => {})
	}
}

/** Before the first start there are no tables. */
async function readKept(client: pg.Client, platform: string): Promise<z.output<typeof keptRows>> {
	const { rows } = await client.query("select to_regclass('threadwise.credentials') is not null as is_there")
	const [table] = tableRows.parse(rows)
	if (table?.is_there !== true) return []
	const kept = await client.query(
		`select i.workspace_id, c.name, c.sealed from threadwise.credentials c
		join threadwise.installations i on i.id = c.installation_id where i.platform = $1 order by c.kept_at`,
		[platform],
	)
	return keptRows.parse(kept.rows)
}

function judge(rows: z.output<typeof keptRows>, platform: string, keys: readonly Uint8Array[]): KeptInstallations {
	const { open } = createSealing(keys)
	const isSealed = ({ workspace_id, sealed }: (typeof rows)[number]) =>
		open(sealed, contextOf({ platform, workspaceId: workspace_id })) === null
	const unreadable = rows.filter(isSealed).map(({ workspace_id: workspaceId, name }) => ({ workspaceId, name }))
	return { count: rows.length, unreadable }
}
