import { z } from 'zod'
import { ThreadwiseError } from './errors.ts'
import { effortSchema } from './run-preferences.ts'

const emptyList = 'leave it out where nobody is limited: an empty list would allow nobody at all'
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
	allowedChannels: z.array(z.string().min(1)).min(1, emptyList).max(1_000).optional(),
	/** Who is answered: ids of people; absent: everybody. Only an installation or a channel has it. */
	allowedPeople: z.array(z.string().min(1)).min(1, emptyList).max(1_000).optional(),
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

const everybodys: readonly (keyof Settings)[] = ['effort', 'workflow', 'quiet', 'usdPerDay']
/** Which settings each scope has. */
export const settingsIn: Readonly<Record<SettingsScope, readonly (keyof Settings)[]>> = {
	installation: settingsSchema.keyof().options,
	channel: [...everybodys, 'allowedPeople'],
	person: everybodys,
}

/**
 * Checks what somebody sets.
 * @throws ThreadwiseError `config` for a setting that the scope doesn't have, `workflow` for one that isn't among the workflows.
 */
export function checkSettings({ scope, subject }: SettingsKey, settings: Settings, workflows: readonly string[]): void {
	if ((scope === 'installation') !== (subject === '')) {
		const whose = scope === 'installation' ? 'An installation has no subject' : `A ${scope} needs its id as the subject`
		throw new ThreadwiseError('config', `${whose}.`, { fix: 'Leave the subject empty for the installation only.' })
	}
	const foreign = Object.entries(settings).find(
		([name, value]) => value !== undefined && !settingsIn[scope].some((own) => own === name),
	)
	if (foreign !== undefined) {
		throw new ThreadwiseError('config', `A ${scope} has no setting "${foreign[0]}".`, {
			fix: `Set one of these: ${settingsIn[scope].join(', ')}.`,
		})
	}
	if (settings.workflow === undefined || workflows.includes(settings.workflow)) return
	throw new ThreadwiseError('workflow', `There is no workflow "${settings.workflow}".`, {
		fix: `Choose one of these: ${workflows.join(', ')}.`,
	})
}

/** Those that apply to a question, the widest scope first. */
export type SettingsChain = { readonly [Scope in SettingsScope]: Settings }

/** Where somebody asks, and who. */
export type SettingsPlace = {
	readonly platform: string
	readonly workspaceId: string
	readonly channelId: string
	readonly personId: string
}

/** A place in which Threadwise is used, with whom and what has been seen there, the newest first and not more than a hundred each. */
export type Installation = Pick<SettingsKey, 'platform' | 'workspaceId'> & {
	/** Ids of channels; direct messages are none. */
	readonly channels: readonly string[]
	readonly people: readonly { readonly id: string; readonly name: string }[]
}

/** Settings that people change while Threadwise runs. Every process sees a change with the next question. */
export interface SettingsStore {
	/** What applies where somebody asks. */
	read(place: SettingsPlace): Promise<SettingsChain>
	/** Every place that is known, by platform and workspace. */
	installations(): Promise<readonly Installation[]>
	/**
	 * Replaces what was set there.
	 * @throws ThreadwiseError `config` for a setting that this scope doesn't have, `workflow` for a workflow that isn't there.
	 */
	write(key: SettingsKey, settings: Settings): Promise<void>
}
