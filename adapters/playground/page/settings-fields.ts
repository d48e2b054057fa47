import { type ComponentChild, type ComponentChildren, h } from 'preact'
import { useState } from 'preact/hooks'

type FieldProps = {
	readonly id: string
	readonly label: string
	readonly hint?: string
	readonly control: (describedBy: string | undefined) => ComponentChildren
}

/** A control with its label, and what there is to know about it. */
export function Field({ id, label, hint, control }: FieldProps): ComponentChild {
	const hintId = hint === undefined ? undefined : `${id}-hint`
	return h('div', { class: 'setting' }, [
		h('label', { class: 'field-label', for: id }, label),
		control(hintId),
		hint === undefined ? null : h('p', { class: 'field-hint', id: hintId }, hint),
	])
}

type SelectProps = Omit<FieldProps, 'control'> & {
	readonly value: string
	readonly options: readonly (readonly [value: string, label: string])[]
	readonly onChoose: (value: string) => void
}

export function Select({ value, options, onChoose, ...field }: SelectProps): ComponentChild {
	return h(Field, {
		...field,
		control: (described) =>
			h(
				'select',
				{
					id: field.id,
					class: 'field',
					value,
					'aria-describedby': described,
					onChange: (event: Event) => onChoose((event.target as HTMLSelectElement).value),
				},
				options.map(([name, shown]) => h('option', { value: name }, shown)),
			),
	})
}

type AmountProps = Omit<FieldProps, 'control'> & {
	readonly value: number | undefined
	readonly onSet: (value: number | undefined) => void
}

/** A number above zero; empty: none. */
export function Amount({ value, onSet, ...field }: AmountProps): ComponentChild {
	return h(Field, {
		...field,
		control: (described) =>
			h('input', {
				id: field.id,
				class: 'field',
				type: 'number',
				min: 0.01,
				step: 0.01,
				inputMode: 'decimal',
				value: value ?? '',
				'aria-describedby': described,
				onInput: (event: Event) => {
					const amount = (event.target as HTMLInputElement).valueAsNumber
					onSet(Number.isNaN(amount) ? undefined : amount)
				},
			}),
	})
}

type IdsProps = Omit<FieldProps, 'control'> & {
	readonly ids: readonly string[] | undefined
	readonly onSet: (ids: string[] | undefined) => void
}

/** Ids, one a line; empty: none. */
export function Ids({ ids, onSet, ...field }: IdsProps): ComponentChild {
	const [text, setText] = useState((ids ?? []).join('\n'))
	const write = (event: Event) => {
		const written = (event.target as HTMLTextAreaElement).value
		setText(written)
		const named = written
			.split('\n')
			.map((line) => line.trim())
			.filter((line) => line !== '')
		onSet(named.length === 0 ? undefined : named)
	}
	return h(Field, {
		...field,
		control: (described) =>
			h('textarea', {
				id: field.id,
				class: 'field',
				rows: 3,
				spellcheck: false,
				value: text,
				'aria-describedby': described,
				onInput: write,
			}),
	})
}
