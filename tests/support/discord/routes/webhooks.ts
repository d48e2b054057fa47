import { MessageFlags, MessageType } from 'discord.js'
import type { Interaction } from '../interaction.ts'
import { answeredBefore, showAnswer } from '../interactions.ts'
import type { DiscordMessage } from '../messages.ts'
import { messagePayload } from '../payloads/messages.ts'
import { DiscordRefusal } from '../refusal.ts'
import type { MessageBody } from '../wire.ts'
import { changeMessage, removeMessage } from '../writing.ts'
import { answerDraft } from './callbacks.ts'
import { changeBy } from './messages.ts'
import { defineRoute, found, nothing, type ReadRequest, type Route } from './route.ts'

/** What discord.js users usually observe; Discord doesn't document it. */
const rate = { requests: 5, windowMs: 2_000 }
const token = 'address'
const followUpsOfUserInstalls = 5

function interactionOf({ world, parameter }: ReadRequest<unknown, unknown>): Interaction {
	return answeredBefore(world, parameter('webhook_id'), parameter('webhook_token'))
}

/** The first answer, or a further one, that the address names. */
function messageOf(request: ReadRequest<unknown, unknown>): DiscordMessage {
	const { original, followUps } = interactionOf(request)
	const id = request.parameter('message_id')
	const message = id === '' ? original : [original, ...followUps].find((each) => each?.id === id)
	if (message === undefined || message === null || message.isDeleted) throw new DiscordRefusal('unknownMessage')
	return message
}

const followUp = defineRoute<MessageBody>({
	name: 'POST /webhooks/{webhook_id}/{webhook_token}',
	token,
	rate,
	run: (request) => {
		const { world, bot, body, files } = request
		const interaction = interactionOf(request)
		const { original, followUps, isUserInstallOnly } = interaction
		const draft = answerDraft(world, interaction.channelId, body, files)
		if (original !== null && !original.isDeleted && (original.flags & MessageFlags.Loading) !== 0) {
			// What follows a deferral takes its place; who sees it was settled then.
			changeMessage(world, original, { ...draft, flags: original.flags | (draft.flags & ~MessageFlags.Ephemeral) })
			return found(messagePayload(world, original, bot, true))
		}
		if (isUserInstallOnly && followUps.length >= followUpsOfUserInstalls) throw new DiscordRefusal('tooManyFollowUps')
		const message = showAnswer(world, interaction, { ...draft, type: MessageType.Default })
		followUps.push(message)
		return found(messagePayload(world, message, bot, true))
	},
})

function get(request: ReadRequest<unknown, unknown>) {
	return found(messagePayload(request.world, messageOf(request), request.bot, true))
}

function edit(request: ReadRequest<MessageBody, unknown>) {
	const { world, bot, body, files } = request
	const message = messageOf(request)
	changeMessage(world, message, changeBy(world, message, body, files))
	return found(messagePayload(world, message, bot, true))
}

function remove(request: ReadRequest<unknown, unknown>) {
	removeMessage(request.world, messageOf(request))
	return nothing
}

const original = '/webhooks/{webhook_id}/{webhook_token}/messages/@original'
const further = '/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}'

export const webhookRoutes: readonly Route[] = [
	followUp,
	defineRoute({ name: `GET ${original}`, token, rate, run: get }),
	defineRoute<MessageBody>({ name: `PATCH ${original}`, token, rate, run: edit }),
	defineRoute({ name: `DELETE ${original}`, token, rate, run: remove }),
	defineRoute({ name: `GET ${further}`, token, rate, run: get }),
	defineRoute<MessageBody>({ name: `PATCH ${further}`, token, rate, run: edit }),
	defineRoute({ name: `DELETE ${further}`, token, rate, run: remove }),
]
