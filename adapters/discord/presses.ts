import type { ActionResult, Actor, RunBegun } from '../../src/core/actor.ts'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import { reportError } from '../../src/core/errors.ts'
import type { GivenFeedback } from '../../src/core/feedback.ts'
import { may, runAsSubject } from '../../src/core/may.ts'
import type { Run } from '../../src/core/run.ts'
import { preferencesOf } from '../../src/core/text-command.ts'
import { english, foldJournal, refusalText } from '../../src/rendering/index.ts'
import type { Answers } from './answers.ts'
import { beside } from './beside.ts'
import type { DiscordClient } from './client.ts'
import { usualInteractionMs } from './command-taker.ts'
import type { DiscordOptions } from './config.ts'
import { type Control, parseCustomId, parseStageOption, type Verb } from './custom-ids.ts'
import { readForm, reasonForm, replyForm } from './forms.ts'
import type { Interaction, What } from './interactions.ts'
import { actorOf, commandOf, isInteractionOnly, toIncomingMessage } from './receive.ts'
import { isRefusal } from './refusals.ts'
import { type ShownReply, showNotice, showReply } from './show.ts'
import { showRecord } from './show-record.ts'

type PressParts = Pick<DiscordOptions, 'runs' | 'runUrl' | 'interactionMs' | 'onTrouble'> & {
	readonly client: DiscordClient
	readonly answers: Answers
	readonly events: PlatformEvents
}

/** A press of a button, a choice in a menu, or a form that was sent off. */
type Press = {
	readonly interaction: Interaction
	readonly what: Extract<What, { kind: 'press' | 'form' }>
	readonly control: Control
}

/** What buttons, menus and forms do. Whoever has pressed is told where that couldn't be done. */
export function createPresses(parts: PressParts): (interaction: Interaction) => Promise<void> {
	const { client, events, runs, onTrouble } = parts
	const actor = async ({ interaction: { person, channel }, control }: Press): Promise<Actor> => {
		// An answer that came as a direct message belongs to the place where it was asked.
		const run = channel.kind === 'direct' ? await runs.find(control.runId) : null
		return actorOf(person, run?.conversation.workspaceId ?? channel.guildId ?? '')
	}
	const act = async (press: Press, action: (by: Actor) => Promise<ActionResult | RunBegun>) => {
		const result = await beside(client.deferUpdate(press.interaction), actor(press).then(action))
		if (result.outcome === 'refused') await client.whisper(press.interaction, refusalText(result))
	}
	const feedback = async (press: Press, given: GivenFeedback) =>
		events.feedback(press.control.runId, await actor(press), given)
	const judge = async (press: Press, given: GivenFeedback) => {
		const hearing = client.defer(press.interaction, { isPrivate: true })
		const result = await beside(hearing, feedback(press, given))
		const said = result.outcome === 'refused' ? refusalText(result) : english.feedback.thanks
		await client.sayAsAnswer(press.interaction, said)
	}
	const again = createAgain(parts, actor)
	const record = createRecord(parts, actor)
	const reply = createReply(parts)
	const verbs: Readonly<Record<Verb, (press: Press) => Promise<void>>> = {
		stop: (press) => act(press, (by) => events.stop(press.control.runId, by)),
		'answer-now': (press) => act(press, (by) => events.answerNow(press.control.runId, by)),
		reply: reply.open,
		'send-reply': reply.send,
		'think-harder': (press) => again(press, 'think-harder', act),
		regenerate: (press) => again(press, 'regenerate', act),
		helpful: (press) => judge(press, { helpful: true }),
		'not-helpful': async (press) => {
			const opening = client.openForm(press.interaction, reasonForm(press.control.runId))
			// Whoever closes the form has said that the answer didn't help, and no more.
			await beside(opening, feedback(press, { helpful: false }))
		},
		'feedback-reason': (press) => judge(press, { helpful: false, reason: readForm(press.what) }),
		'show-answer': record.answer,
		'show-reasoning': record.show,
		'open-stage': record.turn,
		'open-page': record.turn,
	}
	return async (interaction) => {
		const { what } = interaction
		if (what.kind !== 'press' && what.kind !== 'form') return
		const control = parseCustomId(what.customId)
		if (control === null) return
		try {
			await verbs[control.verb]({ interaction, what, control })
		} catch (error) {
			onTrouble(error)
			// Where nothing can be said any more, Discord has said that it didn't work.
			await client.whisper(interaction, refusalText(reportError(error))).catch(() => {})
		}
	}
}

type ActorOf = (press: Press) => Promise<Actor>
type Act = (press: Press, action: (by: Actor) => Promise<RunBegun>) => Promise<void>

/** Another run of the same question is shown where the first one is; where nothing but answers to interactions can be shown, as one to this. */
function createAgain(
	{ client, answers, events, runs, interactionMs = usualInteractionMs }: PressParts,
	actor: ActorOf,
) {
	const asAnswer = async (press: Press, kind: 'think-harder' | 'regenerate', isPrivate: boolean) => {
		const { interaction, control } = press
		const changeableUntil = Date.now() + interactionMs
		const messageId = await client.defer(interaction, { isPrivate })
		const begun = await events.again(control.runId, kind, await actor(press))
		if (begun.outcome === 'refused') return client.sayAsAnswer(interaction, refusalText(begun))
		const { applicationId, token, channel } = interaction
		const answer = { applicationId, token, channelId: channel.id, messageId, changeableUntil }
		const first = await answers.keepFirst(`again:${begun.runId}`, {
			...answer,
			isReachable: false,
			isPrivate,
			asked: '',
		})
		if (first.messageId !== messageId) await client.sayAsAnswer(interaction, english.chat.askedAgainAbove)
	}
	return async (press: Press, kind: 'think-harder' | 'regenerate', act: Act): Promise<void> => {
		const run = await runs.find(press.control.runId)
		const isPrivate = press.what.kind === 'press' && press.what.message.isPrivate
		const isDirect = press.interaction.channel.kind === 'direct'
		const isOnlyAnswer = !isDirect && run !== null && isInteractionOnly(run.conversation)
		if (isOnlyAnswer) await asAnswer(press, kind, isPrivate)
		else await act(press, (by) => events.again(press.control.runId, kind, by))
	}
}

