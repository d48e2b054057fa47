import { type ComponentChild, h } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { RunEntry } from '../page-view.ts'
import type { PageActions } from './actions.ts'
import { icon } from './icons.ts'
import { strings } from './strings.ts'

type FeedbackProps = {
	readonly runId: string
	/** What this person has said before. */
	readonly mine: RunEntry['feedback'][number] | null
	readonly actions: PageActions
}

/** Helpful or not; whoever says that it isn't may say why. */
export function Feedback({ runId, mine, actions }: FeedbackProps): ComponentChild {
	const [asking, setAsking] = useState(false)
	const [thanked, setThanked] = useState(false)
	const no = useRef<HTMLButtonElement>(null)
	const say = async (helpful: boolean, reason?: string) => {
		setAsking(false)
		if (await actions.feedback(runId, helpful, reason)) setThanked(true)
		if (!helpful) no.current?.focus()
	}
	const cancel = () => {
		setAsking(false)
		no.current?.focus()
	}
	return h('div', { class: 'feedback' }, [
		h(
			'button',
			{
				type: 'button',
				class: 'quiet-button',
				'aria-label': strings.helpful,
				title: strings.helpful,
				'aria-pressed': mine?.helpful === true,
				onClick: () => say(true),
			},
			icon('up'),
		),
		h(
			'button',
			{
				ref: no,
				type: 'button',
				class: 'quiet-button',
				'aria-label': strings.notHelpful,
				title: strings.notHelpful,
				'aria-pressed': mine?.helpful === false,
				'aria-expanded': asking,
				onClick: () => setAsking(!asking),
			},
			icon('down'),
		),
		h('span', { class: 'feedback-thanks', role: 'status' }, thanked ? strings.feedbackThanks : ''),
		asking ? h(ReasonForm, { runId, onSend: (reason) => say(false, reason), onCancel: cancel }) : null,
	])
}

type ReasonFormProps = {
	readonly runId: string
	readonly onSend: (reason: string | undefined) => void
	readonly onCancel: () => void
}

function ReasonForm({ runId, onSend, onCancel }: ReasonFormProps): ComponentChild {
	const [chosen, setChosen] = useState<readonly string[]>([])
	const [more, setMore] = useState('')
	const form = useRef<HTMLFormElement>(null)
	useLayoutEffect(() => {
		form.current?.querySelector('input')?.focus({ preventScroll: true })
		form.current?.scrollIntoView({ block: 'nearest' })
	}, [])
	const toggle = (reason: string) =>
		setChosen(chosen.includes(reason) ? chosen.filter((other) => other !== reason) : [...chosen, reason])
	const send = (event: Event) => {
		event.preventDefault()
		const reason = [...chosen, more.trim()].filter((part) => part !== '').join('. ')
		onSend(reason === '' ? undefined : reason)
	}
	const id = `reason-${runId}`
	return h(
		'form',
		{
			ref: form,
			class: 'reason-form',
			onSubmit: send,
			onKeyDown: (event: KeyboardEvent) => (event.key === 'Escape' ? onCancel() : undefined),
		},
		[
			h('fieldset', null, [
				h('legend', null, strings.feedbackQuestion),
				h(
					'div',
					{ class: 'chips' },
					strings.feedbackReasons.map((reason) =>
						h('label', { class: 'chip' }, [
							h('input', { type: 'checkbox', checked: chosen.includes(reason), onChange: () => toggle(reason) }),
							h('span', null, reason),
						]),
					),
				),
			]),
			h('label', { class: 'field-label', for: id }, strings.feedbackMore),
			h('textarea', {
				id,
				class: 'field',
				rows: 2,
				maxLength: 2_000,
				value: more,
				onInput: (event: Event) => setMore((event.target as HTMLTextAreaElement).value),
			}),
			h('div', { class: 'form-actions' }, [
				h('button', { type: 'submit', class: 'button primary' }, strings.feedbackSend),
				h('button', { type: 'button', class: 'button', onClick: onCancel }, strings.cancel),
			]),
		],
	)
}
