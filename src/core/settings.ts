import { z } from 'zod'
import { effortSchema } from './run-preferences.ts'

const dollars = z.number().positive().max(1_000_000_000)

/**
 * What an installation, a channel or a person may have set for themselves. Whatever is absent is as the next wider scope has it:
 * person, then channel, then installation, then the configuration.
 */
export const settingsSchema = z.strictObject({
	/** How much to think where a question says nothing else. */
	effort: effortSchema.optional(),
	workflow: z.string().min(1).optional(),
	/** Shows only the answer and one line, not the stages while they run. */
	quiet: z.boolean().optional(),
	/** Where questions are answered: ids of channels; absent: everywhere. Only an installation has it. */
	allowedChannels: z.array(z.string().min(1)).max(1_000).optional(),
	/** Who is answered: ids of people; absent: everybody. Only an installation or a channel has it. */
	allowedPeople: z.array(z.string().min(1)).max(1_000).optional(),
	/** Whether direct messages are answered. Only an installation has it. */
	directMessages: z.boolean().optional(),
	/** What may be spent on a day, counted in UTC, below what the configuration allows. */
	usdPerDay: dollars.optional(),
})
export type Settings = z.infer<typeof settingsSchema>

export const settingsScopeSchema = z.enum(['installation', 'channel', 'person'])
export type SettingsScope = z.infer<typeof settingsScopeSchema>

/** Whose settings: `subject` is the channel's or person's id, empty for the installation. */
export type SettingsKey = {
	readonly platform: string
	readonly workspaceId: string
	readonly scope: SettingsScope
	readonly subject: string
}

/** Those that apply to a question, the widest scope first. */
export type SettingsChain = { readonly [Scope in SettingsScope]: Settings }

/** Settings that people change while Threadwise runs. Every process sees a change with the next question. */
export interface SettingsStore {
	/** What applies where somebody asks. */
	read(place: {
		readonly platform: string
		readonly workspaceId: string
		readonly channelId: string
		readonly personId: string
	}): Promise<SettingsChain>
	/** Replaces what was set there. */
	write(key: SettingsKey, settings: Settings): Promise<void>
}
