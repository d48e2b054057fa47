import { ThreadwiseError } from '../core/errors.ts'

/** What PostgreSQL calls the classes of the errors that say something about a statement. */
const conditions: ReadonlyMap<string, string> = new Map([
	['22', 'a value that does not fit'],
	['23', 'a violated constraint'],
	['25', 'an invalid transaction state'],
	['42', 'a missing permission, table or column'],
	['54', 'a value over a limit of the database'],
])

/** Connection, transactions that got in each other's way, resources, an operator's intervention: all of them pass. */
const passingClasses: ReadonlySet<string> = new Set(['08', '40', '53', '57'])
const readOnlyTransaction = '25006'

/**
 * Waits for the database. Its driver's errors hold the whole statement with what people wrote in it, so only what names the
 * problem without any text gets out.
 * @throws ThreadwiseError `store-unavailable` where a retry can help, `store-refused` where the same statement would fail again.
 */
export async function fromDatabase<Result>(work: Promise<Result>): Promise<Result> {
	try {
		return await work
	} catch (error) {
		if (error instanceof ThreadwiseError) throw error
		const cause = causeOf(error)
		const sqlState = sqlStateOf(cause)
		throw sqlState === null || passes(sqlState) ? unavailable(cause) : refused(sqlState)
	}
}

/** The query builder wraps what the driver threw; the statements that begin and end a transaction come bare. */
function causeOf(error: unknown): unknown {
	return sqlStateOf(error) === null && error instanceof Error ? error.cause : error
}

/** The driver's code of an error, unless it is a code of the operating system. */
function sqlStateOf(error: unknown): string | null {
	const code = error instanceof Error && 'code' in error ? error.code : null
	return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) ? code : null
}

function passes(sqlState: string): boolean {
	return passingClasses.has(sqlState.slice(0, 2)) || sqlState === readOnlyTransaction
}

function unavailable(cause: unknown): ThreadwiseError {
	const reason = cause instanceof Error && cause.message !== '' ? cause.message : 'no connection'
	return new ThreadwiseError('store-unavailable', `The database refused or could not be reached: ${reason}.`, {
		fix: 'Check that the database runs and that its disk is neither full nor read-only.',
		retry: { afterMs: null },
	})
}

/** The database's own words may quote a value, so only the condition is named. */
function refused(sqlState: string): ThreadwiseError {
	const condition = conditions.get(sqlState.slice(0, 2)) ?? 'a condition of its own'
	return new ThreadwiseError('store-refused', `The database refused to do it: ${condition} (SQLSTATE ${sqlState}).`, {
		fix: "Check that the database user owns Threadwise's tables and that they are of this version. If so, report it.",
	})
}
