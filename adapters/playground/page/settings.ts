import { type ComponentChild, type ComponentChildren, h } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Me, SettingsOf } from '../page-view.ts'
import { api } from './api.ts'
import { icon } from './icons.ts'
import type { Problem } from './state.ts'
import { strings } from './strings.ts'

const words = strings.settingsPanel
type Scope = SettingsOf['scope']
type Settings = SettingsOf['settings']

type SettingsProps = {
	readonly me: Me
	/** The channel of the conversation on the screen. */
	readonly channelId: string
	readonly onClose: () => void
}

/** Who may change a scope is for the server to say; the page only leaves out what it would refuse. */
function scopesFor(me: Me): readonly Scope[] {
	return me.isAdmin ? ['installation', 'channel', 'person'] : ['person']
}

export function SettingsPanel({ me, channelId, onClose }: SettingsProps): ComponentChild {
	const dialog = useRef<HTMLDialogElement>(null)
	const scopes = scopesFor(me)
	const [scope, setScope] = useState<Scope>(scopes[0] ?? 'person')
	useEffect(() => dialog.current?.showModal(), [])
	const subject = { installation: '', channel: channelId, person: me.personId }[scope]
	const close = () => dialog.current?.close()
	return h(
		'dialog',
		{
			ref: dialog,
			class: 'settings',
			'aria-labelledby': 'settings-title',
			onClose,
			// A click on what lies around the panel.
			onClick: (event: Event) => (event.target === dialog.current ? close() : undefined),
		},
		h('div', { class: 'settings-panel' }, [
			h('div', { class: 'settings-head' }, [
				h('h2', { id: 'settings-title' }, words.title),
				h(
					'button',
					{ type: 'button', class: 'quiet-button', onClick: close, 'aria-label': words.close },
					icon('close'),
				),
			]),
			scopes.length < 2 ? null : h(Scopes, { scopes, scope, onChoose: setScope }),
			h('p', { class: 'settings-hint' }, words.scopeHints[scope]),
			h(SettingsForm, { key: `${scope} ${subject}`, me, scope, subject }),
		]),
	)
}

type ScopesProps = {
	readonly scopes: readonly Scope[]
	readonly scope: Scope
	readonly onChoose: (scope: Scope) => void
}

function Scopes({ scopes, scope, onChoose }: ScopesProps): ComponentChild {
	return h('fieldset', { class: 'segments' }, [
		h('legend', { class: 'sr-only' }, words.title),
		...scopes.map((choice) =>
			h('label', { class: 'segment' }, [
				h('input', {
					type: 'radio',
					name: 'scope',
					value: choice,
					checked: scope === choice,
					onChange: () => onChoose(choice),
				}),
				h('span', null, words.scopes[choice]),
			]),
		),
	])
}

type SettingsFormProps = { readonly me: Me; readonly scope: Scope; readonly subject: string }

