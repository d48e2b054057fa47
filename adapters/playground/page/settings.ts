import { type ComponentChild, h } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Installations, Me, SettingsOf } from '../page-view.ts'
import { api } from './api.ts'
import { icon } from './icons.ts'
import { Field, Select } from './settings-fields.ts'
import { SettingsForm } from './settings-form.ts'
import { strings } from './strings.ts'

const words = strings.settingsPanel
type Scope = SettingsOf['scope']
type Installation = Installations['installations'][number]

/** Where the page itself is: what everybody sees who may change no other place. */
const playground: Installation = { platform: 'playground', workspaceId: '', channels: [], people: [] }

type SettingsProps = { readonly me: Me; readonly onClose: () => void }

/** What is set, for whoever may see it; who may change it is for the server to say. */
export function SettingsPanel({ me, onClose }: SettingsProps): ComponentChild {
	const dialog = useRef<HTMLDialogElement>(null)
	useEffect(() => dialog.current?.showModal(), [])
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
			h(Chosen, { me }),
		]),
	)
}

/** The choice of place, scope and whose, and what is set there. */
function Chosen({ me }: { readonly me: Me }): ComponentChild {
	const installations = useInstallations(me)
	const [index, setIndex] = useState(0)
	const [scope, setScope] = useState<Scope>(me.isAdmin ? 'installation' : 'person')
	const installation = installations[index] ?? playground
	const choosePlace = (value: string) => {
		setIndex(Number(value))
		setScope('installation')
	}
	return [
		installations.length < 2
			? null
			: h(Select, {
					id: 'settings-place',
					label: words.place,
					value: String(index),
					options: installations.map((place, number) => [String(number), words.placeName(place)] as const),
					onChoose: choosePlace,
				}),
		h(Scopes, { me, scopes: scopesOf(installation), scope, onChoose: setScope }),
		h('p', { class: 'settings-hint' }, me.isAdmin ? words.scopeHints[scope] : words.ownHints[scope]),
		h(OfScope, { key: `${index} ${scope}`, me, installation, scope }),
	]
}

function useInstallations({ isAdmin }: Me): readonly Installation[] {
	const [installations, setInstallations] = useState<readonly Installation[]>([playground])
	useEffect(() => {
		if (!isAdmin) return
		void api.installations().then((answer) => {
			if (answer.ok) setInstallations(answer.value.installations)
		})
	}, [isAdmin])
	return installations
}

/** The playground is one channel, so that what is set for it is set for all of it. */
function scopesOf(installation: Installation): readonly Scope[] {
	return isPlayground(installation) ? ['installation', 'person'] : ['installation', 'channel', 'person']
}

function isPlayground({ platform }: Installation): boolean {
	return platform === playground.platform
}

type ScopesProps = {
	readonly me: Me
	readonly scopes: readonly Scope[]
	readonly scope: Scope
	readonly onChoose: (scope: Scope) => void
}

function Scopes({ me, scopes, scope, onChoose }: ScopesProps): ComponentChild {
	const labels = me.isAdmin ? words.scopes : { ...words.scopes, person: words.me }
	return h('fieldset', { class: 'segments' }, [
		h('legend', { class: 'sr-only' }, words.forWhom),
		...scopes.map((choice) =>
			h('label', { class: 'segment' }, [
				h('input', {
					type: 'radio',
					name: 'scope',
					value: choice,
					checked: scope === choice,
					onChange: () => onChoose(choice),
				}),
				h('span', null, labels[choice]),
			]),
		),
	])
}

type OfScopeProps = { readonly me: Me; readonly installation: Installation; readonly scope: Scope }

/** Whose settings they are, where the scope leaves that open, and these settings. */
function OfScope({ me, installation, scope }: OfScopeProps): ComponentChild {
	const { platform, workspaceId } = installation
	const isOwn = scope === 'person' && isPlayground(installation)
	const [subject, setSubject] = useState(isOwn ? me.personId : '')
	const isChosen = scope === 'installation' || subject !== ''
	return [
		scope === 'installation' || !me.isAdmin
			? null
			: h(SubjectField, { installation, scope, subject, onName: setSubject }),
		isChosen
			? h(SettingsForm, { key: subject, me, installation, at: { platform, workspaceId, scope, subject } })
			: h('p', { class: 'settings-hint' }, words.nobodyNamed[scope]),
	]
}

type SubjectProps = {
	readonly installation: Installation
	readonly scope: Exclude<Scope, 'installation'>
	readonly subject: string
	readonly onName: (subject: string) => void
}

function SubjectField({ installation, scope, subject, onName }: SubjectProps): ComponentChild {
	const { channels, people } = installation
	const known = scope === 'channel' ? channels.map((id) => ({ id, name: id })) : people
	return h(Field, {
		id: 'settings-subject',
		label: words.subjects[scope],
		hint: words.subjectHints[scope],
		control: (described) => [
			h('input', {
				id: 'settings-subject',
				class: 'field',
				type: 'text',
				list: 'settings-known',
				autocomplete: 'off',
				spellcheck: false,
				defaultValue: subject,
				'aria-describedby': described,
				onChange: (event: Event) => onName((event.target as HTMLInputElement).value.trim()),
			}),
			h(
				'datalist',
				{ id: 'settings-known' },
				known.map(({ id, name }) => h('option', { value: id }, name)),
			),
		],
	})
}
