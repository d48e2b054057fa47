import { setTimeout as sleep } from 'node:timers/promises'
import type { SlackEvent, Workspace } from '../workspace.ts'
import type { Acknowledgement, Attempt, Delivery, Transport } from './delivery.ts'

/** When an event that was not acknowledged is delivered again. */
const retryDelaysMs = [0, 60_000, 300_000] as const

/** Brings everything to the app that it has to be told of. */
export type Dispatcher = {
	/** Everything that was sent, in the order in which it happened. */
	readonly sent: readonly Promise<Acknowledgement>[]
	/** What became of it, in the order in which that was known. */
	readonly acknowledgements: readonly Acknowledgement[]
	/** Tells the app of an event that it has subscribed to. */
	publish(event: SlackEvent): void
	/** Delivers a command or an interaction: once, since a person is waiting. */
	deliver(delivery: Delivery): Promise<Acknowledgement>
	/** Has the next event delivered twice, as happens when Slack is in doubt. */
	deliverTwice(): void
	/** Delivers the newest event once more, as Slack does when an acknowledgement was lost on its way. */
	deliverAgain(): Promise<Acknowledgement>
	/** Has the next event delivered only after the one that follows it. */
	reorder(): void
	close(): void
}

export function createDispatcher(workspace: Workspace, transport: () => Transport): Dispatcher {
	const sent: Promise<Acknowledgement>[] = []
	const acknowledgements: Acknowledgement[] = []
	const closing = new AbortController()
	let deliversTwice = false
	let holdsNext = false
	let held: (() => void) | null = null
	let newest: Delivery | null = null

	const carry = async (delivery: Delivery, retryDelays: readonly number[]): Promise<Acknowledgement> => {
		const { attempt, attempts } = await attemptAll(delivery, retryDelays)
		const { event_id: eventId } = delivery.payload
		const acknowledgement: Acknowledgement = {
			kind: delivery.kind,
			name: delivery.name,
			eventId: typeof eventId === 'string' ? eventId : null,
			attempts,
			tookMs: attempt.isAcknowledged ? attempt.tookMs : null,
			payload: attempt.isAcknowledged ? attempt.payload : null,
			failure: attempt.isAcknowledged ? null : attempt.reason,
		}
		acknowledgements.push(acknowledgement)
		return acknowledgement
	}

	const attemptAll = async (delivery: Delivery, retryDelays: readonly number[]) => {
		let attempt: Attempt = await transport().attempt(delivery, null)
		let attempts = 1
		for (const delay of retryDelays) {
			if (attempt.isAcknowledged || !attempt.mayRetry || closing.signal.aborted) break
			await sleep(workspace.clock.scaled(delay), undefined, { signal: closing.signal }).catch(() => {})
			if (closing.signal.aborted) break
			attempt = await transport().attempt(delivery, { number: attempts, reason: attempt.reason })
			attempts += 1
		}
		return { attempt, attempts }
	}

	const send = (delivery: Delivery) => {
		newest = delivery
		sent.push(carry(delivery, retryDelaysMs))
		if (deliversTwice) sent.push(carry(delivery, retryDelaysMs))
		deliversTwice = false
	}

	return {
		sent,
		acknowledgements,
		publish: (event) => {
			if (!workspace.isInstalled || !workspace.options.botEvents.includes(subscriptionOf(event))) return
			const delivery: Delivery = { kind: 'events_api', name: event.type, payload: envelope(workspace, event) }
			if (holdsNext) {
				holdsNext = false
				held = () => send(delivery)
				return
			}
			send(delivery)
			held?.()
			held = null
		},
		deliver: (delivery) => {
			const carried = carry(delivery, [])
			sent.push(carried)
			return carried
		},
		deliverTwice: () => {
			deliversTwice = true
		},
		deliverAgain: () => {
			if (newest === null) throw new Error('there was no event yet')
			const carried = carry(newest, [])
			sent.push(carried)
			return carried
		},
		reorder: () => {
			holdsNext = true
		},
		close: () => closing.abort(),
	}
}

/** What an app has to have subscribed to, to be told of an event. */
function subscriptionOf({ type, channel_type: channelType }: SlackEvent): string {
	if (type !== 'message') return type
	return `message.${channelType === 'channel' || channelType === 'group' ? `${channelType}s` : channelType}`
}

function envelope({ identifiers, tokens, team, app, bot }: Workspace, event: SlackEvent) {
	return {
		token: tokens.verification,
		team_id: team.id,
		context_team_id: team.id,
		api_app_id: app.id,
		event,
		type: 'event_callback',
		event_id: identifiers.next('Ev'),
		event_time: Math.floor(Date.now() / 1_000),
		authorizations: [
			{ enterprise_id: null, team_id: team.id, user_id: bot.id, is_bot: true, is_enterprise_install: false },
		],
		is_ext_shared_channel: false,
	}
}
