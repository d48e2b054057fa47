import type { HttpBindings } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'
import { type AccessSettings, createAccess, isLoopback } from '../../adapters/playground/index.ts'

/** By which name others reach this process, and what they must show. */
export type OutsideAccess = Pick<AccessSettings, 'publicUrl' | 'token'>

/**
 * Lets those read what is counted who may. On this machine it is asked for under a name of ours, so that no page elsewhere reads it
 * under one of its own. Inside a network processes have names that they don't know, so there it is the token alone, where there is one.
 */
export function guardMetrics(
	host: string,
	{ publicUrl, token }: OutsideAccess,
): MiddlewareHandler<{ Bindings: HttpBindings }> {
	return async (context, next) => {
		// The port may have been chosen by the system.
		const port = context.env.incoming.socket.localPort ?? 0
		const access = createAccess({ listensOn: { host, port }, publicUrl, token })
		if (isLoopback(host) && !access.isOurHost(context.req.header('host')))
			return context.json({ error: wrongHost }, 421)
		const authorization = context.req.header('authorization')
		// A session is for pages.
		if (access.isKnown({ authorization, session: undefined }, new Date())) return next()
		return context.json({ error: unauthorized }, 401, { 'WWW-Authenticate': 'Bearer' })
	}
}

const wrongHost = {
	code: 'wrong-host',
	message: 'This server is not known by the name in the address.',
	fix: 'Use the address that Threadwise prints when it starts, or set THREADWISE_PUBLIC_URL to the one that you use.',
}
const unauthorized = {
	code: 'unauthorized',
	message: 'What is counted is told to whoever shows the token.',
	fix: 'Send the token (THREADWISE_TOKEN) as "Authorization: Bearer …".',
}