/** What is said to a question back, where nothing can be written. */
function createReply({ client, answers, events, runs, interactionMs = usualInteractionMs }: PressParts) {
	/** Why it isn't taken; null where it is. */
	const refusalFor = ({ interaction }: Press, run: Run | null): string | null => {
		if (run === null) return english.chat.recordGone
		if (run.asker.id !== interaction.person.id) return english.chat.notAskedBack
		return run.state === 'waiting' ? null : english.chat.waitsNoMore
	}
	/** From now on, whatever can be shown only as an answer to an interaction is shown as one to this. */
	const renew = async ({ interaction, what }: Press, { id, conversation }: Run): Promise<void> => {
		const messageId = what.kind === 'form' ? what.messageId : null
		for (const key of [`again:${id}`, `asked:${commandOf(conversation)}`] as const) {
			const answer = await answers.find(key)
			if (answer === null || answer.messageId !== messageId || (await answers.parts(id)).length > 0) continue
			const { applicationId, token } = interaction
			await answers.keep(key, { ...answer, applicationId, token, changeableUntil: Date.now() + interactionMs })
		}
	}
	return {
		open: async (press: Press) => {
			const { interaction, control } = press
			const refusal = refusalFor(press, await runs.find(control.runId))
			if (refusal === null) return client.openForm(interaction, replyForm(control.runId))
			await client.defer(interaction, { isPrivate: true })
			await client.sayAsAnswer(interaction, refusal)
		},
		send: async (press: Press) => {
			const { interaction, control } = press
			await client.deferUpdate(interaction)
			const run = await runs.find(control.runId)
			const refusal = refusalFor(press, run)
			if (run === null || refusal !== null) return client.whisper(interaction, refusal ?? english.chat.recordGone)
			if (isInteractionOnly(run.conversation)) await renew(press, run)
			const { id, person, channel } = interaction
			const { isModerator: _, ...author } = person
			const said = { id, channelId: channel.id, conversation: run.conversation, person: author, roleIds: [] }
			const text = readForm(press.what) ?? ''
			const message = toIncomingMessage({ ...said, text, files: [], repliesTo: null }, preferencesOf(null), false)
			await events.message({ ...message, answers: run.id })
		},
	}
}

/** The record of a run for one person's eyes, for whoever may read it. */
function createRecord({ client, runs, runUrl }: PressParts, actor: ActorOf) {
	const placeOf = ({ control, what }: Press) => {
		if (control.verb !== 'open-stage') return control.place ?? { stage: 0, page: 0 }
		return { stage: what.kind === 'press' ? parseStageOption(what.chosen[0] ?? '') : 0, page: 0 }
	}
	/** Why it isn't shown; null where it may be. */
	const refusalFor = async (press: Press, run: Run | null): Promise<string | null> => {
		if (run === null) return english.chat.recordGone
		const permission = may(await actor(press), 'read', runAsSubject(run))
		return permission.allowed ? null : refusalText(permission.refusal)
	}
	/** Where components are shown already, Discord takes nothing else. */
	const say = ({ interaction }: Press, text: string) => client.editAnswer(interaction, showNotice(text))
	/** Opens a run for whoever may read it; null for anybody else, who is told why. */
	const open = async (press: Press): Promise<ShownReply | null> => {
		const { control } = press
		const run = await runs.find(control.runId)
		const refusal = await refusalFor(press, run)
		if (run === null || refusal !== null) {
			await say(press, refusal ?? english.chat.recordGone)
			return null
		}
		const view = foldJournal(await runs.read(control.runId))
		return { runId: control.runId, view, recordUrl: runUrl(control.runId, run.conversation) }
	}
	const show = async (press: Press) => {
		const shown = await open(press)
		if (shown !== null) await client.editAnswer(press.interaction, showRecord({ ...shown, place: placeOf(press) }))
	}
	/** An answer that AutoMod blocks is blocked for one person's eyes, too, but not in direct messages. */
	const showAnswer = async ({ interaction }: Press, shown: ShownReply) => {
		const [first, ...others] = showReply(shown)
		if (first !== undefined) await client.editAnswer(interaction, first)
		for (const each of others) await client.followUp(interaction, each, { isPrivate: true })
	}
	const sendAnswer = async (press: Press, shown: ShownReply) => {
		const { id } = press.interaction.person
		const channelId = await client.directChannel(id)
		for (const [part, each] of showReply(shown).entries()) {
			await client.post(channelId, each, { runId: shown.runId, part, again: `to ${id}` })
		}
		await say(press, english.chat.sentDirectly)
	}
	return {
		answer: async (press: Press) => {
			await client.defer(press.interaction, { isPrivate: true })
			const shown = await open(press)
			if (shown === null) return
			await showAnswer(press, shown).catch((error: unknown) => {
				if (!isRefusal(error, 'blockedByAutoMod')) throw error
				return sendAnswer(press, shown)
			})
		},
		show: async (press: Press) => {
			await client.defer(press.interaction, { isPrivate: true })
			await show(press)
		},
		turn: async (press: Press) => {
			await client.deferUpdate(press.interaction)
			await show(press)
		},
	}
}
