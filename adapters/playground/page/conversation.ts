import { type ComponentChild, h } from 'preact'
import { type Dispatch, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { withNamedDirections } from '#plain-text'
import type { PageActions, Preferences } from './actions.ts'
import { Composer, type ComposerTarget } from './composer.ts'
import { icon } from './icons.ts'
import { type Change, exchangesOf, isWorking, type Problem, type State, waitingRun } from './state.ts'
import { strings, titleOf } from './strings.ts'
import { nextTheme, readTheme, rememberTheme, type Theme } from './theme.ts'
import { Thread } from './thread.ts'
import { Sentence, textOf } from './tree.ts'
import { Welcome } from './welcome.ts'

/** As near to the end of the thread as counts as being there. */
const atBottomPixels = 60
const exchangeMargin = 20

type ConversationProps = {
	readonly state: State
	readonly actions: PageActions
	readonly change: Dispatch<Change>
	readonly onList: () => void
	readonly onSettings: () => void
}

/** The conversation on the screen: its questions and answers, and the place for the next question. */
export function Conversation({ state, actions, change, onList, onSettings }: ConversationProps): ComponentChild {
	const [draft, setDraft] = useState({ text: '', at: 0 })
	const { scroller, isAtBottom, toBottom, keepPlace } = useBottom(state)
	const onEarlier = () => {
		keepPlace()
		change({ kind: 'earlier' })
	}
	const title = titleOfThread(state)
	useEffect(() => {
		document.title = title === null ? strings.product : `${title} · ${strings.product}`
	}, [title])
	const { answered, target } = useTarget(state)
	const onSend = (text: string, preferences: Preferences) => {
		toBottom()
		if (answered === null) actions.ask(text, preferences)
		else actions.reply(answered, text)
	}
	const placeholder = placeholderFor(state, answered !== null)
	return h('div', { class: 'conversation-pane' }, [
		h(Topbar, { title, isKnown: state.me !== null, onList, onSettings }),
		h('main', { class: 'scroller', ref: scroller }, [
			h(Shown, { state, actions, onEarlier, onExample: (text) => setDraft({ text, at: Date.now() }) }),
		]),
		h('footer', { class: 'dock' }, [
			isAtBottom ? null : h(ToNewest, { onPress: toBottom }),
			state.connection === 'lost' ? h('p', { class: 'connection', role: 'status' }, strings.connectionLost) : null,
			h(ProblemNote, { problem: state.problem, onDismiss: () => change({ kind: 'problem', problem: null }) }),
			state.me === null ? null : h(Composer, { me: state.me, draft, placeholder, target, onSend }),
			state.me?.disclosure ? h('p', { class: 'disclosure' }, state.me.disclosure) : null,
			h(Announcer, { state }),
		]),
	])
}

function isEmpty({ loaded, runs, sent }: State): boolean {
	return loaded && runs.length === 0 && sent.length === 0
}

/** What is written while a question back waits answers it, until it is said that something else is asked. */
function useTarget(state: State): { readonly answered: string | null; readonly target: ComposerTarget | null } {
	const [passedOver, setPassedOver] = useState<string | null>(null)
	const waiting = waitingRun(state)
	if (waiting === null) return { answered: null, target: null }
	const { runId } = waiting.entry
	const isAnswered = passedOver !== runId
	const question = withNamedDirections(waiting.view === null ? '' : textOf(waiting.view.answer))
	const onTurn = () => setPassedOver(isAnswered ? runId : null)
	return { answered: isAnswered ? runId : null, target: { question, isAnswered, onTurn } }
}

function placeholderFor(state: State, isAnswer: boolean): string {
	if (isAnswer) return strings.composerAnswerPlaceholder
	return isEmpty(state) ? strings.composerPlaceholder : strings.composerFollowUp
}

type ShownProps = Pick<ConversationProps, 'state' | 'actions'> & {
	readonly onEarlier: () => void
	readonly onExample: (text: string) => void
}

function Shown({ state, actions, onEarlier, onExample }: ShownProps): ComponentChild {
	if (isEmpty(state)) return h(Welcome, { isPractice: /practice model/i.test(state.me?.disclosure ?? ''), onExample })
	if (state.loaded || state.sent.length > 0) return h(Thread, { state, actions, onEarlier })
	return h('p', { class: 'run-status loading' }, strings.loading)
}

type TopbarProps = Pick<ConversationProps, 'onList' | 'onSettings'> & {
	readonly title: string | null
	/** Whether it is known who looks at it. */
	readonly isKnown: boolean
}

function Topbar({ title, isKnown, onList, onSettings }: TopbarProps): ComponentChild {
	const button = (label: string, onClick: () => void, name: Parameters<typeof icon>[0], more = '') =>
		h(
			'button',
			{ type: 'button', class: `quiet-button ${more}`, onClick, 'aria-label': label, title: label },
			icon(name),
		)
	return h('header', { class: 'topbar' }, [
		button(strings.showConversations, onList, 'menu', 'list-button'),
		h('h1', { class: 'topbar-title', dir: 'auto' }, title ?? strings.newConversation),
		h('div', { class: 'topbar-actions' }, [
			h(ThemeButton, null),
			isKnown ? button(strings.settings, onSettings, 'settings') : null,
		]),
	])
}

function ToNewest({ onPress }: { onPress: () => void }): ComponentChild {
	return h(
		'button',
		{
			type: 'button',
			class: 'button to-newest',
			onClick: onPress,
			'aria-label': strings.newest,
			title: strings.newest,
		},
		icon('arrowDown'),
	)
}

type ProblemNoteProps = { readonly problem: Problem | null; readonly onDismiss: () => void }

function ProblemNote({ problem, onDismiss }: ProblemNoteProps): ComponentChild {
	if (problem === null) return null
	return h('div', { class: 'callout failed problem', role: 'alert' }, [
		icon('warning'),
		h('div', null, [
			h(Sentence, { text: problem.message }),
			problem.fix === '' ? null : h(Sentence, { text: problem.fix }),
		]),
		h(
			'button',
			{ type: 'button', class: 'quiet-button', 'aria-label': strings.dismiss, onClick: onDismiss },
			icon('close'),
		),
	])
}

/** As it is listed; until that is known, what was asked first. */
function titleOfThread(state: State): string | null {
	const listed = state.conversations.find(({ conversation }) => conversation.threadId === state.threadId)
	if (listed !== undefined) return shortened(titleOf(listed))
	const question = exchangesOf(state)[0]?.versions[0]?.entry.question ?? state.sent[0]?.text ?? null
	return question === null ? null : shortened(withNamedDirections(question).replaceAll(/\s+/g, ' '))
}

function shortened(line: string): string {
	return line.length > 90 ? `${line.slice(0, 89)}…` : line
}

/**
 * Follows the end of the thread as long as one is there, and leaves alone whoever reads further up. What rests is shown from its
 * beginning: the answer stands there, and the stages, which stood over it while they ran, under it.
 */
function useBottom(state: State) {
	const scroller = useRef<HTMLElement>(null)
	const follows = useRef(true)
	const [isAtBottom, setAtBottom] = useState(true)
	const toBottom = useCallback(() => {
		follows.current = true
		setAtBottom(true)
		scroller.current?.scrollTo({ top: scroller.current.scrollHeight })
	}, [])
	useEffect(() => {
		const pane = scroller.current
		if (pane === null) return
		const look = () => {
			follows.current = pane.scrollHeight - pane.scrollTop - pane.clientHeight < atBottomPixels
			setAtBottom(follows.current)
		}
		pane.addEventListener('scroll', look, { passive: true })
		return () => pane.removeEventListener('scroll', look)
	}, [])
	useEffect(() => {
		follows.current = true
	}, [state.threadId])
	const keepPlace = useKeptPlace(scroller, follows, state.shownExchanges)
	const turned = useNewlyResting(state)
	useLayoutEffect(() => {
		const pane = scroller.current
		if (pane === null || !follows.current) return
		const last = pane.querySelector('.exchange:last-of-type')
		const isLong = last !== null && last.clientHeight > pane.clientHeight - 2 * exchangeMargin
		if (turned && isLong) {
			const top = last.getBoundingClientRect().top - pane.getBoundingClientRect().top
			pane.scrollTo({ top: pane.scrollTop + top - exchangeMargin })
		} else pane.scrollTo({ top: pane.scrollHeight })
	}, [state.runs, state.sent])
	return { scroller, isAtBottom, toBottom, keepPlace }
}

/** What one reads stays where it is when earlier questions come above it, and whoever goes by the keyboard goes on from there. */
function useKeptPlace(
	scroller: { readonly current: HTMLElement | null },
	follows: { current: boolean },
	shown: number,
): () => void {
	const belowTop = useRef<number | null>(null)
	useLayoutEffect(() => {
		const pane = scroller.current
		if (pane === null || belowTop.current === null) return
		pane.scrollTo({ top: pane.scrollHeight - belowTop.current })
		belowTop.current = null
		pane.querySelector<HTMLElement>('.earlier, .exchange')?.focus({ preventScroll: true })
	}, [shown])
	return () => {
		const pane = scroller.current
		follows.current = false
		if (pane !== null) belowTop.current = pane.scrollHeight - pane.scrollTop
	}
}

/** Whether the last run of the thread has just come to rest, or rests when it is first seen. What was written in front of one's eyes isn't moved. */
function useNewlyResting(state: State): boolean {
	const view = exchangesOf(state).at(-1)?.shown.view ?? null
	const before = useRef<boolean | null>(null)
	const turned = view?.rests === true && (before.current === null || (!before.current && view.route === 'staged'))
	useLayoutEffect(() => {
		before.current = view?.rests ?? null
	})
	return turned && state.sent.length === 0
}

function ThemeButton(): ComponentChild {
	const [theme, setTheme] = useState<Theme>(readTheme)
	const turn = () => {
		const next = nextTheme(theme)
		rememberTheme(next)
		setTheme(next)
	}
	const label = strings.theme[theme]
	return h(
		'button',
		{ type: 'button', class: 'quiet-button', onClick: turn, 'aria-label': label, title: label },
		icon(theme === 'light' ? 'sun' : theme === 'dark' ? 'moon' : 'half'),
	)
}

/** Tells a reader of the screen what has changed, stage by stage and not word by word. */
function Announcer({ state }: { state: State }): ComponentChild {
	const shown = exchangesOf(state).at(-1)?.shown.view ?? null
	const said =
		shown === null ? '' : announcementOf(shown.status, shown.stages.find(({ status }) => status === 'running')?.title)
	const first = useRef(said)
	// What was so when the conversation was opened is no news.
	const isNews = isWorking(state) || said !== first.current
	return h('p', { class: 'sr-only', role: 'status' }, isNews ? said : '')
}

function announcementOf(
	status: 'queued' | 'working' | 'waiting' | 'answered' | 'stopped' | 'failed',
	stage: string | undefined,
): string {
	if (status === 'queued') return strings.queued
	if (status === 'working') return stage === undefined ? strings.working : strings.announce.stage(stage)
	return strings.announce[status]
}
