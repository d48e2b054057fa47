import { z } from 'zod'
import type { PlatformNotes } from '../core/platform-notes.ts'
import type { Database } from './database.ts'
import { sql } from './drizzle.ts'
import { execute, interval, queryRows } from './rows.ts'
import { storableJson } from './storable.ts'

const noteRow = z.object({ key: z.string(), text: z.string() })

/** The notes of one platform on PostgreSQL, embedded or on a server. */
export function createPlatformNotes({ orm }: Pick<Database, 'orm'>, platform: string): PlatformNotes {
	return {
		keep: async (notes, forMs) => {
			if (notes.length === 0) return
			await execute(
				orm,
				sql`
					with over as (delete from threadwise.platform_notes where kept_until < now() - interval '1 minute')
					insert into threadwise.platform_notes (platform, key, text, kept_until)
					select ${platform}, key, text, now() + ${interval(forMs)}
					from jsonb_to_recordset(${storableJson(notes)}::jsonb) as note (key text, text text)
					order by key
					on conflict (platform, key) do update set text = excluded.text, kept_until = excluded.kept_until`,
			)
		},
		find: async (key) => {
			const [row] = await queryRows(
				orm,
				noteRow,
				sql`
					select key, text from threadwise.platform_notes
					where platform = ${platform} and key = ${key} and kept_until > now()`,
			)
			return row?.text ?? null
		},
		list: (beginning) =>
			queryRows(
				orm,
				noteRow,
				sql`
					select key, text from threadwise.platform_notes
					where platform = ${platform} and starts_with(key, ${beginning}) and kept_until > now()
					order by key`,
			),
	}
}
