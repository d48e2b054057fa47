import type {
	AgainRequest,
	ApiFailure,
	ConversationRuns,
	Conversations,
	FeedbackRequest,
	Installations,
	Me,
	MessageRequest,
	RunTaken,
	RunUpdate,
	SettingsAt,
	SettingsOf,
} from '../page-view.ts'
import type { Problem } from './state.ts'
import { strings } from './strings.ts'

/** What the API answered, or what went wrong and what to do about it. */
export type Answer<Value> =
	| { readonly ok: true; readonly value: Value }
	| { readonly ok: false; readonly problem: Problem }

/** One event of a journal as the API tells it: an envelope, and whatever belongs to its kind. */
export type TraceRecord = {
	readonly seq: number
	readonly at: string
	readonly attempt: number
	readonly nodeId?: string
	readonly kind: string
	readonly [name: string]: unknown
}

const root = '/api/v1'
const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
const waitMs = 20_000

const id = encodeURIComponent
/** What a link to a run that was shared carries instead of a session. */
const key = new URLSearchParams(location.search).get('key')
const withKey = key === null ? '' : `?key=${id(key)}`

async function call<Value>(method: string, path: string, body?: unknown): Promise<Answer<Value>> {
	try {
		const response = await fetch(`${root}${path}`, {
			method,
			signal: AbortSignal.timeout(waitMs),
			headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		})
		if (response.status === 401 && key === null) location.assign(`/login?next=${id(location.pathname)}`)
		const answer: unknown = await response.json().catch(() => null)
		return response.ok ? { ok: true, value: answer as Value } : { ok: false, problem: problemIn(answer) }
	} catch {
		return { ok: false, problem: strings.unreachable }
	}
}

function problemIn(answer: unknown): Problem {
	const { error } = (answer ?? {}) as Partial<ApiFailure>
	return typeof error?.message === 'string' ? { ...error, fix: error.fix ?? '' } : strings.unreachable
}

export const api = {
	me: () => call<Me>('GET', '/me'),
	conversations: (limit: number, before?: string) =>
		call<Conversations>('GET', `/conversations?limit=${limit}${before === undefined ? '' : `&before=${id(before)}`}`),
	runs: (threadId: string) => call<ConversationRuns>('GET', `/conversations/${id(threadId)}`),
	send: (threadId: string, message: MessageRequest) =>
		call<RunTaken>('POST', `/conversations/${id(threadId)}/messages`, { ...message, timeZone }),
	edit: (threadId: string, messageId: string, text: string) =>
		call<RunTaken>('PUT', `/conversations/${id(threadId)}/messages/${id(messageId)}`, { text }),
	stop: (runId: string) => call<unknown>('POST', `/runs/${id(runId)}/stop`, {}),
	answerNow: (runId: string) => call<unknown>('POST', `/runs/${id(runId)}/answer-now`, {}),
	again: (runId: string, request: AgainRequest) => call<RunTaken>('POST', `/runs/${id(runId)}/again`, request),
	feedback: (runId: string, request: FeedbackRequest) => call<unknown>('POST', `/runs/${id(runId)}/feedback`, request),
	run: (runId: string) => call<RunUpdate>('GET', `/runs/${id(runId)}${withKey}`),
	trace: (runId: string) =>
		call<{ readonly records: readonly TraceRecord[] }>('GET', `/runs/${id(runId)}/trace${withKey}`),
	installations: () => call<Installations>('GET', '/installations'),
	settings: (at: Omit<SettingsOf, 'settings'>) => call<SettingsAt>('GET', `/settings?${new URLSearchParams(at)}`),
	saveSettings: (settings: SettingsOf) => call<SettingsAt>('PUT', '/settings', settings),
}

export function conversationEvents(threadId: string, after: string | null): string {
	return `${root}/conversations/${id(threadId)}/events${after === null ? '' : `?after=${id(after)}`}`
}

export function runEvents(runId: string, after: string | null): string {
	const query = new URLSearchParams({ ...(key === null ? {} : { key }), ...(after === null ? {} : { after }) })
	return `${root}/runs/${id(runId)}/events${query.size === 0 ? '' : `?${query}`}`
}
