import type { HttpBindings } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'
import { adapters } from '../../adapters/index.ts'
import type { AccessSettings } from '../../adapters/playground/index.ts'

/** Through what and by which name others reach this process, and who is let in. */
export type OutsideAccess = Pick<AccessSettings, 'publicUrl' | 'people' | 'trustedProxies'>

/**
 * Lets those read what is counted who may. On this machine it is asked for under a name of ours, so that no page elsewhere reads it
 * under one of its own. Inside a network processes have names that they don't know, so there it is a token alone, where there is one.
 */
export function guardMetrics(host: string, outside: OutsideAccess): MiddlewareHandler<{ Bindings: HttpBindings }> {
	return async (context, next) => {
		const { createAccess, isLoopback } = await adapters.playground()
		// The port may have been chosen by the system.
		const port = context.env.incoming.socket.localPort ?? 0
		const access = createAccess({ listensOn: { host, port }, ...outside })
		if (isLoopback(host) && !access.isOurHost(access.senderOf(context.env.incoming).host))
			return context.json({ error: wrongHost }, 421)
		const authorization = context.req.header('authorization')
		// A session is for pages.
		if (access.personWith({ authorization, session: undefined }, new Date()) !== null) return next()
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
	message: 'What is counted is told to whoever shows a token.',
	fix: 'Send your token (of THREADWISE_TOKEN or THREADWISE_TOKENS) as "Authorization: Bearer …".',
}
