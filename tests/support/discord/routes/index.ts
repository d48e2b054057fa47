import { accountRoutes } from './accounts.ts'
import { callbackRoutes } from './callbacks.ts'
import { channelRoutes } from './channels.ts'
import { commandRoutes } from './commands.ts'
import { guildRoutes } from './guilds.ts'
import { messageRoutes } from './messages.ts'
import type { Route } from './route.ts'
import { webhookRoutes } from './webhooks.ts'

export type MatchedRoute = { readonly route: Route; readonly parameters: Readonly<Record<string, string>> }

const all = [
	...accountRoutes,
	...callbackRoutes,
	...channelRoutes,
	...commandRoutes,
	...guildRoutes,
	...messageRoutes,
	...webhookRoutes,
]

/** What is written out counts before what is a parameter. */
const patterns = all
	.map((route) => ({ route, parts: route.name.replace(' /', '/').split('/') }))
	.toSorted((one, other) => parametersIn(one.parts) - parametersIn(other.parts))

function parametersIn(parts: readonly string[]): number {
	return parts.filter(isParameter).length
}

function isParameter(part: string): boolean {
	return part.startsWith('{')
}

/** The route of a request; null if there is none. */
export function matchRoute(method: string, path: string): MatchedRoute | null {
	// Clients may encode what is written out, too, such as the sign of `@original`.
	const given = `${method}${path}`.split('/').map(decodeURIComponent)
	const found = patterns.find(
		({ parts }) =>
			parts.length === given.length && parts.every((part, index) => isParameter(part) || part === given[index]),
	)
	if (found === undefined) return null
	const named = found.parts.flatMap((part, index) =>
		isParameter(part) ? [[part.slice(1, -1), given[index] ?? ''] as const] : [],
	)
	return { route: found.route, parameters: Object.fromEntries(named) }
}
