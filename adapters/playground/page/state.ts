import type { ApiFailure, ConversationEntry, Me, PageView, RunEntry, RunUpdate } from '../page-view.ts'

/** What went wrong and what to do, for people. */
export type Problem = ApiFailure['error']

export type PageRun = {
	readonly entry: RunEntry
	/** Null until the stream has told. */
	readonly view: PageView | null
}

/** A message that the page has sent and of which the stream hasn't told yet. */
export type SentMessage = {
	readonly messageId: string
	readonly text: string
	/** Null while it is on its way. */
	readonly problem: Problem | null
	/** The run whose question back it answers. */
	readonly answers: string | null
}

export type Connection = 'idle' | 'connecting' | 'live' | 'lost'

export type State = {
	readonly me: Me | null
	readonly conversations: readonly ConversationEntry[]
	readonly olderConversations: 'unknown' | 'there' | 'none'
	/** The conversation on the screen; null for one that isn't begun. */
	readonly threadId: string | null
	/** Whether what is in it is known. */
	readonly loaded: boolean
	/** Whether the stream has told all that it tells by itself; earlier runs have to be asked for. */
	readonly caughtUp: boolean
	/** In the order in which they were asked. */
	readonly runs: readonly PageRun[]
	/** How many exchanges are shown at most, of the newest. */
	readonly shownExchanges: number
	readonly sent: readonly SentMessage[]
	/** Which run of a question is shown, by the run that began it; the newest where none was chosen. */
	readonly chosen: Readonly<Record<string, string>>
	readonly connection: Connection
	readonly problem: Problem | null
}

export const exchangesAtOnce = 20

export const initialState: State = {
	me: null,
	conversations: [],
	olderConversations: 'unknown',
	threadId: null,
	loaded: false,
	caughtUp: false,
	runs: [],
	shownExchanges: exchangesAtOnce,
	sent: [],
	chosen: {},
	connection: 'idle',
	problem: null,
}

/** Events of the stream, answers of the API and what the person does. */
export type Change =
	| { readonly kind: 'me'; readonly me: Me }
	| {
			readonly kind: 'conversations'
			readonly entries: readonly ConversationEntry[]
			readonly page: 'newest' | 'older'
			readonly limit: number
	  }
	| { readonly kind: 'open'; readonly threadId: string | null }
	| { readonly kind: 'runs'; readonly threadId: string; readonly runs: readonly RunEntry[] }
	| { readonly kind: 'run'; readonly threadId: string; readonly update: RunUpdate }
	| { readonly kind: 'ready'; readonly threadId: string }
	| { readonly kind: 'earlier' }
	| { readonly kind: 'send'; readonly message: SentMessage }
	| { readonly kind: 'taken'; readonly messageId: string }
	| { readonly kind: 'not-taken'; readonly messageId: string; readonly problem: Problem }
	| { readonly kind: 'discard'; readonly messageId: string }
	| { readonly kind: 'choose'; readonly rootId: string; readonly runId: string }
	| { readonly kind: 'connection'; readonly connection: Connection }
	| { readonly kind: 'problem'; readonly problem: Problem | null }

/** What the page shows after a change. Pure; any order of changes gives a state, and the same change again changes nothing. */
export function changed(state: State, change: Change): State {
	switch (change.kind) {
		case 'me':
			return { ...state, me: change.me }
		case 'conversations':
			return withConversations(state, change)
		case 'open':
			return opened(state, change.threadId)
		case 'runs':
			if (change.threadId !== state.threadId) return state
			return settled(withRuns(state, change.runs.reduce(withEntry, state.runs)))
		case 'run':
			if (change.threadId !== state.threadId) return state
			return settled(withRuns(state, withUpdate(state.runs, change.update)))
		case 'ready':
			return change.threadId === state.threadId ? { ...state, caughtUp: true } : state
		case 'earlier':
			return { ...state, shownExchanges: state.shownExchanges + exchangesAtOnce }
		case 'send':
			return { ...state, sent: [...without(state.sent, change.message.messageId), change.message] }
		case 'taken':
			return settled({ ...state, sent: state.sent.map((sent) => withProblem(sent, change.messageId, null)) })
		case 'not-taken':
			return { ...state, sent: state.sent.map((sent) => withProblem(sent, change.messageId, change.problem)) }
		case 'discard':
			return { ...state, sent: without(state.sent, change.messageId) }
		case 'choose':
			return { ...state, chosen: { ...state.chosen, [change.rootId]: change.runId } }
		case 'connection':
			return { ...state, connection: change.connection }
		case 'problem':
			return { ...state, problem: change.problem }
	}
}

function opened(state: State, threadId: string | null): State {
	if (threadId === state.threadId && threadId !== null) return state
	const { me, conversations, olderConversations } = state
	return { ...initialState, me, conversations, olderConversations, threadId, loaded: threadId === null }
}

