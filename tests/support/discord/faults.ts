import type { PlannedFaults } from '../planned-faults.ts'
import type { RouteName } from './routes/route-names.ts'

/** What goes wrong with one request. */
export type Fault =
	/** Nothing is done, the connection is dropped. */
	| { readonly kind: 'drop-before' }
	/** Everything is done, but the connection is dropped instead of an answer. */
	| { readonly kind: 'drop-after' }
	/** Nothing is done, Discord answers with this HTTP status and, if there is one, this code. */
	| { readonly kind: 'refuse'; readonly status: number; readonly code?: number; readonly message?: string }
	/** Nothing is done, Discord asks to wait for so many seconds. */
	| { readonly kind: 'limit'; readonly retryAfter: number; readonly scope: 'user' | 'global' | 'shared' }
	/** Everything is done, but answered only after this time. */
	| { readonly kind: 'slow'; readonly milliseconds: number }

/** By route. */
export type Faults = PlannedFaults<RouteName, Fault>