function SettingsForm({ me, scope, subject }: SettingsFormProps): ComponentChild {
	const [settings, setSettings] = useState<Settings | null>(null)
	const [problem, setProblem] = useState<Problem | null>(null)
	const [saved, setSaved] = useState(false)
	useEffect(() => {
		let isHere = true
		void api.settings(scope, subject).then((answer) => {
			if (!isHere) return
			if (answer.ok) setSettings(answer.value.settings)
			else setProblem(answer.problem)
		})
		return () => {
			isHere = false
		}
	}, [scope, subject])
	const save = async (event: Event) => {
		event.preventDefault()
		if (settings === null) return
		const answer = await api.saveSettings({ scope, subject, settings })
		setProblem(answer.ok ? null : answer.problem)
		setSaved(answer.ok)
	}
	const set = (name: keyof Settings, value: Settings[keyof Settings]) => {
		setSaved(false)
		setSettings(withSetting(settings ?? {}, name, value))
	}
	if (settings === null) {
		return problem === null ? h('p', { class: 'settings-hint' }, words.loading) : h(ProblemNote, { problem })
	}
	return h('form', { class: 'settings-form', onSubmit: save }, [
		h(Select, {
			id: 'setting-effort',
			label: strings.effort,
			value: settings.effort ?? '',
			options: [
				['low', strings.effortChoices.low],
				['medium', strings.effortChoices.medium],
				['high', strings.effortChoices.high],
			],
			onChoose: (value: string) => set('effort', value === '' ? undefined : (value as NonNullable<Settings['effort']>)),
		}),
		h(Select, {
			id: 'setting-workflow',
			label: strings.workflow,
			value: settings.workflow ?? '',
			options: me.workflows.map((name) => [name, name] as const),
			onChoose: (value: string) => set('workflow', value === '' ? undefined : value),
		}),
		h(Select, {
			id: 'setting-quiet',
			label: words.quiet,
			hint: words.quietHint,
			value: settings.quiet === undefined ? '' : settings.quiet ? 'yes' : 'no',
			options: [
				['yes', words.yes],
				['no', words.no],
			],
			onChoose: (value: string) => set('quiet', value === '' ? undefined : value === 'yes'),
		}),
		scope === 'person'
			? null
			: h(AllowedPeople, { people: settings.allowedPeople, onSet: (people) => set('allowedPeople', people) }),
		h(Field, {
			id: 'setting-usd',
			label: words.usdPerDay,
			hint: words.usdPerDayHint,
			control: (described) =>
				h('input', {
					id: 'setting-usd',
					class: 'field',
					type: 'number',
					min: 0.01,
					step: 0.01,
					inputMode: 'decimal',
					value: settings.usdPerDay ?? '',
					'aria-describedby': described,
					onInput: (event: Event) => {
						const value = (event.target as HTMLInputElement).valueAsNumber
						set('usdPerDay', Number.isNaN(value) ? undefined : value)
					},
				}),
		}),
		problem === null ? null : h(ProblemNote, { problem }),
		h('div', { class: 'form-actions' }, [
			h('button', { type: 'submit', class: 'button primary' }, words.save),
			h('span', { role: 'status', class: 'settings-saved' }, saved ? words.saved : ''),
		]),
	])
}

/** Whatever isn't set is left out, so that it is as the wider scope has it. */
function withSetting(settings: Settings, name: keyof Settings, value: Settings[keyof Settings]): Settings {
	const { [name]: _before, ...others } = settings
	return value === undefined ? others : { ...others, [name]: value }
}

function ProblemNote({ problem }: { problem: Problem }): ComponentChild {
	return h('p', { class: 'form-problem', role: 'alert' }, `${problem.message} ${problem.fix}`)
}

type FieldProps = {
	readonly id: string
	readonly label: string
	readonly hint?: string
	readonly control: (describedBy: string | undefined) => ComponentChildren
}

function Field({ id, label, hint, control }: FieldProps): ComponentChild {
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

function Select({ value, options, onChoose, ...field }: SelectProps): ComponentChild {
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
				[['', words.inherit] as const, ...options].map(([name, shown]) => h('option', { value: name }, shown)),
			),
	})
}

type AllowedPeopleProps = {
	readonly people: readonly string[] | undefined
	readonly onSet: (people: string[] | undefined) => void
}

function AllowedPeople({ people, onSet }: AllowedPeopleProps): ComponentChild {
	const [text, setText] = useState((people ?? []).join('\n'))
	const write = (event: Event) => {
		const written = (event.target as HTMLTextAreaElement).value
		setText(written)
		const ids = written
			.split('\n')
			.map((line) => line.trim())
			.filter((line) => line !== '')
		onSet(ids.length === 0 ? undefined : ids)
	}
	return h(Field, {
		id: 'setting-people',
		label: words.allowedPeople,
		hint: words.allowedPeopleHint,
		control: (described) =>
			h('textarea', {
				id: 'setting-people',
				class: 'field',
				rows: 3,
				value: text,
				'aria-describedby': described,
				onInput: write,
			}),
	})
}
