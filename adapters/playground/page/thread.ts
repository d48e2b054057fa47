import { type ComponentChild, h } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { withNamedDirections } from '#plain-text'
import type { PageActions } from './actions.ts'
import { grow } from './composer.ts'
import { icon } from './icons.ts'
import { Run } from './run.ts'
import { type Exchange, exchangesAtOnce, exchangesOf, type SentMessage, type State } from './state.ts'
import { strings } from './strings.ts'
import { Sentence } from './tree.ts'

type ThreadProps = { readonly state: State; readonly actions: PageActions; readonly onEarlier: () => void }

/** A conversation: the newest questions with their answers, and what was sent and isn't there yet. Earlier ones come when asked for. */
export function Thread({ state, actions, onEarlier }: ThreadProps): ComponentChild {
	const all = exchangesOf(state)
	const exchanges = all.slice(-state.shownExchanges)
	const hidden = all.length - exchanges.length
	const sent = state.sent.filter(({ answers, problem }) => answers === null || problem !== null)
	return h('div', { class: 'thread' }, [
		h(
			'p',
			{ key: 'shown', class: 'sr-only', role: 'status' },
			state.shownExchanges > exchangesAtOnce ? strings.shownOf(exchanges.length, all.length) : '',
		),
		hidden > 0
			? h(
					'button',
					{ key: 'earlier', type: 'button', class: 'button earlier', onClick: onEarlier },
					strings.earlier(hidden),
				)
			: null,
		...exchanges.map((exchange) =>
			h(ExchangeView, {
				key: exchange.rootId,
				exchange,
				caughtUp: state.caughtUp,
				personId: state.me?.personId ?? '',
				sent: state.sent,
				actions,
			}),
		),
		...sent
			.filter(({ answers }) => answers === null)
			.map((message) => h(SentView, { key: message.messageId, message, actions })),
	])
}

type ExchangeProps = {
	readonly exchange: Exchange
	readonly caughtUp: boolean
	readonly personId: string
	readonly sent: readonly SentMessage[]
	readonly actions: PageActions
}

function ExchangeView({ exchange, caughtUp, personId, sent, actions }: ExchangeProps): ComponentChild {
	const { shown, versions, isOutdated } = exchange
	const replied = sent.find(({ answers }) => answers === shown.entry.runId) ?? null
	return h(
		'article',
		{ class: 'exchange', tabIndex: -1, 'aria-label': shortened(shown.entry.question ?? strings.erased) },
		[
			h(Question, { exchange, personId, actions }),
			versions.length > 1 ? h(Versions, { exchange, actions }) : null,
			h(Run, { key: shown.entry.runId, run: shown, isOutdated, caughtUp, personId, replied, actions }),
		],
	)
}

function shortened(text: string): string {
	const shown = withNamedDirections(text)
	return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown
}

function Question({
	exchange,
	personId,
	actions,
}: Pick<ExchangeProps, 'exchange' | 'personId' | 'actions'>): ComponentChild {
	const { entry } = exchange.shown
	const [editing, setEditing] = useState(false)
	const pen = useRef<HTMLButtonElement>(null)
	const isMine = entry.asker.id === personId
	const close = () => {
		setEditing(false)
		window.setTimeout(() => pen.current?.focus())
	}
	const save = async (text: string) => {
		if (text === entry.question || (await actions.edit(entry.messageId, text))) close()
	}
	return h('div', { class: 'question' }, [
		h('h2', { class: 'sr-only' }, isMine ? strings.question : strings.questionOf(entry.asker.name)),
		editing
			? h(QuestionForm, { id: entry.runId, text: entry.question ?? '', onSave: save, onCancel: close })
			: h('div', { class: 'bubble', dir: 'auto' }, withNamedDirections(entry.question ?? strings.erased)),
		isMine && !editing && entry.question !== null
			? h(
					'button',
					{
						ref: pen,
						type: 'button',
						class: 'quiet-button edit',
						'aria-label': strings.edit,
						title: strings.edit,
						onClick: () => setEditing(true),
					},
					icon('edit'),
				)
			: null,
	])
}

