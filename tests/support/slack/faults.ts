import type { PlannedFaults } from '../planned-faults.ts'

/** What goes wrong with one call. */
export type Fault =
	/** Nothing is done, the connection is dropped. */
	| { readonly kind: 'drop-before' }
	/** Everything is done, but the connection is dropped instead of an answer. */
	| { readonly kind: 'drop-after' }
	/** Nothing is done, Slack answers with this code. */
	| { readonly kind: 'refuse'; readonly error: string; readonly retryAfter: number | null }
	/** Nothing is done, Slack answers with this HTTP status. */
	| { readonly kind: 'status'; readonly status: number }
	/** Everything is done, but only after this time. */
	| { readonly kind: 'slow'; readonly milliseconds: number }
	/** Everything is done, but the answer comes only when this resolves. */
	| { readonly kind: 'held'; readonly until: Promise<unknown> }

/** By method. */
export type Faults = PlannedFaults<string, Fault>
