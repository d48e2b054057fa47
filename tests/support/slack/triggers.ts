import type { SlackClock } from './clock.ts'
import type { Identifiers } from './identifiers.ts'
import { SlackRefusal } from './refusal.ts'

const triggerLifeMs = 3_000

/** What a person did last, for which a view may be shown to them. */
export type Triggers = {
	create(userId: string): string
	/** Uses a trigger up and returns whose it is. */
	use(triggerId: string): string
}

export function createTriggers(identifiers: Identifiers, clock: SlackClock): Triggers {
	const created = new Map<string, { readonly userId: string; readonly at: number; isUsed: boolean }>()
	return {
		create: (userId) => {
			const triggerId = identifiers.next('trigger.')
			created.set(triggerId, { userId, at: clock.unhurriedNow(), isUsed: false })
			return triggerId
		},
		use: (triggerId) => {
			const trigger = created.get(triggerId)
			if (trigger === undefined) throw new SlackRefusal('invalid_trigger_id')
			if (trigger.isUsed) throw new SlackRefusal('exchanged_trigger_id')
			if (clock.unhurriedNow() - trigger.at > triggerLifeMs) throw new SlackRefusal('expired_trigger_id')
			trigger.isUsed = true
			return trigger.userId
		},
	}
}
