import type { SlackClock } from './clock.ts'
import type { Identifiers } from './identifiers.ts'
import type { Ephemeral, SlackMessage } from './messages.ts'
import { SlackRefusal } from './refusal.ts'
import type { ResponsePost } from './schemas/chat.ts'

const lifeMs = 30 * 60_000
const maximumUses = 5

/** Where an app may answer something that a person did. */
export type ResponseAddress = {
	readonly id: string
	readonly userId: string
	readonly channel: string
	readonly threadTs: string | null
	/** What the person pressed something in; null after a command. */
	readonly source: SlackMessage | Ephemeral | null
	/** What was answered, oldest first. */
	readonly posts: ResponsePost[]
}

export type ResponseAddresses = {
	create(address: Omit<ResponseAddress, 'id' | 'posts'>): ResponseAddress
	has(id: string): boolean
	/** The address, unless its time or its uses are over; counts as a use. */
	use(id: string): ResponseAddress
}

export function createResponseAddresses(identifiers: Identifiers, clock: SlackClock): ResponseAddresses {
	const addresses = new Map<string, { readonly address: ResponseAddress; readonly at: number; uses: number }>()
	return {
		create: (draft) => {
			const address: ResponseAddress = { ...draft, id: identifiers.next('response'), posts: [] }
			addresses.set(address.id, { address, at: clock.now(), uses: 0 })
			return address
		},
		has: (id) => addresses.has(id),
		use: (id) => {
			const entry = addresses.get(id)
			if (entry === undefined || clock.now() - entry.at > lifeMs) throw new SlackRefusal('expired_url')
			if (entry.uses >= maximumUses) throw new SlackRefusal('used_url')
			entry.uses += 1
			return entry.address
		},
	}
}