type QuestionFormProps = {
	readonly id: string
	readonly text: string
	readonly onSave: (text: string) => Promise<void>
	readonly onCancel: () => void
}

function QuestionForm({ id, text, onSave, onCancel }: QuestionFormProps): ComponentChild {
	const [edited, setEdited] = useState(text)
	const [saving, setSaving] = useState(false)
	const box = useRef<HTMLTextAreaElement>(null)
	useLayoutEffect(() => {
		box.current?.focus()
		box.current?.setSelectionRange(text.length, text.length)
	}, [])
	useLayoutEffect(() => grow(box.current), [edited])
	const save = async (event: Event) => {
		event.preventDefault()
		if (edited.trim() === '' || saving) return
		setSaving(true)
		await onSave(edited.trim())
		setSaving(false)
	}
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key === 'Escape') onCancel()
		if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) void save(event)
	}
	return h('form', { class: 'question-form', onSubmit: save }, [
		h('label', { class: 'sr-only', for: `edit-${id}` }, strings.editing),
		h('textarea', {
			ref: box,
			id: `edit-${id}`,
			class: 'field',
			rows: 2,
			dir: 'auto',
			value: edited,
			onInput: (event: Event) => setEdited((event.target as HTMLTextAreaElement).value),
			onKeyDown,
		}),
		h('div', { class: 'form-actions' }, [
			h(
				'button',
				{ type: 'submit', class: 'button primary', disabled: saving || edited.trim() === '' },
				strings.editSave,
			),
			h('button', { type: 'button', class: 'button', onClick: onCancel }, strings.cancel),
		]),
	])
}

/** The way to older answers of the same question. */
function Versions({ exchange, actions }: Pick<ExchangeProps, 'exchange' | 'actions'>): ComponentChild {
	const { rootId, versions, shown, shownIndex } = exchange
	const step = (index: number) => {
		const version = versions[index]
		return {
			type: 'button' as const,
			class: 'quiet-button',
			disabled: version === undefined,
			onClick: () => (version === undefined ? undefined : actions.choose(rootId, version.entry.runId)),
		}
	}
	return h('nav', { class: 'versions', 'aria-label': strings.versions }, [
		h(
			'button',
			{ ...step(shownIndex - 1), 'aria-label': strings.olderVersion, title: strings.olderVersion },
			icon('left'),
		),
		h('span', { 'aria-live': 'polite' }, [
			strings.version(shownIndex, versions.length),
			h('span', { class: 'version-kind' }, strings.kinds[shown.entry.kind]),
		]),
		h(
			'button',
			{ ...step(shownIndex + 1), 'aria-label': strings.newerVersion, title: strings.newerVersion },
			icon('right'),
		),
	])
}

/** What was sent and hasn't arrived, or couldn't be sent. */
function SentView({ message, actions }: { message: SentMessage; actions: PageActions }): ComponentChild {
	const { messageId, text, problem } = message
	return h('article', { class: 'exchange', 'aria-label': shortened(text) }, [
		h('div', { class: 'question' }, [
			h('h2', { class: 'sr-only' }, strings.question),
			h('div', { class: 'bubble sent', dir: 'auto' }, withNamedDirections(text)),
		]),
		problem === null
			? h('p', { class: 'run-status' }, [h('span', { class: 'spinner', 'aria-hidden': 'true' }), strings.sending])
			: h('div', { class: 'callout failed', role: 'alert' }, [
					icon('warning'),
					h('div', null, [
						h(Sentence, { text: problem.message }),
						problem.fix === '' ? null : h(Sentence, { text: problem.fix }),
						h('div', { class: 'form-actions' }, [
							h('button', { type: 'button', class: 'button', onClick: () => actions.sendAgain(messageId) }, [
								icon('again'),
								strings.sendAgain,
							]),
							h(
								'button',
								{ type: 'button', class: 'button', onClick: () => actions.discard(messageId) },
								strings.discard,
							),
						]),
					]),
				]),
	])
}
