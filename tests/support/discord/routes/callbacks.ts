import { InteractionResponseType, InteractionType, MessageFlags, MessageType } from 'discord.js'
import type { Interaction } from '../interaction.ts'
import { showAnswer, unanswered } from '../interactions.ts'
import type { DiscordMessage } from '../messages.ts'
import { messagePayload } from '../payloads/messages.ts'
import { wrongField } from '../refusal.ts'
import { checkAllowedMentions, checkFlags, checkShown } from '../rules/content.ts'
import { attachmentsOf, checkModeration } from '../rules/messages.ts'
import { checkModal } from '../rules/modals.ts'
import type { Component, MessageBody } from '../wire.ts'
import type { World } from '../world.ts'
import { changeMessage } from '../writing.ts'
import { changeBy } from './messages.ts'
import { defineRoute, found, nothing, type ReadRequest, type Route } from './route.ts'

type ModalBody = { readonly custom_id: string; readonly title: string; readonly components: readonly Component[] }
type CallbackBody = { readonly type: number; readonly data?: (MessageBody & Partial<ModalBody>) | null }
type Request = ReadRequest<CallbackBody, { readonly with_response?: boolean }>

/** The interactions that an answer of this kind fits; no limit where a kind isn't named. */
const fitting: Readonly<Record<number, readonly InteractionType[]>> = {
	[InteractionResponseType.DeferredMessageUpdate]: [InteractionType.MessageComponent, InteractionType.ModalSubmit],
	[InteractionResponseType.UpdateMessage]: [InteractionType.MessageComponent, InteractionType.ModalSubmit],
	[InteractionResponseType.Modal]: [InteractionType.ApplicationCommand, InteractionType.MessageComponent],
}

const answerInteraction = defineRoute<CallbackBody, { readonly with_response?: boolean }>({
	name: 'POST /interactions/{interaction_id}/{interaction_token}/callback',
	token: 'address',
	run: (request) => {
		const { world, body, parameter } = request
		const interaction = unanswered(world, parameter('interaction_id'), parameter('interaction_token'))
		checkFits(interaction, body.type)
		interaction.original = answer(request, interaction)
		interaction.callbackType = body.type
		interaction.tookMs = world.clock.now() - interaction.createdAt
		interaction.state = 'answered'
		interaction.end()
		return request.query.with_response === true ? found(responsePayload(world, interaction)) : nothing
	},
})

function checkFits({ type, source }: Interaction, callbackType: number): void {
	const allowed = fitting[callbackType] ?? null
	const needsMessage =
		callbackType === InteractionResponseType.UpdateMessage ||
		callbackType === InteractionResponseType.DeferredMessageUpdate
	if ((allowed !== null && !allowed.includes(type)) || (needsMessage && source === null)) {
		throw wrongField('type', 'INTERACTION_APPLICATION_RESPONSE_TYPE_INVALID', 'This interaction takes no such answer.')
	}
}

function answer(request: Request, interaction: Interaction): DiscordMessage | null {
	const { world, body, files } = request
	const data = body.data ?? {}
	switch (body.type) {
		case InteractionResponseType.ChannelMessageWithSource:
			return showAnswer(world, interaction, {
				...answerDraft(world, interaction.channelId, data, files),
				type: answerType(interaction),
			})
		case InteractionResponseType.DeferredChannelMessageWithSource:
			return showAnswer(world, interaction, {
				type: answerType(interaction),
				flags: checkFlags(data.flags ?? 0, true) | MessageFlags.Loading,
				allowedMentions: { parse: [] },
			})
		case InteractionResponseType.UpdateMessage:
			return updateSource(request, interaction, data)
		case InteractionResponseType.DeferredMessageUpdate:
			return interaction.source
		case InteractionResponseType.Modal:
			return openModal(world, interaction, data)
		default:
			throw wrongField('type', 'BASE_TYPE_CHOICES', 'This local Discord takes no such answer.')
	}
}

/** A message as an answer to an interaction, or as a further one. */
export function answerDraft(world: World, channelId: string, data: MessageBody, files: Request['files']) {
	const shown = {
		content: (data.content ?? '').trim(),
		embeds: data.embeds ?? [],
		components: data.components ?? [],
		attachments: attachmentsOf(world, data, files),
	}
	const flags = checkFlags(data.flags ?? 0, true)
	checkAllowedMentions(data.allowed_mentions)
	checkShown(shown, flags)
	checkModeration(world, channelId, shown)
	return { ...shown, flags, allowedMentions: data.allowed_mentions ?? null }
}

function answerType({ type, source }: Interaction): MessageType {
	if (type !== InteractionType.ApplicationCommand) return MessageType.Default
	return source === null ? MessageType.ChatInputCommand : MessageType.ContextMenuCommand
}

function updateSource({ world, files }: Request, { source }: Interaction, data: MessageBody): DiscordMessage | null {
	if (source !== null) changeMessage(world, source, changeBy(world, source, data, files))
	return source
}

function openModal(world: World, interaction: Interaction, data: Partial<ModalBody>): null {
	const { custom_id: customId = '', title = '', components = [] } = data
	checkModal(components)
	interaction.modal = { customId, title, components, openedBy: interaction, isOpen: true }
	world.modals.push(interaction.modal)
	return null
}

function responsePayload(world: World, interaction: Interaction) {
	const { id, type, original, callbackType, bot } = interaction
	const flags = original?.flags ?? 0
	return {
		interaction: {
			id,
			type,
			...(original !== null && {
				response_message_id: original.id,
				response_message_loading: (flags & MessageFlags.Loading) !== 0,
				response_message_ephemeral: (flags & MessageFlags.Ephemeral) !== 0,
			}),
		},
		...(original !== null && {
			resource: { type: resourceType(callbackType), message: messagePayload(world, original, bot, true) },
		}),
	}
}

/** By the document a deferred answer is told back as the answer that it stands for. */
function resourceType(callbackType: number | null): number | null {
	if (callbackType === InteractionResponseType.DeferredChannelMessageWithSource) {
		return InteractionResponseType.ChannelMessageWithSource
	}
	const isUpdate = callbackType === InteractionResponseType.DeferredMessageUpdate
	return isUpdate ? InteractionResponseType.UpdateMessage : callbackType
}

export const callbackRoutes: readonly Route[] = [answerInteraction]
