import { once } from 'node:events'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import type { HttpAddress } from '../config/index.ts'
import { ThreadwiseError } from '../core/errors.ts'
import { type MetricsRegistry, metricsRoutes } from '../telemetry/index.ts'
import type { Readiness } from './health.ts'

/**
 * Tells whoever watches this process how it is: `/healthz` that it is alive, `/readyz` whether all that it needs answers, with
 * status 503 and the names of what doesn't, `/metrics` what it has counted.
 * @throws ThreadwiseError `config` if the address can't be listened on.
 */
export async function startHealthServer(
	address: HttpAddress,
	{ readiness, metrics }: { readonly readiness: Readiness; readonly metrics: MetricsRegistry | null },
): Promise<AsyncDisposable> {
	const app = healthRoutes(readiness)
	if (metrics !== null) app.route('/', metricsRoutes(metrics))
	const server = createAdaptorServer({ fetch: app.fetch })
	server.listen(address.port, address.host)
	try {
		await once(server, 'listening')
	} catch (cause) {
		throw cannotListen(address, cause)
	}
	return {
		[Symbol.asyncDispose]: async () => {
			server.close()
			if ('closeAllConnections' in server) server.closeAllConnections()
		},
	}
}

function healthRoutes(readiness: Readiness): Hono {
	const app = new Hono()
	app.get('/healthz', (context) => context.json({ status: 'alive' }))
	app.get('/readyz', async (context) => {
		const silent = await readiness()
		return silent.length === 0
			? context.json({ status: 'ready', silent })
			: context.json({ status: 'not-ready', silent }, 503)
	})
	return app
}

function cannotListen({ host, port }: HttpAddress, cause: unknown): ThreadwiseError {
	const code = cause instanceof Error && 'code' in cause ? cause.code : null
	const why = code === 'EADDRINUSE' ? 'the port is taken' : `${cause instanceof Error ? cause.message : cause}`
	return new ThreadwiseError('config', `Threadwise can't listen on ${host}, port ${port}: ${why}.`, {
		fix: 'Set THREADWISE_HOST and THREADWISE_PORT to an address of this machine and a free port, or take THREADWISE_PORT out.',
		cause,
	})
}
