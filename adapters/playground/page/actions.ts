import type { MessageRequest } from '../page-view.ts'
import { type Answer, api } from './api.ts'
import type { Change, State } from './state.ts'

export type Preferences = Pick<MessageRequest, 'effort' | 'route' | 'workflow'>

/** What a person can do with a conversation. Each says whether it was done; why it wasn't is shown by itself. */
export type PageActions = {
	/** Asks something of its own, whatever waits for an answer. */
	ask(text: string, preferences: Preferences): void
	/** Answers a question back. */
	reply(runId: string, text: string): void
	sendAgain(messageId: string): void
	/** Forgets what couldn't be sent. */
	discard(messageId: string): void
	edit(messageId: string, text: string): Promise<boolean>
	stop(runId: string): Promise<boolean>
	answerNow(runId: string): Promise<boolean>
	again(runId: string, kind: 'think-harder' | 'regenerate'): Promise<boolean>
	feedback(runId: string, helpful: boolean, reason?: string): Promise<boolean>
	choose(rootId: string, runId: string): void
	/** Reads a run of which the stream doesn't tell by itself. */
	read(runId: string): Promise<void>
}

/** A UUID of version 4; the browser's own way is there over HTTPS and on loopback only. */
export function newId(): string {
	if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
	const bytes = crypto.getRandomValues(new Uint8Array(16))
	const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
	const variant = '89ab'[(bytes[8] ?? 0) & 3]
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}

type Surroundings = {
	/** The newest state, whenever it is asked for. */
	readonly state: () => State
	readonly change: (change: Change) => void
	/** Opens a conversation that begins with this message. */
	readonly begin: () => string
}

export function createActions({ state, change, begin }: Surroundings): PageActions {
	const requests = new Map<string, { readonly threadId: string; readonly message: MessageRequest }>()

	const send = async (messageId: string) => {
		const request = requests.get(messageId)
		if (request === undefined) return
		const { threadId, message } = request
		const { text, answers = null } = message
		change({ kind: 'send', message: { messageId, text, problem: null, answers } })
		const answer = await api.send(threadId, message)
		if (!answer.ok) return change({ kind: 'not-taken', messageId, problem: answer.problem })
		requests.delete(messageId)
		change({ kind: 'taken', messageId })
	}
	const say = (text: string, preferences: Preferences, answers: string | null) => {
		const threadId = state().threadId ?? begin()
		const messageId = newId()
		requests.set(messageId, { threadId, message: { messageId, text, ...preferences, answers } })
		void send(messageId)
	}
	const done = (answer: Answer<unknown>): boolean => {
		change({ kind: 'problem', problem: answer.ok ? null : answer.problem })
		return answer.ok
	}

	return {
		ask: (text, preferences) => say(text, preferences, null),
		reply: (runId, text) => say(text, {}, runId),
		sendAgain: (messageId) => void send(messageId),
		discard: (messageId) => {
			requests.delete(messageId)
			change({ kind: 'discard', messageId })
		},
		edit: async (messageId, text) => {
			const { threadId } = state()
			return threadId !== null && done(await api.edit(threadId, messageId, text))
		},
		stop: async (runId) => done(await api.stop(runId)),
		answerNow: async (runId) => done(await api.answerNow(runId)),
		again: async (runId, kind) => done(await api.again(runId, { kind })),
		feedback: async (runId, helpful, reason) =>
			done(await api.feedback(runId, { helpful, ...(reason === undefined ? {} : { reason }) })),
		choose: (rootId, runId) => change({ kind: 'choose', rootId, runId }),
		read: async (runId) => {
			const { threadId } = state()
			const answer = await api.run(runId)
			if (!answer.ok) change({ kind: 'problem', problem: answer.problem })
			else if (threadId !== null) change({ kind: 'run', threadId, update: answer.value })
		},
	}
}
