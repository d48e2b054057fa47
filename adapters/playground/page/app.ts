import { type ComponentChild, h } from 'preact'
import { type Dispatch, useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks'
import { createActions, newId, type PageActions } from './actions.ts'
import { api, conversationEvents } from './api.ts'
import { Conversation } from './conversation.ts'
import { listen } from './live.ts'
import { SettingsPanel } from './settings.ts'
import { Sidebar } from './sidebar.ts'
import { type Change, changed, initialState, type State } from './state.ts'
import { strings } from './strings.ts'

const conversationsAtOnce = 50
const lookAgainMs = 15_000

/** The conversation that an address names; null for one that isn't begun. */
export function threadIdOf(path: string): string | null {
	const name = /^\/c\/([^/]+)\/?$/.exec(path)?.[1]
	return name === undefined ? null : decodeURIComponent(name)
}

/** The chat: conversations on the left, the one that is open on the right. */
export function Chat(): ComponentChild {
	const [state, change] = useReducer(changed, initialState)
	const actions = useActions(state, change)
	const [isListOpen, setListOpen] = useState(false)
	const [areSettingsOpen, setSettingsOpen] = useState(false)
	useMe(change)
	useAddress(change)
	useConversations(state, change)
	useStream(state.threadId, change)
	const go = (event: Event, path: string) => {
		if (event instanceof MouseEvent && (event.metaKey || event.ctrlKey || event.shiftKey)) return
		event.preventDefault()
		history.pushState(null, '', path)
		change({ kind: 'open', threadId: threadIdOf(path) })
		setListOpen(false)
		document.getElementById('composer')?.focus()
	}
	const older = async () => {
		const last = state.conversations.at(-1)
		if (last === undefined) return
		const answer = await api.conversations(conversationsAtOnce, last.lastAskedAt)
		if (answer.ok)
			change({ kind: 'conversations', entries: answer.value.conversations, page: 'older', limit: conversationsAtOnce })
	}
	return h('div', { class: 'chat' }, [
		h('a', { class: 'skip', href: '#composer' }, strings.skipToComposer),
		h(Sidebar, {
			conversations: state.conversations,
			threadId: state.threadId,
			hasOlder: state.olderConversations === 'there',
			isOpen: isListOpen,
			onOlder: older,
			onGo: go,
			onClose: () => setListOpen(false),
		}),
		isListOpen ? h('div', { class: 'scrim', onClick: () => setListOpen(false) }) : null,
		h(Conversation, {
			state,
			actions,
			change,
			onList: () => setListOpen(true),
			onSettings: () => setSettingsOpen(true),
		}),
		areSettingsOpen && state.me !== null
			? h(SettingsPanel, { me: state.me, onClose: () => setSettingsOpen(false) })
			: null,
	])
}

/** The same actions for the life of the page; they see the newest state. */
function useActions(state: State, change: Dispatch<Change>): PageActions {
	const newest = useRef(state)
	newest.current = state
	return useMemo(
		() =>
			createActions({
				state: () => newest.current,
				change,
				begin: () => {
					const threadId = newId()
					history.pushState(null, '', `/c/${threadId}`)
					change({ kind: 'open', threadId })
					return threadId
				},
			}),
		[change],
	)
}

function useMe(change: Dispatch<Change>): void {
	useEffect(() => {
		void api.me().then((answer) => {
			if (answer.ok) change({ kind: 'me', me: answer.value })
			else change({ kind: 'problem', problem: answer.problem })
		})
	}, [change])
}

function useAddress(change: Dispatch<Change>): void {
	useEffect(() => {
		const follow = () => change({ kind: 'open', threadId: threadIdOf(location.pathname) })
		follow()
		window.addEventListener('popstate', follow)
		return () => window.removeEventListener('popstate', follow)
	}, [change])
}

/** The list on the left: looked at again when something begins or ends, and now and then, for what other tabs do. */
function useConversations(state: State, change: Dispatch<Change>): void {
	const look = useCallback(async () => {
		const answer = await api.conversations(conversationsAtOnce)
		if (!answer.ok) return
		change({ kind: 'conversations', entries: answer.value.conversations, page: 'newest', limit: conversationsAtOnce })
	}, [change])
	const progress = state.runs.map(({ entry, view }) => `${entry.runId} ${view?.status}`).join()
	useEffect(() => {
		const timer = window.setTimeout(look, state.conversations.length === 0 ? 0 : 300)
		return () => window.clearTimeout(timer)
	}, [progress, look])
	useEffect(() => {
		const lookIfSeen = () => {
			if (document.visibilityState === 'visible') void look()
		}
		const timer = window.setInterval(lookIfSeen, lookAgainMs)
		document.addEventListener('visibilitychange', lookIfSeen)
		return () => {
			window.clearInterval(timer)
			document.removeEventListener('visibilitychange', lookIfSeen)
		}
	}, [look])
}

/** What is in the conversation, and whatever happens in it from now on. */
function useStream(threadId: string | null, change: Dispatch<Change>): void {
	useEffect(() => {
		if (threadId === null) return
		void api.runs(threadId).then((answer) => {
			if (answer.ok) change({ kind: 'runs', threadId, runs: answer.value.runs })
			else change({ kind: 'problem', problem: answer.problem })
		})
		return listen({
			address: (after) => conversationEvents(threadId, after),
			update: (update) => change({ kind: 'run', threadId, update }),
			ready: () => change({ kind: 'ready', threadId }),
			connection: (connection) => change({ kind: 'connection', connection }),
		})
	}, [threadId, change])
}
