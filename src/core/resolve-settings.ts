import type { Conversation } from './conversation.ts'
import type { Admission } from './may.ts'
import type { Effort } from './run-preferences.ts'
import {
	type SettingsChain,
	type SettingsKey,
	type SettingsPlace,
	type SettingsScope,
	type SettingsStore,
	settingsIn,
} from './settings.ts'
import type { DayBudgets } from './spend-store.ts'
import { toUsd } from './usage.ts'

type Choice = { readonly effort: Effort; readonly workflow: string }

/** What the configuration says for questions that say nothing else. */
export type Defaults = Choice & {
	/** What is different in a channel, by `<platform>/<channel id>`. */
	readonly channels?: Readonly<Record<string, { readonly [Key in keyof Choice]?: Choice[Key] | undefined }>>
}

/** What applies to a question. */
export type ResolvedSettings = Choice & {
	readonly quiet: boolean
	readonly admission: Admission
	/** What each of these may spend on a day at most, where it was set; the configuration may say less. */
	readonly usdPerDay: { readonly [Scope in SettingsScope]?: number }
}

export const noSettings: SettingsChain = { installation: {}, channel: {}, person: {} }

/** Who has said so; `usual`: nobody. */
export type SettingsSource = SettingsScope | 'configuration' | 'usual'

/** What applies, and who has said so. Null: nothing is limited. */
export type Sourced<Value> = { readonly value: Value; readonly from: SettingsSource }

/** Each setting with who has said so. */
type Explained = {
	readonly effort: Sourced<Effort>
	readonly workflow: Sourced<string>
	readonly quiet: Sourced<boolean>
	readonly allowedChannels: Sourced<readonly string[] | null>
	readonly allowedPeople: Sourced<readonly string[] | null>
	readonly directMessages: Sourced<boolean>
	readonly usdPerDay: Sourced<number | null>
}

/**
 * What applies in a place: person over channel over installation over the configuration. Who and where is answered is not for
 * persons to say.
 */
function explainSettings(
	{ installation, channel, person }: SettingsChain,
	{ channels = {}, ...defaults }: Defaults,
	{ platform, channelId }: Pick<Conversation, 'platform' | 'channelId'>,
): Omit<Explained, 'usdPerDay'> {
	const file = channels[`${platform}/${channelId}`]
	const everybodys = <Name extends 'effort' | 'workflow' | 'quiet'>(name: Name) =>
		({ person: person[name], channel: channel[name], installation: installation[name] }) as const
	const configured = <Name extends keyof Choice>(name: Name): Sourced<Choice[Name]> => ({
		value: file?.[name] ?? defaults[name],
		from: 'configuration',
	})
	return {
		effort: nearest<Effort>(everybodys('effort'), configured('effort')),
		workflow: nearest<string>(everybodys('workflow'), configured('workflow')),
		quiet: nearest<boolean>(everybodys('quiet'), { value: false, from: 'usual' }),
		allowedChannels: nearest<readonly string[] | null>({ installation: installation.allowedChannels }, unlimited),
		allowedPeople: nearest<readonly string[] | null>(
			{ channel: channel.allowedPeople, installation: installation.allowedPeople },
			unlimited,
		),
		directMessages: nearest<boolean>({ installation: installation.directMessages }, { value: true, from: 'usual' }),
	}
}

const unlimited: Sourced<null> = { value: null, from: 'usual' }
const nearestFirst = ['person', 'channel', 'installation'] as const

function nearest<Value>(
	said: { readonly [Scope in SettingsScope]?: Value | undefined },
	otherwise: Sourced<Value>,
): Sourced<Value> {
	for (const from of nearestFirst) {
		const value = said[from]
		if (value !== undefined) return { value, from }
	}
	return otherwise
}

/** What applies where somebody asks; each one's money is their own. */
export function resolveSettings(
	chain: SettingsChain,
	defaults: Defaults,
	place: Pick<Conversation, 'platform' | 'channelId'>,
): ResolvedSettings {
	const { installation, channel, person } = chain
	const { effort, workflow, quiet, ...who } = explainSettings(chain, defaults, place)
	return {
		effort: effort.value,
		workflow: workflow.value,
		quiet: quiet.value,
		admission: {
			channels: who.allowedChannels.value,
			people: who.allowedPeople.value,
			directMessages: who.directMessages.value,
		},
		usdPerDay: {
			...(person.usdPerDay === undefined ? {} : { person: person.usdPerDay }),
			...(channel.usdPerDay === undefined ? {} : { channel: channel.usdPerDay }),
			...(installation.usdPerDay === undefined ? {} : { installation: installation.usdPerDay }),
		},
	}
}

/** What would apply where a scope sets nothing itself: each setting that the scope has, with who says so. */
export type InheritedSettings = { readonly [Name in keyof Explained]?: Explained[Name] | undefined }

export function inheritedSettings(
	{ platform, scope }: Pick<SettingsKey, 'platform' | 'scope'>,
	channelId: string,
	chain: SettingsChain,
	defaults: Defaults & { readonly budgets: DayBudgets },
): InheritedSettings {
	const { costMicroUsd } = defaults.budgets[scope]
	const usdPerDay = costMicroUsd === null ? unlimited : ({ value: toUsd(costMicroUsd), from: 'configuration' } as const)
	const all = { ...explainSettings(widerThan(scope, chain), defaults, { platform, channelId }), usdPerDay }
	return Object.fromEntries(settingsIn[scope].map((name) => [name, all[name]]))
}

function widerThan(scope: SettingsScope, chain: SettingsChain): SettingsChain {
	if (scope === 'installation') return noSettings
	return scope === 'channel' ? { ...noSettings, installation: chain.installation } : { ...chain, person: {} }
}

/** What applies in a place now. */
export type SettingsReader = (place: SettingsPlace) => Promise<ResolvedSettings>

export function createSettingsReader(store: Pick<SettingsStore, 'read'>, defaults: Defaults): SettingsReader {
	return async (place) => resolveSettings(await store.read(place), defaults, place)
}

/** For where nothing can be set. */
export function settingsFrom(defaults: Defaults): SettingsReader {
	return async (place) => resolveSettings(noSettings, defaults, place)
}