function withConversations(state: State, { entries, page, limit }: Extract<Change, { kind: 'conversations' }>): State {
	const known = new Map(state.conversations.map((entry) => [entry.conversation.threadId, entry]))
	for (const entry of entries) known.set(entry.conversation.threadId, entry)
	const conversations = [...known.values()].toSorted((left, right) => right.lastAskedAt.localeCompare(left.lastAskedAt))
	const more = entries.length < limit ? 'none' : 'there'
	const olderConversations =
		page === 'older' || state.olderConversations === 'unknown' ? more : state.olderConversations
	return { ...state, conversations, olderConversations }
}

/** A new answer to a question is shown, whichever older one was looked at. */
function withRuns(state: State, runs: readonly PageRun[]): State {
	const known = new Set(state.runs.map(({ entry }) => entry.runId))
	const parents = parentsOf(runs)
	const news = runs.filter(({ entry }) => !known.has(entry.runId)).map(({ entry }) => rootOf(entry.runId, parents))
	const chosen = Object.fromEntries(Object.entries(state.chosen).filter(([rootId]) => !news.includes(rootId)))
	return { ...state, loaded: true, runs, chosen }
}

function withEntry(runs: readonly PageRun[], entry: RunEntry): readonly PageRun[] {
	return placed(runs, { entry, view: runs.find((run) => run.entry.runId === entry.runId)?.view ?? null })
}

/** A view replaces the one before unless it is older; an entry is as new as the message that brings it. */
function withUpdate(runs: readonly PageRun[], { entry, view }: RunUpdate): readonly PageRun[] {
	const known = runs.find((run) => run.entry.runId === entry.runId)?.view ?? null
	return placed(runs, { entry, view: known !== null && known.lastSeq > view.lastSeq ? known : view })
}

function placed(runs: readonly PageRun[], run: PageRun): readonly PageRun[] {
	const { runId } = run.entry
	if (runs.some(({ entry }) => entry.runId === runId)) {
		return runs.map((other) => (other.entry.runId === runId ? run : other))
	}
	return [...runs, run].toSorted((left, right) => left.entry.askedAt.localeCompare(right.entry.askedAt))
}

function without(sent: readonly SentMessage[], messageId: string): readonly SentMessage[] {
	return sent.filter((message) => message.messageId !== messageId)
}

function withProblem(sent: SentMessage, messageId: string, problem: Problem | null): SentMessage {
	return sent.messageId === messageId ? { ...sent, problem } : sent
}

/** Forgets what was sent once the stream tells of it: the run of the question, or that a waiting run goes on. */
function settled(state: State): State {
	const arrived = ({ messageId, answers, problem }: SentMessage) =>
		state.runs.some(({ entry, view }) => {
			if (entry.messageId === messageId) return true
			return answers === entry.runId && problem === null && view !== null && view.status !== 'waiting'
		})
	const sent = state.sent.filter((message) => !arrived(message))
	return sent.length === state.sent.length ? state : { ...state, sent }
}

/** A question with all runs that answer it: asked again, thought over harder, edited. */
export type Exchange = {
	/** The run that began it. */
	readonly rootId: string
	/** The oldest first. */
	readonly versions: readonly PageRun[]
	readonly shown: PageRun
	/** Counted from 0. */
	readonly shownIndex: number
	/** Whether the question was edited since the shown one was asked: it answers what nobody asks any more. */
	readonly isOutdated: boolean
}

/** The conversation as it is read: one exchange for every question. */
export function exchangesOf({ runs, chosen }: Pick<State, 'runs' | 'chosen'>): readonly Exchange[] {
	const parents = parentsOf(runs)
	const groups = new Map<string, PageRun[]>()
	for (const run of runs) {
		const rootId = rootOf(run.entry.runId, parents)
		const group = groups.get(rootId)
		if (group === undefined) groups.set(rootId, [run])
		else group.push(run)
	}
	return [...groups].flatMap(([rootId, versions]) => {
		const index = versions.findIndex(({ entry }) => entry.runId === chosen[rootId])
		const shownIndex = index === -1 ? versions.length - 1 : index
		const shown = versions[shownIndex]
		const isOutdated = versions.slice(shownIndex + 1).some(({ entry }) => entry.kind === 'edited-question')
		return shown === undefined ? [] : [{ rootId, versions, shown, shownIndex, isOutdated }]
	})
}

function parentsOf(runs: readonly PageRun[]): ReadonlyMap<string, string | null> {
	return new Map(runs.map(({ entry }) => [entry.runId, entry.parentRunId]))
}

function rootOf(runId: string, parents: ReadonlyMap<string, string | null>): string {
	const seen = new Set([runId])
	let root = runId
	for (let parent = parents.get(root); typeof parent === 'string' && !seen.has(parent); parent = parents.get(root)) {
		// A parent that isn't in the conversation can't be shown.
		if (!parents.has(parent)) break
		seen.add(parent)
		root = parent
	}
	return root
}

/** The run that waits for an answer to a question back, if any of those shown does. */
export function waitingRun(state: State): PageRun | null {
	return exchangesOf(state).findLast(({ shown }) => shown.view?.status === 'waiting')?.shown ?? null
}

/** Whether anything in the conversation may still change by itself. */
export function isWorking({ runs, sent }: State): boolean {
	return sent.some(({ problem }) => problem === null) || runs.some(({ view }) => view !== null && !view.rests)
}
