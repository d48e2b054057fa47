import type { Inherited, Installations } from '../page-view.ts'

type Installation = Installations['installations'][number]
type Source = NonNullable<Inherited[keyof Inherited]>['from'] | 'here'

const efforts = { low: 'Low', medium: 'Medium', high: 'High' }
const unlimited: Readonly<Record<string, string>> = {
	allowedChannels: 'Everywhere',
	allowedPeople: 'Everybody',
	usdPerDay: 'No limit',
}
const sources: Readonly<Record<Source, string>> = {
	here: 'set here',
	person: 'from the person',
	channel: 'from the channel',
	installation: 'from the installation',
	configuration: 'from the configuration',
	usual: 'as usual',
}
/** More of them are of no help in a line. */
const mostNamed = 8

/** What the settings say. */
export const settingsPanel = {
	title: 'Settings',
	place: 'Place',
	placeName: ({ platform, workspaceId }: Pick<Installation, 'platform' | 'workspaceId'>) =>
		`${platform.charAt(0).toUpperCase()}${platform.slice(1)}${workspaceId === '' ? '' : ` ${workspaceId}`}`,
	forWhom: 'For whom',
	scopes: { installation: 'Installation', channel: 'Channel', person: 'Person' },
	me: 'Me',
	scopeHints: {
		installation: 'For everybody there. What a channel or a person sets for themselves comes first.',
		channel: 'For one channel. What a person sets for themselves comes first.',
		person: 'For the questions of one person.',
	},
	ownHints: {
		installation: 'What holds for everybody here. An admin can change it; what you set for yourself comes first.',
		channel: 'What holds in this channel. An admin can change it; what you set for yourself comes first.',
		person: 'For your own questions.',
	},
	subjects: { channel: 'Id of the channel', person: 'Id of the person' },
	subjectHints: {
		channel: 'Choose one in which something was asked, or write the id of another.',
		person: 'Choose somebody who has asked something, or write the id of somebody else.',
	},
	nobodyNamed: {
		installation: '',
		channel: 'Name a channel to see its settings.',
		person: 'Name a person to see their settings.',
	},
	names: {
		effort: 'Effort',
		workflow: 'Workflow',
		quiet: 'Quiet',
		allowedChannels: 'Allowed channels',
		allowedPeople: 'Allowed people',
		directMessages: 'Direct messages',
		usdPerDay: 'Dollars a day',
	},
	hints: {
		effort: 'How much to think where a question says nothing else.',
		workflow: 'Which stages, where a question says nothing else.',
		quiet: 'Shows only the answer and one line, not the stages while they run.',
		allowedChannels: 'Where questions are answered: one id a line.',
		allowedPeople: 'Who is answered: one id a line.',
		directMessages: 'Whether they are answered.',
		usdPerDay: 'Counted in UTC, below what the configuration allows.',
	},
	efforts,
	yes: 'Yes',
	no: 'No',
	/** A value as people read it; null: nothing is limited. */
	valueOf: (name: string, value: unknown): string => {
		if (value === null) return unlimited[name] ?? ''
		if (typeof value === 'boolean') return value ? 'Yes' : 'No'
		if (typeof value === 'number') return `$${value}`
		if (Array.isArray(value)) return value.join(', ')
		return name === 'effort' ? (Object.entries(efforts).find(([effort]) => effort === value)?.[1] ?? '') : String(value)
	},
	valueFrom: (value: string, from: Source) => `${value}, ${sources[from]}`,
	whereEmpty: (instead: string) => `Empty: ${instead}.`,
	knownPerson: ({ id, name }: Installation['people'][number]) => (name === id ? id : `${id} (${name})`),
	known: (ids: readonly string[]) =>
		ids.length === 0 ? '' : `Seen here: ${ids.slice(0, mostNamed).join(', ')}${ids.length > mostNamed ? ' …' : ''}.`,
	save: 'Save',
	saved: 'Saved. It holds from the next question on.',
	close: 'Close',
	loading: 'Loading …',
}
