import type { DiscordBot } from '../bots.ts'
import type { Rate } from '../rate-limits.ts'
import { readBody, readQuery } from '../rules/schema.ts'
import type { SentFile } from '../wire.ts'
import type { World } from '../world.ts'
import type { RouteName } from './route-names.ts'

/** What Discord answers; a body of null is no body. */
export type Answer = { readonly status: number; readonly body: unknown }

/** One request, as far as it has been read. */
export type RestRequest = {
	readonly world: World
	/** Who asks; for routes without a bot's token the bot that the address belongs to, if there is one. */
	readonly bot: DiscordBot
	/** What stands in the address, by its name in the route. */
	readonly parameters: Readonly<Record<string, string>>
	readonly query: URLSearchParams
	readonly body: unknown
	readonly files: readonly SentFile[]
}

export type Route = {
	readonly name: RouteName
	/** `address`: a token in the address says who asks. */
	readonly token: 'bot' | 'address'
	readonly rate: Rate
	run(request: RestRequest): Answer
}

export type ReadRequest<Body, Query> = Omit<RestRequest, 'body' | 'query' | 'parameters'> & {
	readonly body: Body
	readonly query: Query
	/** What stands in the address; it is there, as the route matches. */
	parameter(name: string): string
}

type Definition<Body, Query> = {
	readonly name: RouteName
	readonly token?: Route['token']
	readonly rate?: Rate
	run(request: ReadRequest<Body, Query>): Answer
}

const ordinaryRate: Rate = { requests: 50, windowMs: 1_000 }

/** A route whose body and query are what Discord's OpenAPI document says before it runs. */
export function defineRoute<Body = unknown, Query = unknown>(definition: Definition<Body, Query>): Route {
	const { name, token = 'bot', rate = ordinaryRate, run } = definition
	return {
		name,
		token,
		rate,
		run: ({ body, query, parameters, ...rest }) =>
			run({
				...rest,
				body: readBody<Body>(name, body),
				query: readQuery<Query>(name, query),
				parameter: (each) => parameters[each] ?? '',
			}),
	}
}

export const nothing: Answer = { status: 204, body: null }

export function found(body: unknown): Answer {
	return { status: 200, body }
}
