import type { Conversation } from './conversation.ts'
import type { Admission } from './may.ts'
import type { Effort } from './run-preferences.ts'
import type { SettingsChain, SettingsPlace, SettingsScope, SettingsStore } from './settings.ts'

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

/**
 * What applies in a place: person over channel over installation over the configuration. Who and where is answered is not for
 * persons to say, and each one's money is their own.
 */
export function resolveSettings(
	{ installation, channel, person }: SettingsChain,
	{ channels = {}, ...defaults }: Defaults,
	{ platform, channelId }: Pick<Conversation, 'platform' | 'channelId'>,
): ResolvedSettings {
	const file = channels[`${platform}/${channelId}`]
	return {
		effort: person.effort ?? channel.effort ?? installation.effort ?? file?.effort ?? defaults.effort,
		workflow: person.workflow ?? channel.workflow ?? installation.workflow ?? file?.workflow ?? defaults.workflow,
		quiet: person.quiet ?? channel.quiet ?? installation.quiet ?? false,
		admission: {
			channels: installation.allowedChannels ?? null,
			people: channel.allowedPeople ?? installation.allowedPeople ?? null,
			directMessages: installation.directMessages ?? true,
		},
		usdPerDay: {
			...(person.usdPerDay === undefined ? {} : { person: person.usdPerDay }),
			...(channel.usdPerDay === undefined ? {} : { channel: channel.usdPerDay }),
			...(installation.usdPerDay === undefined ? {} : { installation: installation.usdPerDay }),
		},
	}
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
