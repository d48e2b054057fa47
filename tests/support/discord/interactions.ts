import { ApplicationIntegrationType, InteractionType, MessageFlags } from 'discord.js'
import { type Interaction, tokenLifeMs } from './interaction.ts'
import type { DiscordMessage, Origin, Shown } from './messages.ts'
import { includes } from './permissions.ts'
import { permissionsIn } from './places.ts'
import { DiscordRefusal } from './refusal.ts'
import type { AllowedMentions } from './wire.ts'
import type { World } from './world.ts'
import { addMessage } from './writing.ts'

export type InteractionDraft = Pick<
	Interaction,
	'type' | 'bot' | 'user' | 'channelId' | 'guildId' | 'commandName' | 'owners' | 'source' | 'openedBy'
>

/** Begins an interaction: the bot has so long to answer, then it has failed. */
export function beginInteraction(world: World, draft: InteractionDraft): Interaction {
	const { promise, resolve } = Promise.withResolvers<void>()
	const timer = setTimeout(() => end(), world.options.interactionMs)
	const end = () => {
		clearTimeout(timer)
		if (interaction.state === 'pending') interaction.state = 'failed'
		resolve()
	}
	const interaction: Interaction = {
		...draft,
		id: world.identifiers.snowflake(),
		token: world.identifiers.token('interaction-token-'),
		isUserInstallOnly: draft.owners[ApplicationIntegrationType.GuildInstall] === undefined,
		createdAt: world.clock.now(),
		state: 'pending',
		callbackType: null,
		tookMs: null,
		original: null,
		followUps: [],
		modal: null,
		answered: promise,
		end,
	}
	world.interactions.push(interaction)
	return interaction
}

/** The interaction that a bot may answer for the first time now. */
export function unanswered({ interactions, clock, options }: World, id: string, token: string): Interaction {
	const interaction = interactions.find((each) => each.id === id && each.token === token)
	if (interaction === undefined) throw new DiscordRefusal('unknownInteraction')
	if (interaction.state === 'pending' && clock.now() - interaction.createdAt > options.interactionMs) interaction.end()
	if (interaction.state === 'failed') throw new DiscordRefusal('unknownInteraction')
	if (interaction.state === 'answered') throw new DiscordRefusal('alreadyAcknowledged')
	return interaction
}

/** The interaction whose token the bot uses after its first answer. */
export function answeredBefore({ interactions, clock }: World, applicationId: string, token: string): Interaction {
	const interaction = interactions.find((each) => each.token === token && each.bot.applicationId === applicationId)
	if (interaction === undefined) throw new DiscordRefusal('unknownWebhook')
	if (clock.now() - interaction.createdAt > tokenLifeMs) throw new DiscordRefusal('invalidWebhookToken')
	if (interaction.state !== 'answered') throw new DiscordRefusal('unknownWebhook')
	return interaction
}

export type AnswerDraft = Partial<Shown> & {
	readonly type: number
	readonly flags: number
	readonly allowedMentions: AllowedMentions | null
}

/** Shows something that the bot answers: to everybody in the channel, or only to the person. */
export function showAnswer(world: World, interaction: Interaction, draft: AnswerDraft): DiscordMessage {
	const channel = world.channels.get(interaction.channelId)
	if (channel === undefined) throw new DiscordRefusal('unknownChannel')
	const { bot, user } = interaction
	const isEphemeral = (draft.flags & MessageFlags.Ephemeral) !== 0 || isKeptPrivate(world, interaction)
	return addMessage(world, channel, {
		...draft,
		flags: draft.flags | (isEphemeral ? MessageFlags.Ephemeral : 0),
		authorId: bot.user.id,
		applicationId: bot.applicationId,
		visibleTo: isEphemeral ? user.id : null,
		origin: originOf(interaction),
	})
}

function originOf({ id, type, commandName, user, owners, source, openedBy }: Interaction): Origin {
	return {
		interactionId: id,
		interactionType: type,
		commandName,
		userId: user.id,
		owners,
		interactedMessageId: type === InteractionType.MessageComponent ? (source?.id ?? null) : null,
		triggeredBy: openedBy === null ? null : originOf(openedBy),
	}
}

/** Who may not use bots from outside in a channel is answered in private. */
function isKeptPrivate(world: World, { isUserInstallOnly, user, channelId, guildId }: Interaction): boolean {
	const channel = world.channels.get(channelId)
	if (!isUserInstallOnly || guildId === null || channel === undefined) return false
	return !includes(permissionsIn(world, user.id, channel), 'UseExternalApps')
}
