import type { DiscordBot } from './bots.ts'
import type { Fault, Faults } from './faults.ts'
import { botOf } from './gateway/handshake.ts'
import type { RateLimits } from './rate-limits.ts'
import { DiscordRefusal } from './refusal.ts'
import { type MatchedRoute, matchRoute } from './routes/index.ts'
import type { RouteName } from './routes/route-names.ts'
import type { SentFile } from './wire.ts'
import type { World } from './world.ts'

/** One request of a bot, as it was made and answered. */
export type DiscordCall = {
	/** Null for addresses that this Discord doesn't know. */
	readonly route: RouteName | null
	readonly method: string
	readonly path: string
	readonly parameters: Readonly<Record<string, string>>
	readonly body: unknown
	readonly files: readonly string[]
	/** When it came, in milliseconds since 1970. */
	readonly at: number
	/** The HTTP status of the answer; null if the connection was dropped. */
	readonly status: number | null
	/** Discord's code; null if the request was granted, or refused without one. */
	readonly code: number | null
	/** Whether anything was done, whatever the answer. */
	readonly isDone: boolean
	/** Whether it counts among those for which Discord locks a bot out: 401, 403 and 429, but for limits that are shared. */
	readonly isInvalid: boolean
}

export type CallRequest = {
	readonly method: string
	readonly path: string
	readonly query: URLSearchParams
	readonly authorization: string | null
	readonly body: unknown
	readonly files: readonly SentFile[]
}

export type CallAnswer = {
	/** Null: drop the connection. */
	readonly status: number | null
	readonly body: unknown
	readonly headers: Readonly<Record<string, string>>
	readonly delayMs: number
}

type Parts = {
	readonly world: World
	readonly faults: Faults
	readonly rateLimits: RateLimits
	readonly calls: DiscordCall[]
}

type Outcome = Pick<CallAnswer, 'body' | 'headers'> & { readonly status: number; readonly code: number | null }

/** Does what a request asks for, unless a fault, a rate or Discord's own rules are against it. */
export function answerCall(request: CallRequest, parts: Parts): CallAnswer {
	const at = Date.now()
	const matched = matchRoute(request.method, request.path)
	const fault = matched === null ? null : parts.faults.take(matched.route.name)
	const outcome = fault?.kind === 'drop-before' ? null : attempt(request, matched, parts, fault)
	const status = outcome === null || fault?.kind === 'drop-after' ? null : outcome.status
	const { method, path, body, files } = request
	parts.calls.push({
		route: matched?.route.name ?? null,
		method,
		path,
		parameters: matched?.parameters ?? {},
		body,
		files: files.map(({ name }) => name),
		at,
		status,
		code: outcome?.code ?? null,
		isDone: outcome !== null && outcome.status < 300,
		isInvalid:
			status !== null && [401, 403, 429].includes(status) && outcome?.headers['x-ratelimit-scope'] !== 'shared',
	})
	const delayMs = fault?.kind === 'slow' ? fault.milliseconds : 0
	return { status, body: outcome?.body ?? null, headers: outcome?.headers ?? {}, delayMs }
}

function attempt(request: CallRequest, matched: MatchedRoute | null, parts: Parts, fault: Fault | null): Outcome {
	try {
		if (fault?.kind === 'limit') return limited(fault.retryAfter, fault.scope, {})
		if (fault?.kind === 'refuse') return refused(fault.status, fault.code ?? 0, fault.message ?? 'planned', null, null)
		if (matched === null) throw new DiscordRefusal('notFound')
		return run(request, matched, parts)
	} catch (error) {
		if (!(error instanceof DiscordRefusal)) throw error
		return refused(error.status, error.code, error.message, error.errors, error.retryAfter)
	}
}

function run(request: CallRequest, { route, parameters }: MatchedRoute, { world, rateLimits }: Parts): Outcome {
	const bot = asking(world, request, route.token, parameters)
	const place = parameters.channel_id ?? parameters.guild_id ?? parameters.webhook_token ?? ''
	const rate = world.options.rates
		? rateLimits({
				owner: bot.applicationId,
				bucket: route.name,
				place,
				rate: route.rate,
				isGloballyCounted: route.token === 'bot',
			})
		: { headers: {}, retryAfter: null, isGlobal: false }
	if (rate.retryAfter !== null) return limited(rate.retryAfter, rate.isGlobal ? 'global' : 'user', rate.headers)
	try {
		const { query, body, files } = request
		return { ...route.run({ world, bot, parameters, query, body, files }), headers: rate.headers, code: null }
	} catch (error) {
		if (!(error instanceof DiscordRefusal)) throw error
		const outcome = refused(error.status, error.code, error.message, error.errors, error.retryAfter)
		return { ...outcome, headers: { ...rate.headers, ...outcome.headers } }
	}
}

function asking(
	world: World,
	{ authorization }: CallRequest,
	token: 'bot' | 'address',
	{ webhook_id: applicationId, interaction_id: interactionId }: Readonly<Record<string, string>>,
): DiscordBot {
	if (token === 'bot') {
		const bot = authorization?.startsWith('Bot ') === true ? botOf(world, authorization) : null
		if (bot === null) throw new DiscordRefusal('unauthorized')
		return bot
	}
	const bot =
		applicationId === undefined
			? world.interactions.find(({ id }) => id === interactionId)?.bot
			: world.bots.find((each) => each.applicationId === applicationId)
	if (bot !== undefined) return bot
	throw new DiscordRefusal(applicationId === undefined ? 'unknownInteraction' : 'unknownWebhook')
}

function refused(status: number, code: number, message: string, errors: unknown, retryAfter: number | null): Outcome {
	return {
		status,
		code,
		body: {
			message,
			code,
			...(errors !== null && { errors }),
			...(retryAfter !== null && { retry_after: retryAfter }),
		},
		headers: retryAfter === null ? {} : { 'retry-after': String(Math.ceil(retryAfter)) },
	}
}

function limited(
	retryAfter: number,
	scope: 'user' | 'global' | 'shared',
	headers: Readonly<Record<string, string>>,
): Outcome {
	const isGlobal = scope === 'global'
	return {
		status: 429,
		code: null,
		body: { message: 'You are being rate limited.', retry_after: retryAfter, global: isGlobal },
		headers: {
			...headers,
			'retry-after': String(retryAfter),
			'x-ratelimit-scope': scope,
			...(isGlobal && { 'x-ratelimit-global': 'true' }),
		},
	}
}
