import { type ComponentChild, h } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Inherited, Installations, Me, SettingsAt, SettingsOf } from '../page-view.ts'
import { api } from './api.ts'
import { Amount, Ids, Select } from './settings-fields.ts'
import type { Problem } from './state.ts'
import { strings } from './strings.ts'

const words = strings.settingsPanel
type Settings = SettingsOf['settings']
type Name = keyof Inherited
/** What applies, and who says so. */
type Said = { readonly value: unknown; readonly from: NonNullable<Inherited[Name]>['from'] | 'here' }

type SettingsFormProps = {
	readonly me: Me
	readonly installation: Installations['installations'][number]
	readonly at: Omit<SettingsOf, 'settings'>
}

/** What is set there: to be changed by whoever may, else to be read. */
export function SettingsForm({ me, installation, at }: SettingsFormProps): ComponentChild {
	const [known, setKnown] = useState<SettingsAt | null>(null)
	const [problem, setProblem] = useState<Problem | null>(null)
	useEffect(() => {
		let isHere = true
		void api.settings(at).then((answer) => {
			if (!isHere) return
			if (answer.ok) setKnown(answer.value)
			else setProblem(answer.problem)
		})
		return () => {
			isHere = false
		}
	}, [])
	if (known === null) {
		return problem === null ? h('p', { class: 'settings-hint' }, words.loading) : h(ProblemNote, { problem })
	}
	return known.mayChange ? h(Change, { me, installation, known }) : h(Values, { known })
}

type ChangeProps = Pick<SettingsFormProps, 'me' | 'installation'> & { readonly known: SettingsAt }

function Change({ me, installation, known }: ChangeProps): ComponentChild {
	const { inherited } = known
	const [settings, setSettings] = useState(known.settings)
	const [problem, setProblem] = useState<Problem | null>(null)
	const [saved, setSaved] = useState(false)
	const save = async (event: Event) => {
		event.preventDefault()
		const { platform, workspaceId, scope, subject } = known
		const answer = await api.saveSettings({ platform, workspaceId, scope, subject, settings })
		setProblem(answer.ok ? null : answer.problem)
		setSaved(answer.ok)
	}
	const set = (name: Name, value: Settings[Name]) => {
		setSaved(false)
		setSettings(withSetting(settings, name, value))
	}
	const names = settingNames.filter((name) => inherited[name] !== undefined)
	return h('form', { class: 'settings-form', onSubmit: save }, [
		...names.map((name) => h(Setting, { key: name, name, settings, inherited, me, installation, set })),
		h('div', { class: 'form-actions' }, [
			problem === null ? null : h(ProblemNote, { problem }),
			h('button', { type: 'submit', class: 'button primary' }, words.save),
			h('span', { role: 'status', class: 'settings-saved' }, saved ? words.saved : ''),
		]),
	])
}

/** Whatever isn't set is left out, so that it is as the wider scope has it. */
function withSetting(settings: Settings, name: Name, value: Settings[Name]): Settings {
	const { [name]: _before, ...others } = settings
	return value === undefined ? others : { ...others, [name]: value }
}

function ProblemNote({ problem }: { readonly problem: Problem }): ComponentChild {
	return h('p', { class: 'form-problem', role: 'alert' }, `${problem.message} ${problem.fix}`)
}

type SettingProps = Pick<ChangeProps, 'me' | 'installation'> & {
	readonly name: Name
	readonly settings: Settings
	readonly inherited: Inherited
	readonly set: (name: Name, value: Settings[Name]) => void
}

/** The control of one setting. Where nothing is set, it says what applies and who says so. */
function Setting({ name, settings, inherited, me, installation, set }: SettingProps): ComponentChild {
	const otherwise = inherited[name]
	if (otherwise === undefined) return null
	const instead = words.valueFrom(words.valueOf(name, otherwise.value), otherwise.from)
	const whereEmpty = words.whereEmpty(instead)
	const field = { id: `setting-${name}`, label: words.names[name] }
	const select = (
		options: readonly (readonly [string, string])[],
		value: string,
		read: (value: string) => Settings[Name],
	) =>
		h(Select, {
			...field,
			hint: words.hints[name],
			value,
			options: [['', instead], ...options],
			onChoose: (chosen: string) => set(name, chosen === '' ? undefined : read(chosen)),
		})
	switch (name) {
		case 'effort':
			return select(effortChoices, settings.effort ?? '', (chosen) => chosen as NonNullable<Settings['effort']>)
		case 'workflow':
			return select(
				me.workflows.map((workflow) => [workflow, workflow] as const),
				settings.workflow ?? '',
				String,
			)
		case 'quiet':
		case 'directMessages':
			return select(yesOrNo, settings[name] === undefined ? '' : String(settings[name]), (chosen) => chosen === 'true')
		case 'allowedChannels':
		case 'allowedPeople': {
			const known = name === 'allowedChannels' ? installation.channels : installation.people.map(words.knownPerson)
			const hint = [words.hints[name], whereEmpty, words.known(known)].join(' ').trim()
			return h(Ids, { ...field, hint, ids: settings[name], onSet: (ids: string[] | undefined) => set(name, ids) })
		}
		case 'usdPerDay': {
			const hint = `${words.hints[name]} ${whereEmpty}`
			const onSet = (amount: number | undefined) => set(name, amount)
			return h(Amount, { ...field, hint, value: settings.usdPerDay, onSet })
		}
	}
}

/** The same for whoever may only read it. */
function Values({ known: { settings, inherited } }: { readonly known: SettingsAt }): ComponentChild {
	const rows = settingNames.flatMap((name) => {
		const otherwise = inherited[name]
		if (otherwise === undefined) return []
		const own = settings[name]
		const said: Said = own === undefined ? otherwise : { value: own, from: 'here' }
		return [
			h('dt', null, words.names[name]),
			h('dd', null, words.valueFrom(words.valueOf(name, said.value), said.from)),
		]
	})
	return h('dl', { class: 'settings-values' }, rows)
}

const effortChoices = (['low', 'medium', 'high'] as const).map((effort) => [effort, words.efforts[effort]] as const)
const yesOrNo = [
	['true', words.yes],
	['false', words.no],
] as const
const settingNames = [
	...(['effort', 'workflow', 'quiet', 'allowedChannels', 'allowedPeople', 'directMessages', 'usdPerDay'] as const),
]
