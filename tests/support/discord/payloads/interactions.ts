import type { Interaction } from '../interaction.ts'
import { guildPermissions } from '../permissions.ts'
import { permissionsIn } from '../places.ts'
import type { World } from '../world.ts'
import { channelPayload, memberPayload, userPayload } from './guilds.ts'
import { messagePayload } from './messages.ts'

/** What an application hears of somebody who uses it. */
export function interactionPayload(
	world: World,
	interaction: Interaction,
	data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
	const { id, token, type, bot, user, channelId, guildId, owners, source } = interaction
	const channel = world.channels.get(channelId)
	const guild = guildId === null ? undefined : world.guilds.get(guildId)
	const member = guild?.members.get(user.id)
	const context = guildId !== null ? 0 : channel?.recipients.has(bot.user.id) === true ? 1 : 2
	return {
		id,
		application_id: bot.applicationId,
		type,
		data,
		token,
		version: 1,
		channel_id: channelId,
		...(channel && {
			channel: { ...channelPayload(world, channel), permissions: permissionText(world, user.id, channelId) },
		}),
		...(guild && { guild_id: guildId, guild: { id: guild.id, locale: 'en-US', features: [] }, guild_locale: 'en-US' }),
		...(guild && member
			? {
					member: {
						...memberPayload(member),
						user: userPayload(user),
						permissions: permissionText(world, user.id, channelId) || String(guildPermissions(guild, member)),
					},
				}
			: { user: userPayload(user) }),
		...(source !== null && { message: messagePayload(world, source, bot, true) }),
		app_permissions: permissionText(world, bot.user.id, channelId),
		locale: 'en-US',
		entitlements: [],
		authorizing_integration_owners: owners,
		context,
		attachment_size_limit: 10_485_760,
	}
}

function permissionText(world: World, userId: string, channelId: string): string {
	const channel = world.channels.get(channelId)
	return String(channel === undefined ? 0n : permissionsIn(world, userId, channel))
}
