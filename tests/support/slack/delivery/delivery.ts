/** Something that Slack tells the app of: an event, a command, or what somebody did to something that the app has shown. */
export type Delivery = {
	readonly kind: 'events_api' | 'slash_commands' | 'interactive'
	/** The event's type, the command or the interaction's type. */
	readonly name: string
	readonly payload: Readonly<Record<string, unknown>>
}

/** Why something is delivered again. */
export type Retry = { readonly number: number; readonly reason: string }

/** How one attempt ended. */
export type Attempt =
	| { readonly isAcknowledged: true; readonly payload: unknown; readonly tookMs: number }
	| { readonly isAcknowledged: false; readonly reason: string; readonly mayRetry: boolean }

/** Carries deliveries to the app. */
export type Transport = {
	attempt(delivery: Delivery, retry: Retry | null): Promise<Attempt>
}

/** What became of a delivery. */
export type Acknowledgement = {
	readonly kind: Delivery['kind']
	readonly name: string
	/** An event's identifier, the same in all attempts; null for commands and interactions. */
	readonly eventId: string | null
	readonly attempts: number
	/** Null if the app never acknowledged. */
	readonly tookMs: number | null
	/** What the app answered; null if it never acknowledged. */
	readonly payload: unknown
	/** Why the last attempt failed; null if the app acknowledged. */
	readonly failure: string | null
}
