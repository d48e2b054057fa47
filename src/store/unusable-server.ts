import { ThreadwiseError } from '../core/errors.ts'

/** What can be done about the ways in which a server turns a connection down, by the code of the driver, PostgreSQL or TLS. */
const fixes: readonly { readonly codes: RegExp; readonly fix: (name: string) => string }[] = [
	{
		codes: /^(?:28P01|28000)$/,
		fix: () => 'Correct the user and the password in DATABASE_URL; special characters are percent-encoded.',
	},
	{
		codes: /^3D000$/,
		fix: (name) => `Create it (createdb ${name}), or name another database at the end of DATABASE_URL.`,
	},
	{ codes: /^(?:ENOTFOUND|EAI_AGAIN)$/, fix: () => 'Correct the host in DATABASE_URL; nothing has this name.' },
	{
		codes: /^ECONNREFUSED$/,
		fix: () => 'Start PostgreSQL there, or correct host and port in DATABASE_URL; nobody listens at this address.',
	},
	{
		codes: /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/,
		fix: () => 'Name the certificate authority of the server in NODE_EXTRA_CA_CERTS.',
	},
	{ codes: /^53300$/, fix: () => 'Raise max_connections of the server, or run fewer processes on it.' },
	{
		codes: /^42501$/,
		fix: (name) => `Make the user of DATABASE_URL the owner of the database: ALTER DATABASE ${name} OWNER TO …`,
	},
]

const anyFix = 'Check that PostgreSQL runs there and that DATABASE_URL has the right user, password and database name.'

/** Why a PostgreSQL server can't be used, naming host and cause but never the password. */
export function unusableServer(url: string, cause: unknown): ThreadwiseError {
	const { host, pathname } = new URL(url)
	const name = decodeURIComponent(pathname.slice(1))
	const reason = cause instanceof Error && cause.message !== '' ? cause.message : 'no connection'
	const code = codeOf(cause)
	const fix = fixes.find(({ codes }) => codes.test(code))?.fix(name) ?? anyFix
	return new ThreadwiseError('store-unavailable', `The database ${name} at ${host} can't be used: ${reason}.`, {
		fix,
		retry: { afterMs: null },
		cause,
	})
}

/** The query builder wraps what the driver threw, and several tried addresses come as an aggregate. */
function codeOf(error: unknown): string {
	if (!(error instanceof Error)) return ''
	if ('code' in error && typeof error.code === 'string') return error.code
	return codeOf(error instanceof AggregateError ? error.errors[0] : error.cause)
}
