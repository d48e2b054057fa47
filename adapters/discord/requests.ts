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
 * Of all requests together Discord takes fifty a second, but for answers to interactions, which wait for no others. Somewhat fewer, and a window that lasts
 * longer than its own: requests don't arrive as evenly as they are made. https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
 */
const requestsPerSecond = 45
const laterMs = 250
/** Longer than such a window ever lasts. */
const longestWaitMs = 2_000

/**
 * How discord.js is to make requests: once, as whether it is safe to make one again, the caller knows; and not at all where a channel
 * takes none, instead of waiting for as long as that takes. Only for their turn among all requests they wait: if whoever was refused
 * began anew with the others a second later, none that takes several requests would ever come to its end.
 */
export function restOptions({ apiUrl, timeoutMs }: Omit<RequestOptions, 'onTrouble'>): Partial<RESTOptions> {
	return {
		...(apiUrl === null ? {} : { api: apiUrl }),
		version: '10',
		retries: 0,
		timeout: timeoutMs,
		globalRequestsPerSecond: requestsPerSecond,
		offset: laterMs,
		rejectOnRateLimit: ({ global, timeToReset }) => !global || timeToReset > longestWaitMs,
		invalidRequestWarningInterval: invalidRequestsToTell,
	}
}

export function createRequest(options: RequestOptions): Request {
	const { botToken, onTrouble } = options
	const open = (choices: Partial<RESTOptions>) =>
		new REST(choices).setToken(botToken).on('invalidRequestWarning', ({ count }) => {
			onTrouble(
				new Error(`Discord has refused ${count} requests as invalid within ten minutes; at 10,000 it refuses all.`),
			)
		})
	const counted = open(restOptions(options))
	const ofInteractions = open({ ...restOptions(options), globalRequestsPerSecond: Number.POSITIVE_INFINITY })
	return async (method, route, data) => {
		// What brings the right to answer an interaction instead of the bot's token.
		const rest = data?.auth === false ? ofInteractions : counted
		try {
			return await rest[method](route, data)
		} catch (error) {
			// After one refusal, discord.js forgets the token and would make no further request.
			rest.setToken(botToken)
			throw fromDiscord(error)
		}
	}
}
