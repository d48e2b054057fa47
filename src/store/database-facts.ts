import { z } from 'zod'
import { migrationsFolder } from './database.ts'
import { readMigrationFiles } from './drizzle.ts'

/** What can be known about a PostgreSQL without changing anything in it. */
export type DatabaseFacts = {
	/** Such as 17.2. */
	readonly version: string
	/** Such as 17. */
	readonly majorVersion: number
	readonly encoding: string
	readonly isReadOnly: boolean
	/** Whether this user may create what a first start creates. */
	readonly mayCreateTables: boolean
	readonly migrations: {
		readonly applied: number
		/** Those that the next start applies. */
		readonly pending: number
		/** Those that only another version of Threadwise knows. */
		readonly unknown: number
	}
}

export type Query = (statement: string) => Promise<{ readonly rows: readonly unknown[] }>

const settingsSchema = z.object({
	version: z.string(),
	number: z.coerce.number(),
	encoding: z.string(),
	isReadOnly: z.boolean(),
	mayCreateTables: z.boolean(),
	hasMigrations: z.boolean(),
})

const settingsQuery = `
	SELECT current_setting('server_version') AS version,
		current_setting('server_version_num') AS number,
		current_setting('server_encoding') AS encoding,
		(current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery()) AS "isReadOnly",
		(has_database_privilege(current_database(), 'CREATE')
			AND coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = 'public'), true))
			AS "mayCreateTables",
		to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS "hasMigrations"`

const migrationSchema = z.object({ createdAt: z.coerce.number() })
const migrationsQuery = 'SELECT created_at AS "createdAt" FROM drizzle.__drizzle_migrations'

/** Reads what there is to know, in two statements that change nothing. */
export async function readDatabaseFacts(query: Query): Promise<DatabaseFacts> {
	const { rows } = await query(settingsQuery)
	const { number, hasMigrations, ...settings } = settingsSchema.parse(rows[0])
	const found = hasMigrations ? (await query(migrationsQuery)).rows : []
	const applied = found.map((row) => migrationSchema.parse(row).createdAt)
	const known = readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis)
	return {
		...settings,
		majorVersion: Math.floor(number / 10_000),
		migrations: {
			applied: applied.length,
			pending: known.filter((made) => !applied.includes(made)).length,
			unknown: applied.filter((made) => !known.includes(made)).length,
		},
	}
}
