import { REST, type RESTOptions, type RequestData, type RouteLike } from 'discord.js'
import type { DiscordConnection } from './config.ts'
import { fromDiscord } from './refusals.ts'

export type RequestOptions = Pick<DiscordConnection, 'botToken' | 'apiUrl'> & {
	readonly timeoutMs: number
	readonly onTrouble: (error: unknown) => void
}

type Method = 'get' | 'post' | 'patch' | 'put' | 'delete'
/** Asks Discord once. Rejects with the errors of Threadwise. */
export type Request = (method: Method, route: RouteLike, data?: RequestData) => Promise<unknown>

/** Discord bans an address after 10,000 of them in ten minutes. */
const invalidRequestsToTell = 500

/**
 * How discord.js is to make requests: once, as whether it is safe to make one again, the caller knows; and not at all where Discord
 * takes none, instead of waiting for as long as that takes.
 */
export function restOptions({ apiUrl, timeoutMs }: Omit<RequestOptions, 'onTrouble'>): Partial<RESTOptions> {
	return {
		...(apiUrl === null ? {} : { api: apiUrl }),
		version: '10',
		retries: 0,
		timeout: timeoutMs,
		rejectOnRateLimit: () => true,
		invalidRequestWarningInterval: invalidRequestsToTell,
	}
}

export function createRequest(options: RequestOptions): Request {
	const { botToken, onTrouble } = options
	const rest = new REST(restOptions(options)).setToken(botToken)
	rest.on('invalidRequestWarning', ({ count }) => {
		onTrouble(
			new Error(`Discord has refused ${count} requests as invalid within ten minutes; at 10,000 it refuses all.`),
		)
	})
	return async (method, route, data) => {
		try {
			return await rest[method](route, data)
		} catch (error) {
			// After one refusal, discord.js forgets the token and would make no further request.
			rest.setToken(botToken)
			throw fromDiscord(error)
		}
	}
}
