import { ApplicationCommandType, ApplicationIntegrationType, InteractionType } from 'discord.js'
import type { DiscordBot, DiscordCommand } from '../bots.ts'
import type { DiscordChannel, DiscordUser } from '../guilds.ts'
import type { DiscordModal, Interaction } from '../interaction.ts'
import { beginInteraction, type InteractionDraft } from '../interactions.ts'
import type { DiscordMessage } from '../messages.ts'
import { userPayload } from '../payloads/guilds.ts'
import { interactionPayload } from '../payloads/interactions.ts'
import { messagePayload } from '../payloads/messages.ts'
import { includes } from '../permissions.ts'
import { permissionsIn } from '../places.ts'
import type { World } from '../world.ts'
import { findCommand, type OptionValue, optionsOf } from './commands.ts'
import { type FormValues, formData } from './forms.ts'
import { type Choice, componentIn, useOf } from './used-components.ts'

/** What people do with a bot besides writing. Each resolves when the bot has answered, or is too late. */
export type Acting = {
	/** Uses a slash command in a channel, thread or direct messages. */
	command(name: string, options: Readonly<Record<string, OptionValue>>, channelId: string): Promise<Interaction>
	/** Uses a command of a message's menu. */
	messageCommand(name: string, message: DiscordMessage): Promise<Interaction>
	/** Presses a button that is shown to them. */
	press(message: DiscordMessage, button: Choice): Promise<Interaction>
	/** Chooses from a menu that is shown to them. */
	choose(message: DiscordMessage, menu: Choice, values: readonly string[]): Promise<Interaction>
	/** Sends a form off. */
	submit(modal: DiscordModal, values: FormValues): Promise<Interaction>
	/** The forms that are open for them. */
	modals(): readonly DiscordModal[]
}

type Place = Pick<InteractionDraft, 'channelId' | 'guildId' | 'owners'>

export function createActing(world: World, user: DiscordUser, mainBot: DiscordBot): Acting {
	const interact = async (draft: Omit<InteractionDraft, 'user'>, data: Readonly<Record<string, unknown>>) => {
		const interaction = beginInteraction(world, { ...draft, user })
		const payload = interactionPayload(world, interaction, data)
		world.publish({
			name: 'INTERACTION_CREATE',
			guildId: interaction.guildId,
			intents: 0,
			payload: (bot) => (bot === interaction.bot ? payload : null),
		})
		await interaction.answered
		return interaction
	}
	const useComponent = async (message: DiscordMessage, choice: Choice, values: readonly string[]) => {
		if (message.isDeleted || (message.visibleTo !== null && message.visibleTo !== user.id)) {
			throw new Error(`${user.name} doesn't see this message`)
		}
		const bot = world.bots.find((each) => each.applicationId === message.applicationId)
		if (bot === undefined) throw new Error('the message is no bot’s')
		const data = useOf(componentIn(message, choice), values)
		const { channelId } = message
		const place = { channelId, guildId: channelOf(world, channelId).guildId, owners: ownersOf(world, message, bot) }
		return interact(
			{ ...place, type: InteractionType.MessageComponent, bot, commandName: null, source: message, openedBy: null },
			data,
		)
	}
	return {
		command: async (name, options, channelId) => {
			const channel = channelOf(world, channelId)
			const command = findCommand(mainBot, name, ApplicationCommandType.ChatInput, channel.guildId)
			const data = { ...commandData(command), options: optionsOf(command, options) }
			return interact({ ...commandPlace(world, user, mainBot, command, channel), commandName: name }, data)
		},
		messageCommand: async (name, message) => {
			const channel = channelOf(world, message.channelId)
			const command = findCommand(mainBot, name, ApplicationCommandType.Message, channel.guildId)
			const author = world.users.get(message.authorId)
			const resolved = {
				messages: { [message.id]: messagePayload(world, message, mainBot, true) },
				...(author && { users: { [author.id]: userPayload(author) } }),
			}
			const data = { ...commandData(command), target_id: message.id, resolved }
			return interact({ ...commandPlace(world, user, mainBot, command, channel), commandName: name }, data)
		},
		press: (message, button) => useComponent(message, button, []),
		choose: (message, menu, values) => useComponent(message, menu, values),
		submit: async (modal, values) => {
			const { bot, channelId, guildId, owners, source, user: asked } = modal.openedBy
			if (!modal.isOpen || asked !== user) throw new Error('the form is not open')
			const data = formData(modal, values)
			const place = { channelId, guildId, owners, source, openedBy: modal.openedBy }
			const interaction = await interact({ ...place, type: InteractionType.ModalSubmit, bot, commandName: null }, data)
			if (interaction.state === 'answered') modal.isOpen = false
			return interaction
		},
		modals: () => world.modals.filter(({ isOpen, openedBy }) => isOpen && openedBy.user === user),
	}
}

function channelOf({ channels }: World, id: string): DiscordChannel {
	const channel = channels.get(id)
	if (channel === undefined) throw new Error(`there is no channel ${id}`)
	return channel
}

function commandData({ id, name, type, guildId }: DiscordCommand) {
	return { id, name, type, ...(guildId !== null && { guild_id: guildId }) }
}

function guildOwner(world: World, channelId: string): Readonly<Record<string, string>> {
	// Direct messages with the bot are as if the guild of nobody had installed it.
	return { [ApplicationIntegrationType.GuildInstall]: channelOf(world, channelId).guildId ?? '0' }
}

/** Who has brought the bot that sent a message. */
function ownersOf(
	world: World,
	{ origin, channelId }: DiscordMessage,
	bot: DiscordBot,
): Readonly<Record<string, string>> {
	const { guildId } = channelOf(world, channelId)
	const isMember = guildId !== null && world.guilds.get(guildId)?.members.has(bot.user.id) === true
	return isMember ? guildOwner(world, channelId) : (origin?.owners ?? guildOwner(world, channelId))
}

/** Where a command is used and who has brought the bot there; fails where it isn't offered. */
function commandPlace(
	world: World,
	user: DiscordUser,
	bot: DiscordBot,
	command: DiscordCommand,
	channel: DiscordChannel,
): Place & Pick<InteractionDraft, 'type' | 'bot' | 'source' | 'openedBy'> {
	const isWithBot = channel.recipients.has(bot.user.id)
	const guild = channel.guildId === null ? undefined : world.guilds.get(channel.guildId)
	const context = guild !== undefined ? 0 : isWithBot ? 1 : 2
	if (command.contexts?.includes(context) === false) throw new Error(`${command.name} isn't offered here`)
	if (!includes(permissionsIn(world, user.id, channel), 'ViewChannel'))
		throw new Error(`${user.name} doesn't see this channel`)
	const isInGuild = guild?.members.has(bot.user.id) === true
	const owners = {
		...((isInGuild || isWithBot) &&
			command.integrationTypes.includes(ApplicationIntegrationType.GuildInstall) &&
			guildOwner(world, channel.id)),
		...(bot.installedFor.has(user.id) &&
			command.integrationTypes.includes(ApplicationIntegrationType.UserInstall) && {
				[ApplicationIntegrationType.UserInstall]: user.id,
			}),
	}
	if (Object.keys(owners).length === 0) throw new Error(`neither ${user.name} nor the guild has installed the bot`)
	const place = { channelId: channel.id, guildId: channel.guildId, owners }
	return { ...place, type: InteractionType.ApplicationCommand, bot, source: null, openedBy: null }
}
