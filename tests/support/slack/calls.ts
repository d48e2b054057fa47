import type { Faults } from './faults.ts'
import { slackMethods } from './methods/index.ts'
import type { Answer, Method } from './methods/method.ts'
import { needScope } from './methods/method.ts'
import type { RateLimits } from './rate-limits.ts'
import { SlackRefusal } from './refusal.ts'
import { parseJson } from './schemas/wire.ts'
import type { Workspace } from './workspace.ts'

/** One call of the app, as it was made and answered. */
export type SlackCall = {
	readonly method: string
	/** The workspace that the token is of; without one, that of the code, or the first. */
	readonly teamId: string
	/** As the app meant them: nested values are unfolded. */
	readonly arguments: Readonly<Record<string, unknown>>
	/** When it came, in milliseconds since 1970. */
	readonly at: number
	/** The HTTP status of the answer; null if the connection was dropped. */
	readonly status: number | null
	/** Slack's code; null if the call was granted. */
	readonly error: string | null
	/** Whether anything was done, whatever the answer. */
	readonly isDone: boolean
}

export type CallRequest = {
	readonly method: string
	readonly token: string | null
	readonly arguments: Readonly<Record<string, unknown>>
}

export type CallAnswer = {
	/** Null: drop the connection. */
	readonly status: number | null
	readonly body: Answer
	readonly retryAfter: number | null
	readonly delayMs: number
	/** When the answer may come; null: at once. */
	readonly heldUntil: Promise<unknown> | null
}

type Parts = {
	/** All of this Slack, the first one first. */
	readonly workspaces: readonly Workspace[]
	readonly faults: Faults
	/** Of each workspace. */
	readonly rateLimits: (workspace: Workspace) => RateLimits
	readonly calls: SlackCall[]
}

/** Does what a call asks for, unless a fault, a rate or Slack's own rules are against it. */
export function answerCall(request: CallRequest, parts: Parts): CallAnswer {
	const at = Date.now()
	const workspace = workspaceOf(request, parts.workspaces)
	const fault = parts.faults.take(request.method)
	const outcome = fault?.kind === 'drop-before' ? null : attempt(request, workspace, parts, fault)
	const isDropped = outcome === null || fault?.kind === 'drop-after'
	const answer: CallAnswer = {
		status: isDropped ? null : outcome.status,
		body: outcome?.body ?? {},
		retryAfter: outcome?.retryAfter ?? null,
		delayMs: fault?.kind === 'slow' ? fault.milliseconds : 0,
		heldUntil: fault?.kind === 'held' ? fault.until : null,
	}
	const error = typeof answer.body.error === 'string' ? answer.body.error : null
	parts.calls.push({
		method: request.method,
		teamId: workspace.team.id,
		arguments: Object.fromEntries(Object.entries(request.arguments).map(([name, value]) => [name, unfolded(value)])),
		at,
		status: answer.status,
		error,
		isDone: outcome?.body.ok === true,
	})
	return answer
}

/** Forms carry objects and lists as JSON. */
function unfolded(value: unknown): unknown {
	return typeof value === 'string' && /^[[{]/.test(value) ? (parseJson(value) ?? value) : value
}

type Outcome = { readonly status: number; readonly body: Answer; readonly retryAfter: number | null }

function attempt(request: CallRequest, workspace: Workspace, parts: Parts, fault: ReturnType<Faults['take']>): Outcome {
	try {
		if (fault?.kind === 'refuse') throw new SlackRefusal(fault.error, {}, fault.retryAfter)
		if (fault?.kind === 'status') return { status: fault.status, body: {}, retryAfter: null }
		return { status: 200, body: { ok: true, ...run(request, workspace, parts) }, retryAfter: null }
	} catch (error) {
		if (!(error instanceof SlackRefusal)) throw error
		const body = { ok: false, error: error.code, ...error.details }
		return { status: error.retryAfter === null ? 200 : 429, body, retryAfter: error.retryAfter }
	}
}

function run(request: CallRequest, workspace: Workspace, { rateLimits }: Parts): Answer {
	const method = slackMethods.get(request.method)
	if (method === undefined) throw new SlackRefusal('unknown_method')
	checkToken(method, request.token, workspace)
	const [scope] = method.scopes
	if (scope !== undefined && !method.scopes.some((each) => workspace.options.scopes.includes(each))) {
		needScope(workspace, scope)
	}
	if (workspace.options.rates) {
		const retryAfter = rateLimits(workspace)(request.method, method.tier, String(request.arguments.channel))
		if (retryAfter !== null) throw new SlackRefusal('ratelimited', {}, retryAfter)
	}
	return method.run(request.arguments, workspace)
}

/** A token belongs to one workspace, and so does a code. */
export function workspaceOf(
	{ token, arguments: { code } }: Pick<CallRequest, 'token' | 'arguments'>,
	workspaces: readonly Workspace[],
): Workspace {
	const isOf = ({ tokens, spentTokens, authorizationCodes }: Workspace) =>
		token === null ? authorizationCodes.has(String(code)) : token === tokens.bot || spentTokens.has(token)
	const [first] = workspaces
	const found = workspaces.find(isOf) ?? first
	if (found === undefined) throw new RangeError('a Slack has at least one workspace')
	return found
}

function checkToken(
	{ token: wanted }: Method,
	token: string | null,
	{ tokens, tokenRefusal, spentTokens, isInstalled }: Workspace,
): void {
	if (wanted === 'none') return
	if (token === null) throw new SlackRefusal('not_authed')
	const spent = spentTokens.get(token)
	if (spent !== undefined) throw new SlackRefusal(spent)
	const isKnown = (token === tokens.bot && (isInstalled || tokenRefusal !== null)) || token === tokens.app
	if (!isKnown) throw new SlackRefusal('invalid_auth')
	if (token !== tokens[wanted]) throw new SlackRefusal('not_allowed_token_type')
	if (wanted === 'bot' && tokenRefusal !== null) throw new SlackRefusal(tokenRefusal)
}
