import type { TokenHolder } from './people.ts'
import type { ConfigProblem } from './problem.ts'
import type { VariableValues } from './variables.ts'

/** The page and the API under it, as `start` and `bot` serve them. */
export type PlaygroundConfig = {
	readonly isOn: boolean
	/** Where to listen if a port was named as well, and where to look for a free one if not. */
	readonly host: string
	/** The origin by which others reach it; null where nobody but this machine does. */
	readonly publicUrl: string | null
	/** Who may open it, each with a token of their own; nobody: whoever reaches it may, and nobody else does. */
	readonly people: readonly TokenHolder[]
	/** Addresses and ranges of proxies that are believed about where a request comes from. */
	readonly trustedProxies: readonly string[]
}

/** Whoever has THREADWISE_TOKEN. */
const owner = { id: 'owner', name: 'Owner', isAdmin: true } as const

export function playgroundConfigFrom(
	values: VariableValues,
	unreadable: readonly ConfigProblem[],
): {
	readonly playground: PlaygroundConfig
	readonly problems: readonly ConfigProblem[]
} {
	const people = peopleFrom(values)
	// A token that can't be read is told of already; here it counts as meant.
	const isOwned = unreadable.some(({ variable }) => variable === 'THREADWISE_TOKEN')
	const isLookedAfter = isOwned || people.length === 0 || people.some(({ isAdmin }) => isAdmin)
	const problems = isLookedAfter ? clashesIn(values) : [nobodyLooksAfterIt]
	const playground = {
		isOn: values.THREADWISE_PLAYGROUND !== 'off',
		host: values.THREADWISE_HOST ?? '127.0.0.1',
		publicUrl: values.THREADWISE_PUBLIC_URL ?? null,
		people,
		trustedProxies: values.THREADWISE_TRUSTED_PROXIES ?? [],
	}
	return { playground, problems }
}

function peopleFrom({
	THREADWISE_TOKEN: token,
	THREADWISE_TOKENS: named = [],
}: VariableValues): readonly TokenHolder[] {
	return token === undefined ? named : [{ ...owner, token }, ...named]
}

function clashesIn({
	THREADWISE_TOKEN: token,
	THREADWISE_TOKENS: named = [],
}: VariableValues): readonly ConfigProblem[] {
	if (token === undefined) return []
	const clash = named.find((person) => person.token === token || person.id.toLowerCase() === owner.id)
	if (clash === undefined) return []
	const what = clash.token === token ? 'the token of THREADWISE_TOKEN' : `the name "${clash.id}"`
	return [
		{
			variable: 'THREADWISE_TOKENS',
			found: `${what}, beside THREADWISE_TOKEN`,
			expected: 'a name and a token of their own for each person: THREADWISE_TOKEN is that of "owner"',
			fix: 'Take THREADWISE_TOKEN out, or the entry.',
		},
	]
}

const nobodyLooksAfterIt: ConfigProblem = {
	variable: 'THREADWISE_TOKENS',
	found: 'no admin',
	expected: 'at least one, who changes what is set for everybody',
	fix: 'Put ":admin" behind the token of whoever looks after it, or set THREADWISE_TOKEN as well.',
}

/**
 * Why the page must not be served as it is configured; null where it may. Only whoever serves it asks: a worker listens on all
 * addresses as well, for its health alone.
 */
export function playgroundProblem({ isOn, host, publicUrl, people }: PlaygroundConfig): ConfigProblem | null {
	const isOpen = !isLoopback(host) || (publicUrl !== null && !isLoopback(new URL(publicUrl).hostname))
	if (!isOn || people.length > 0 || !isOpen) return null
	return {
		variable: 'THREADWISE_TOKEN',
		found: 'nothing',
		expected: `a token, since others can reach the page at ${publicUrl ?? host}`,
		fix: 'Set THREADWISE_TOKEN to at least 24 characters, such as from: openssl rand -hex 24, or THREADWISE_TOKENS for several people. Or set THREADWISE_PLAYGROUND=off.',
	}
}

/** Whether only this machine reaches it. */
function isLoopback(host: string): boolean {
	return ['localhost', '::1', '[::1]'].includes(host.toLowerCase()) || /^127(?:\.\d+){3}$/.test(host)
}
