import { type ComponentChild, h } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Me } from '../page-view.ts'
import type { Preferences } from './actions.ts'
import { icon } from './icons.ts'
import { strings } from './strings.ts'

type ComposerProps = {
	readonly me: Me
	readonly placeholder: string
	/** A text to begin with, and when it was chosen. */
	readonly draft: { readonly text: string; readonly at: number }
	/** The question back that waits; null where none does. */
	readonly target: ComposerTarget | null
	readonly onSend: (text: string, preferences: Preferences) => void
}

/** What is written answers this question back, unless something else is asked. */
export type ComposerTarget = {
	readonly question: string
	readonly isAnswered: boolean
	/** From the one to the other. */
	readonly onTurn: () => void
}

const targetId = 'composer-target'

type EffortChoice = keyof typeof strings.effortChoices
const effortChoices = Object.keys(strings.effortChoices) as readonly EffortChoice[]
const longestQuestion = 20_000

export function preferencesOf(effort: EffortChoice, workflow: string): Preferences {
	const chosen = workflow === '' ? {} : { workflow }
	if (effort === 'auto') return chosen
	return effort === 'quick' ? { ...chosen, route: 'direct' } : { ...chosen, route: 'staged', effort }
}

/** Where a question is written: it grows with its text, and Enter sends it. */
export function Composer({ me, placeholder, draft, target, onSend }: ComposerProps): ComponentChild {
	const [text, setText] = useState('')
	const [effort, setEffort] = useState<EffortChoice>('auto')
	const [workflow, setWorkflow] = useState('')
	const box = useRef<HTMLTextAreaElement>(null)
	useLayoutEffect(() => {
		if (draft.at === 0) return
		setText(draft.text)
		box.current?.focus()
	}, [draft])
	useLayoutEffect(() => grow(box.current), [text])
	const send = (event: Event) => {
		event.preventDefault()
		if (text.trim() === '') return
		onSend(text.trim(), preferencesOf(effort, workflow))
		setText('')
		box.current?.focus()
	}
	const onKeyDown = (event: KeyboardEvent) => {
		// While a character is being composed, Enter belongs to it.
		if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send(event)
	}
	const isAnswer = target?.isAnswered ?? false
	const label = isAnswer ? strings.composerAnswer : strings.composer
	const onTurn = () => {
		target?.onTurn()
		box.current?.focus()
	}
	return h('form', { class: 'composer', onSubmit: send, 'aria-label': label }, [
		target === null ? null : h(Target, { ...target, onTurn }),
		h('label', { class: 'sr-only', for: 'composer' }, label),
		h('textarea', {
			ref: box,
			id: 'composer',
			class: 'composer-text',
			rows: 1,
			dir: 'auto',
			placeholder,
			maxLength: longestQuestion,
			value: text,
			'aria-describedby': target === null ? 'composer-hint' : `${targetId} composer-hint`,
			onInput: (event: Event) => setText((event.target as HTMLTextAreaElement).value),
			onKeyDown,
		}),
		h('div', { class: 'composer-foot' }, [
			// Whatever is answered goes on as it was asked.
			isAnswer
				? null
				: h(Choice, {
						id: 'effort',
						label: strings.effort,
						hint: strings.effortHint,
						value: effort,
						options: effortChoices.map((choice) => [choice, strings.effortChoices[choice]] as const),
						onChoose: (value) => setEffort(value as EffortChoice),
					}),
			isAnswer || me.workflows.length < 2
				? null
				: h(Choice, {
						id: 'workflow',
						label: strings.workflow,
						value: workflow,
						options: [['', strings.workflowAuto], ...me.workflows.map((name) => [name, name] as const)],
						onChoose: setWorkflow,
					}),
			h('span', { class: 'composer-hint', id: 'composer-hint' }, strings.composerHint),
			h(
				'button',
				{
					type: 'submit',
					class: 'send',
					disabled: text.trim() === '',
					'aria-label': strings.send,
					title: strings.send,
				},
				icon('send'),
			),
		]),
	])
}

/** What becomes of what is written while a question back waits, and the way to the other. */
function Target({ question, isAnswered, onTurn }: ComposerTarget): ComponentChild {
	return h('div', { class: 'composer-target' }, [
		h('p', { id: targetId, class: 'composer-target-text', dir: 'auto' }, [
			isAnswered ? [h('span', null, strings.answerTo), ' ', question] : strings.newWhileWaiting,
		]),
		h(
			'button',
			{ type: 'button', class: 'quiet-button', onClick: onTurn },
			isAnswered ? strings.askElse : strings.answerInstead,
		),
	])
}

/** As tall as its text; the style sheet says where that ends. */
export function grow(box: HTMLTextAreaElement | null): void {
	if (box === null) return
	box.style.height = 'auto'
	box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`
}

type ChoiceProps = {
	readonly id: string
	readonly label: string
	readonly hint?: string
	readonly value: string
	readonly options: readonly (readonly [value: string, label: string])[]
	readonly onChoose: (value: string) => void
}

function Choice({ id, label, hint, value, options, onChoose }: ChoiceProps): ComponentChild {
	return h('label', { class: 'choice', for: id, ...(hint === undefined ? {} : { title: hint }) }, [
		h('span', null, label),
		h(
			'select',
			{ id, value, onChange: (event: Event) => onChoose((event.target as HTMLSelectElement).value) },
			options.map(([name, shown]) => h('option', { value: name }, shown)),
		),
	])
}
