import type { RunUpdate } from '../page-view.ts'
import type { Connection } from './state.ts'

type Listener = {
	/** Where to listen on, behind the last event that came. */
	readonly address: (after: string | null) => string
	readonly update: (update: RunUpdate) => void
	/** All that was there at the beginning was told. */
	readonly ready?: () => void
	readonly connection: (connection: Connection) => void
}

const firstWaitMs = 500
const longestWaitMs = 15_000
/** A break shorter than this isn't worth a word. */
const patienceMs = 2_000
/** A tab that nobody looks at gives its connection back after a while: a browser has six of them for all tabs. */
const hiddenMs = 60_000

/** Listens to a stream of runs until it is closed, over breaks of the connection and restarts of the server. */
export function listen({ address, update, ready, connection }: Listener): () => void {
	let source: EventSource | null = null
	let after: string | null = null
	let waitMs = firstWaitMs
	let retry: number | undefined
	let complaint: number | undefined
	let rest: number | undefined

	const open = () => {
		window.clearTimeout(retry)
		source?.close()
		const opened = new EventSource(address(after))
		source = opened
		opened.addEventListener('open', () => {
			waitMs = firstWaitMs
			window.clearTimeout(complaint)
			complaint = undefined
			connection('live')
		})
		opened.addEventListener('run', (event) => {
			if (event.lastEventId !== '') after = event.lastEventId
			update(JSON.parse(event.data) as RunUpdate)
		})
		opened.addEventListener('ready', () => ready?.())
		opened.addEventListener('error', () => lost(opened))
	}
	const lost = (from: EventSource) => {
		if (from !== source) return
		from.close()
		source = null
		complaint ??= window.setTimeout(() => connection('lost'), patienceMs)
		window.clearTimeout(retry)
		retry = window.setTimeout(open, waitMs * (0.75 + Math.random() / 2))
		waitMs = Math.min(longestWaitMs, waitMs * 2)
	}
	const wake = () => {
		window.clearTimeout(rest)
		if (document.visibilityState === 'hidden') {
			rest = window.setTimeout(() => {
				source?.close()
				source = null
			}, hiddenMs)
		} else if (source === null) {
			waitMs = firstWaitMs
			open()
		}
	}

	connection('connecting')
	open()
	document.addEventListener('visibilitychange', wake)
	window.addEventListener('online', wake)
	return () => {
		document.removeEventListener('visibilitychange', wake)
		window.removeEventListener('online', wake)
		for (const timer of [retry, complaint, rest]) window.clearTimeout(timer)
		source?.close()
		source = null
	}
}
