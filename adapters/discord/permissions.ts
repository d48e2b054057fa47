import { PermissionFlagsBits } from 'discord.js'
import { z } from 'zod'

/** What the bot needs, each with what for; it stands nowhere else. */
export const neededPermissions = {
	ViewChannel: 'to see what is said to it',
	SendMessages: 'to answer',
	CreatePublicThreads: 'to open a thread for an answer',
	SendMessagesInThreads: 'to answer in threads',
	ReadMessageHistory: 'to know what was said before, and what it has answered',
	EmbedLinks: 'to answer with buttons',
	AttachFiles: 'to attach long answers',
} as const satisfies Partial<Record<keyof typeof PermissionFlagsBits, string>>
export type NeededPermission = keyof typeof neededPermissions

const names = Object.keys(neededPermissions) as readonly NeededPermission[]

/** All of them as the number that an invite link takes. */
export const neededBits: bigint = names.reduce((bits, name) => bits | PermissionFlagsBits[name], 0n)

/** The name that Discord shows in its settings. */
export function titleOfPermission(name: NeededPermission): string {
	return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').replace(' In ', ' in ')
}

const bits = z.string().transform((text) => BigInt(text))
export const roleSchema = z.object({ id: z.string(), permissions: bits })
export const overwriteSchema = z.object({ id: z.string(), allow: bits, deny: bits })
type Role = z.infer<typeof roleSchema>
type Overwrite = z.infer<typeof overwriteSchema>

/** A member of a guild, with the roles of that guild. */
export type Membership = {
	readonly guildId: string
	readonly userId: string
	readonly roleIds: readonly string[]
	readonly roles: readonly Role[]
}

/** What the bot lacks in a channel. https://docs.discord.com/developers/topics/permissions#permission-overwrites */
export function missingIn(
	{ guildId, userId, roleIds, roles }: Membership,
	overwrites: readonly Overwrite[],
): readonly NeededPermission[] {
	const own = new Set([guildId, ...roleIds])
	const base = roles.filter(({ id }) => own.has(id)).reduce((all, { permissions }) => all | permissions, 0n)
	if ((base & PermissionFlagsBits.Administrator) !== 0n) return []
	const everybodys = overwrites.filter(({ id }) => id === guildId)
	const ofRoles = overwrites.filter(({ id }) => id !== guildId && own.has(id))
	const ofMember = overwrites.filter(({ id }) => id === userId)
	const granted = [everybodys, ofRoles, ofMember].reduce(applied, base)
	return missingOf(granted)
}

/** What of it isn't among these permissions. */
export function missingOf(granted: bigint): readonly NeededPermission[] {
	return names.filter((name) => (granted & PermissionFlagsBits[name]) === 0n)
}

/** Of overwrites of one kind, what any of them allows wins over what others deny. */
function applied(permissions: bigint, overwrites: readonly Overwrite[]): bigint {
	const denied = overwrites.reduce((all, { deny }) => all | deny, 0n)
	const allowed = overwrites.reduce((all, { allow }) => all | allow, 0n)
	return (permissions & ~denied) | allowed
}
