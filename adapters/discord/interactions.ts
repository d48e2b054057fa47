import { PermissionFlagsBits } from 'discord.js'
import { z } from 'zod'
import { type Effort, effortSchema, type RunPreferences } from '../../src/core/run-preferences.ts'
import { preferencesOf } from '../../src/core/text-command.ts'
import { type Channel, readChannel } from './channels.ts'
import { type Person, readWritten, type Written } from './receive.ts'

/** What somebody has done with a command, a button, a menu or a form. */
export type Interaction = {
	readonly id: string
	/** The right to answer it, for a quarter of an hour. */
	readonly token: string
	readonly applicationId: string
	readonly channel: Channel
	readonly person: Person
	/** Whether the bot itself is there and may write, so that it can do so without having been asked to. */
	readonly isMember: boolean
	readonly what: What
}

export type What =
	| {
			readonly kind: 'ask'
			readonly question: string
			readonly preferences: RunPreferences
			readonly isPrivate: boolean
	  }
	/** Somebody wants a message thought about; whoever wrote it, they ask. */
	| { readonly kind: 'think-about'; readonly message: Written }
	| { readonly kind: 'stop' }
	| {
			readonly kind: 'press'
			readonly customId: string
			/** What was chosen in a menu; empty for a button. */
			readonly chosen: readonly string[]
			/** Where it stands. */
			readonly message: { readonly id: string; readonly isPrivate: boolean }
	  }
	| {
			readonly kind: 'form'
			readonly customId: string
			readonly texts: Readonly<Record<string, string>>
			/** With whose button it was opened. */
			readonly messageId: string | null
	  }

export const askCommands = ['ask', 'think', 'quick'] as const
export const stopCommand = 'stop'

const ephemeral = 1 << 6
const { Administrator, ManageMessages, SendMessages, SendMessagesInThreads, ViewChannel } = PermissionFlagsBits
const botsOwnChannel = 1

const user = z.object({ id: z.string(), username: z.string().default(''), global_name: z.string().nullish() })
const base = z.object({
	id: z.string(),
	token: z.string(),
	application_id: z.string(),
	channel_id: z.string().nullish(),
	guild_id: z.string().nullish(),
	channel: z.unknown(),
	user: user.nullish(),
	member: z.object({ user, nick: z.string().nullish(), permissions: z.string().default('0') }).nullish(),
	locale: z.string().nullish(),
	context: z.number().nullish(),
	app_permissions: z.string().nullish(),
	authorizing_integration_owners: z.record(z.string(), z.string()).nullish(),
})

const option = z.object({ name: z.string(), value: z.union([z.string(), z.number(), z.boolean()]).optional() })
/** The labels of a form hold their inputs; what an input is called, we have said. */
const field: z.ZodType<Field> = z.lazy(() =>
	z.object({
		custom_id: z.string().optional(),
		value: z.string().nullish(),
		component: field.optional(),
		components: z.array(field).optional(),
	}),
)
type Field = {
	custom_id?: string | undefined
	value?: string | null | undefined
	component?: Field | undefined
	components?: Field[] | undefined
}

const slashCommand = z.object({ type: z.literal(1), name: z.string(), options: z.array(option).default([]) })
const messageCommand = z.object({
	type: z.literal(3),
	target_id: z.string(),
	resolved: z.object({ messages: z.record(z.string(), z.unknown()) }),
})
const used = z.discriminatedUnion('type', [
	z.object({ type: z.literal(2), data: z.union([slashCommand, messageCommand]) }),
	z.object({
		type: z.literal(3),
		data: z.object({ custom_id: z.string(), values: z.array(z.string()).default([]) }),
		message: z.object({ id: z.string(), flags: z.number().default(0) }),
	}),
	z.object({
		type: z.literal(5),
		data: z.object({ custom_id: z.string(), components: z.array(field).default([]) }),
		message: z.object({ id: z.string() }).nullish(),
	}),
])

