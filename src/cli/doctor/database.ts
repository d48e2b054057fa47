import { type Finding, ok, problem } from '../../core/check.ts'
import { counted } from '../../core/counted.ts'
import type { DatabaseFacts } from '../../store/index.ts'

const leastPostgres = 13

/** What is known about a database. */
export function databaseFinding(where: string, facts: DatabaseFacts): Finding {
	const { version, majorVersion, encoding, isReadOnly, migrations } = facts
	const { applied, pending, unknown } = migrations
	if (majorVersion < leastPostgres) {
		return problem(
			`PostgreSQL ${version} is too old.`,
			`Upgrade the server to ${leastPostgres} or newer; 17 is a good choice.`,
		)
	}
	if (isReadOnly) {
		return problem(
			'The database can only be read.',
			'Name the primary server in DATABASE_URL, or end its read-only mode (default_transaction_read_only).',
		)
	}
	if (encoding !== 'UTF8') {
		return problem(
			`The database is encoded in ${encoding}, which can't hold every text.`,
			"Create one with ENCODING 'UTF8' and name it in DATABASE_URL.",
		)
	}
	if (unknown > 0) {
		return problem(
			`The tables are of a newer version of Threadwise: ${counted(unknown, 'migration')} that this one doesn't know.`,
			'Use that version here as well, or a database of its own for this one.',
		)
	}
	if (applied === 0 && !facts.mayCreateTables) {
		return problem(
			'The database is empty, and its user may not create tables.',
			'Make the user the owner of the database: ALTER DATABASE … OWNER TO …',
		)
	}
	const tables = applied === 0 ? 'empty; the first start makes the tables' : tablesText(pending)
	return ok(`${where}, PostgreSQL ${version}, ${tables}`)
}

function tablesText(pending: number): string {
	return pending === 0 ? 'tables of this version' : `${counted(pending, 'migration')} for the next start to apply`
}
