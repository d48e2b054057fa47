import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { ChatEvent, Delivery } from './protocol.ts'

/** What the bot made of a delivery. */
export type EventAnswer = 'taken' | 'refused'

/** An event on its way to the bot. */
export type SentEvent = {
	readonly id: string
	/** What the bot answers first. An event that it refuses, or doesn't answer, is delivered again until it is taken. */
	readonly answered: Promise<EventAnswer>
}

/** Delivers events to the bots that are connected, each until one of them has taken it. */
export type EventFeed = {
	connect(response: ServerResponse): void
	send(event: ChatEvent): SentEvent
	/** Delivers an event once more, now, whether it was taken or not. */
	repeat(eventId: string): Promise<EventAnswer>
	/** Takes the bot's answer. False for an unknown delivery. */
	answer(deliveryId: string, answer: EventAnswer): boolean
	/** How many deliveries there were beyond the first of each event. */
	redeliveries(): number
	close(): void
}

type SentState = {
	readonly event: ChatEvent
	answered: PromiseWithResolvers<EventAnswer>
	deliveries: number
	retry: NodeJS.Timeout | null
	isTaken: boolean
}

const heartbeatMs = 1_000

export function createEventFeed(retryMs: number): EventFeed {
	const connections: ServerResponse[] = []
	const sent = new Map<string, SentState>()
	const eventOf = new Map<string, SentState>()
	/** For whom no bot was connected. */
	const waiting = new Set<SentState>()
	let turn = 0

	const deliver = (state: SentState) => {
		const connection = connections[turn++ % Math.max(1, connections.length)]
		if (connection === undefined) {
			waiting.add(state)
			return
		}
		const delivery: Delivery = { deliveryId: randomUUID(), event: state.event }
		eventOf.set(delivery.deliveryId, state)
		state.deliveries += 1
		connection.write(`${JSON.stringify(delivery)}\n`)
		deliverLater(state)
	}
	const deliverLater = (state: SentState) => {
		clearTimeout(state.retry ?? undefined)
		state.retry = setTimeout(() => deliver(state), retryMs)
	}
	const heartbeat = setInterval(() => {
		for (const connection of connections) connection.write('\n')
	}, heartbeatMs)

	return {
		connect: (response) => {
			response.writeHead(200, { 'content-type': 'application/x-ndjson' })
			response.flushHeaders()
			connections.push(response)
			response.on('close', () => connections.splice(connections.indexOf(response), 1))
			const left = [...waiting]
			waiting.clear()
			left.forEach(deliver)
		},
		send: (event) => {
			const answered = Promise.withResolvers<EventAnswer>()
			const state: SentState = { event, answered, deliveries: 0, retry: null, isTaken: false }
			sent.set(event.id, state)
			deliver(state)
			return { id: event.id, answered: answered.promise }
		},
		repeat: (eventId) => {
			const state = sent.get(eventId)
			if (state === undefined) throw new Error(`There is no event ${eventId}.`)
			state.answered = Promise.withResolvers()
			deliver(state)
			return state.answered.promise
		},
		answer: (deliveryId, answer) => {
			const state = eventOf.get(deliveryId)
			if (state === undefined) return false
			state.isTaken ||= answer === 'taken'
			if (state.isTaken) clearTimeout(state.retry ?? undefined)
			else deliverLater(state)
			state.answered.resolve(answer)
			return true
		},
		redeliveries: () => [...sent.values()].reduce((sum, { deliveries }) => sum + Math.max(0, deliveries - 1), 0),
		close: () => {
			clearInterval(heartbeat)
			for (const { retry } of sent.values()) clearTimeout(retry ?? undefined)
			for (const connection of [...connections]) connection.destroy()
		},
	}
}