/** What an interaction comes to; null for what is none of ours. */
export function readInteraction(interaction: unknown): Interaction | null {
	const { data } = base.safeParse(interaction)
	const what = readWhat(interaction)
	const person = data === undefined ? null : readPerson(data)
	const channel = data === undefined ? null : channelOf(data)
	if (data === undefined || what === null || person === null || channel === null) return null
	const { id, token, application_id: applicationId } = data
	return { id, token, applicationId, channel, person, isMember: mayWrite(data, channel), what }
}

/** What the bot may do in a guild that it isn't in, Discord says as well: it is what its answers may contain. */
function mayWrite(
	{ context, app_permissions: given, authorizing_integration_owners: owners }: z.infer<typeof base>,
	channel: Channel,
): boolean {
	if (context === botsOwnChannel) return true
	if (owners && !('0' in owners)) return false
	if (!given) return true
	const permissions = BigInt(given)
	const needed = ViewChannel | (channel.kind === 'thread' ? SendMessagesInThreads : SendMessages)
	return (permissions & Administrator) !== 0n || (permissions & needed) === needed
}

function readPerson({ user: alone, member, locale }: z.infer<typeof base>): Person | null {
	const who = member?.user ?? alone
	if (!who) return null
	const permissions = BigInt(member?.permissions ?? '0')
	return {
		id: who.id,
		name: member?.nick || who.global_name || who.username || who.id,
		...(locale ? { locale } : {}),
		isModerator: (permissions & (ManageMessages | Administrator)) !== 0n,
	}
}

function channelOf({ channel, channel_id: id, guild_id, context }: z.infer<typeof base>): Channel | null {
	const read = readChannel(channel, guild_id ?? null)
	if (read !== null) return read
	if (!id) return null
	return context === botsOwnChannel
		? { kind: 'direct', id, guildId: null }
		: { kind: 'channel', id, guildId: guild_id ?? null }
}

function readWhat(interaction: unknown): What | null {
	const { data: read } = used.safeParse(interaction)
	if (read === undefined) return null
	if (read.type === 2) return read.data.type === 1 ? readSlash(read.data) : readTarget(read.data)
	if (read.type === 5) return readForm(read)
	const { custom_id: customId, values: chosen } = read.data
	const { id, flags } = read.message
	return { kind: 'press', customId, chosen, message: { id, isPrivate: (flags & ephemeral) !== 0 } }
}

function readForm({ data, message }: Extract<z.infer<typeof used>, { type: 5 }>): What {
	return { kind: 'form', customId: data.custom_id, texts: textsIn(data.components), messageId: message?.id ?? null }
}

function readSlash({ name, options }: z.infer<typeof slashCommand>): What | null {
	if (name === stopCommand) return { kind: 'stop' }
	if (!askCommands.some((command) => command === name)) return null
	const given = new Map(options.map((each) => [each.name, each.value]))
	const effort: Effort | null = effortSchema
		.nullable()
		.catch(null)
		.parse(given.get('effort') ?? null)
	const question = given.get('question')
	return {
		kind: 'ask',
		question: typeof question === 'string' ? question.trim() : '',
		preferences: { ...preferencesOf(name), effort },
		isPrivate: given.get('private') === true,
	}
}

function readTarget({ target_id, resolved }: z.infer<typeof messageCommand>): What | null {
	const message = readWritten(resolved.messages[target_id])
	return message === null ? null : { kind: 'think-about', message }
}

function textsIn(fields: readonly Field[]): Readonly<Record<string, string>> {
	return Object.fromEntries(
		fields.flatMap(({ custom_id: name, value, component, components = [] }): [string, string][] => [
			...(name !== undefined && typeof value === 'string' ? ([[name, value]] as [string, string][]) : []),
			...Object.entries(textsIn([...components, ...(component === undefined ? [] : [component])])),
		]),
	)
}
