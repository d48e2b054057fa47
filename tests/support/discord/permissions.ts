import { PermissionFlagsBits } from 'discord.js'
import type { DiscordChannel, DiscordGuild, DiscordMember, Overwrite } from './guilds.ts'

/** As discord.js names them. */
export type PermissionName = keyof typeof PermissionFlagsBits

const everything = bitsOf(Object.keys(PermissionFlagsBits) as PermissionName[])

/** What people may do in a guild's channels unless a channel says otherwise. */
export const ordinaryPermissions = bitsOf([
	'ViewChannel',
	'SendMessages',
	'SendMessagesInThreads',
	'CreatePublicThreads',
	'ReadMessageHistory',
	'EmbedLinks',
	'AttachFiles',
	'AddReactions',
	'UseApplicationCommands',
	'UseExternalApps',
])

export const moderatorPermissions = bitsOf(['ManageMessages', 'ManageThreads', 'ModerateMembers', 'MentionEveryone'])

/** What both sides may do in direct messages. */
export const directPermissions = bitsOf([
	'ViewChannel',
	'SendMessages',
	'ReadMessageHistory',
	'EmbedLinks',
	'AttachFiles',
	'AddReactions',
])

export function bitsOf(names: readonly PermissionName[]): bigint {
	return names.reduce((bits, name) => bits | PermissionFlagsBits[name], 0n)
}

export function includes(bits: bigint, name: PermissionName): boolean {
	return (bits & PermissionFlagsBits[name]) !== 0n
}

/** What a member may do in the whole guild. */
export function guildPermissions(guild: DiscordGuild, member: DiscordMember): bigint {
	if (member.userId === guild.ownerId) return everything
	const granted = guild.roles
		.filter(({ id }) => id === guild.id || member.roles.has(id))
		.reduce((bits, { permissions }) => bits | permissions, 0n)
	return includes(granted, 'Administrator') ? everything : granted
}

/** What a member may do in a channel of the guild; a thread's overwrites are its parent's. Nothing where they can't see it. */
export function channelPermissions(guild: DiscordGuild, member: DiscordMember, { overwrites }: DiscordChannel): bigint {
	const base = guildPermissions(guild, member)
	if (base === everything) return base
	const apply = (bits: bigint, concerned: readonly Overwrite[]) => {
		const deny = concerned.reduce((all, each) => all | each.deny, 0n)
		const allow = concerned.reduce((all, each) => all | each.allow, 0n)
		return (bits & ~deny) | allow
	}
	const steps = [
		overwrites.filter(({ id }) => id === guild.id),
		overwrites.filter(({ id, type }) => type === 'role' && id !== guild.id && member.roles.has(id)),
		overwrites.filter(({ id, type }) => type === 'member' && id === member.userId),
	]
	const bits = steps.reduce(apply, base)
	return includes(bits, 'ViewChannel') ? bits : 0n
}
