import {
	createPlaygroundPlatform,
	type PlaygroundOptions,
	type PlaygroundPlatform,
} from '../../adapters/playground/index.ts'
import { startWebServer } from '../../src/cli/web-server.ts'
import type { Actor } from '../../src/core/actor.ts'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import { createMemoryRuns, type MemoryRuns } from './memory-runs.ts'

const noLimit = { calls: null, tokens: null, costMicroUsd: null }
const noBudgets = { person: noLimit, channel: noLimit, installation: noLimit }

/** The playground on a port of its own, over runs in memory. */
export type RunningPlayground = AsyncDisposable & {
	readonly platform: PlaygroundPlatform
	readonly url: string
	readonly port: number
	readonly memory: MemoryRuns
	/** What people have done, in order. */
	readonly done: readonly string[]
	readonly trouble: readonly unknown[]
	/** A request as a program sends it: no browser, no Origin. */
	request(path: string, init?: RequestInit): Promise<Response>
	/** The JSON of what the API answers. */
	api(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>
}

export type PlaygroundChoices = Partial<Omit<PlaygroundOptions, 'access'>> & {
	readonly access?: Partial<PlaygroundOptions['access']>
	readonly events?: Partial<PlatformEvents>
	readonly memory?: MemoryRuns
}

export async function startPlayground(choices: PlaygroundChoices = {}): Promise<RunningPlayground> {
	const { access, events, memory = createMemoryRuns(), ...options } = choices
	const server = await startWebServer(
		{ host: '127.0.0.1', port: 0 },
		{ readiness: async () => [], metrics: null },
		{ publicUrl: null, people: [], trustedProxies: [] },
	)
	const done: string[] = []
	const trouble: unknown[] = []
	const platform = createPlaygroundPlatform({
		runs: memory.runs,
		conversations: memory.conversations,
		settings: memory.settings,
		changeSettings: async (_actor, key, settings) => {
			await memory.settings.write(key, settings)
			return { outcome: 'done' }
		},
		defaults: { effort: 'medium', workflow: 'default', budgets: noBudgets },
		workflows: ['default', 'quick'],
		disclosure: null,
		runUrl: () => null,
		onTrouble: (error) => void trouble.push(error),
		...options,
		access: { listensOn: server.address, publicUrl: null, people: [], trustedProxies: [], ownerName: 'Ada', ...access },
	})
	const left = new AbortController()
	await platform.start({ ...recordingEvents(memory, done), ...events }, left.signal)
	server.mount(platform.routes)
	const url = `http://127.0.0.1:${server.address.port}`
	const request = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, { redirect: 'manual', ...init })
	return {
		platform,
		url,
		port: server.address.port,
		memory,
		done,
		trouble,
		request,
		api: async (method, path, body) => {
			const content =
				body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
			const response = await request(`/api/v1${path}`, { method, ...content })
			return { status: response.status, body: await response.json() }
		},
		[Symbol.asyncDispose]: async () => {
			left.abort()
			await server[Symbol.asyncDispose]()
		},
	}
}

/** Takes questions into the memory, and writes down what else people do. */
function recordingEvents(memory: MemoryRuns, done: string[]): PlatformEvents {
	const note = (what: string, runId: string, { personId, isAdmin }: Actor) => {
		done.push(`${what} ${runId} ${personId}${isAdmin ? ' (admin)' : ''}`)
		return { outcome: 'done' } as const
	}
	return {
		message: async ({ id, conversation, author, content, preferences }) => {
			const known = await memory.conversations.runs(conversation)
			if (known.some(({ messageId }) => messageId === id)) return
			const question = content.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('')
			const runId = memory.begin(conversation, { messageId: id, question, asker: author, preferences })
			done.push(`message ${runId} ${author.id}`)
		},
		overhear: async () => {},
		edit: async ({ id, conversation, author, preferences }) => {
			const kind = 'edited-question'
			return {
				outcome: 'begun',
				runId: memory.begin(conversation, { messageId: id, kind, asker: author, preferences }),
			}
		},
		stop: async (runId, actor) => note('stop', runId, actor),
		answerNow: async (runId, actor) => note('answer-now', runId, actor),
		again: async (runId, kind, actor) => {
			note(kind, runId, actor)
			return { outcome: 'begun', runId: `${runId}-again` }
		},
		feedback: async (runId, actor, { helpful, reason = null }) => {
			memory.change(runId, { feedback: [{ personId: actor.personId, helpful, reason }] })
			return note(`feedback ${helpful} ${reason}`, runId, actor)
		},
		removed: async () => {},
	}
}
