import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Actor } from '../../src/core/actor.ts'
import type { Person } from './config.ts'
import { RequestFailure } from './failure.ts'
import { place } from './receive.ts'

/** Who makes a request. Whoever has only the key of a run may read that one, which was checked before. */
export type Visitor =
	| { readonly kind: 'person'; readonly person: Person }
	| { readonly kind: 'guest'; readonly runId: string }

export type ApiEnv = { Bindings: HttpBindings; Variables: { visitor: Visitor; openStream: () => Disposable } }

export function isGuest(context: Context<ApiEnv>): boolean {
	return context.get('visitor').kind === 'guest'
}

export function personOf(context: Context<ApiEnv>): Person {
	const visitor = context.get('visitor')
	if (visitor.kind === 'person') return visitor.person
	throw new RequestFailure(401, {
		code: 'unauthorized',
		message: 'This link lets you read one run, and nothing else.',
		fix: 'Open the playground with a token of your own.',
	})
}

/** Whoever looks after the playground looks after all of this Threadwise. */
export function actorOf(context: Context<ApiEnv>): Actor {
	const { platform, workspaceId } = place
	const { id, isAdmin } = personOf(context)
	return { personId: id, platform, workspaceId, isAdmin, runsThreadwise: isAdmin }
}
