import { once } from 'node:events'
import { Hono } from 'hono'
import type { HttpAddress } from '../config/index.ts'
import { ThreadwiseError } from '../core/errors.ts'
import { type MetricsRegistry, metricsRoutes } from '../telemetry/index.ts'
import type { Readiness } from './health.ts'
import { guardMetrics, type OutsideAccess } from './metrics-guard.ts'
import { createAdaptorServer, type HttpBindings } from './node-server.ts'

/** What serves requests, such as the routes of a page. */
export type Site = { fetch(request: Request, env: HttpBindings): Response | Promise<Response> }

/** Everything that this process serves over HTTP, on one port. */
export type WebServer = AsyncDisposable & {
	readonly address: HttpAddress
	/** Whether it is another port than usual, since that was taken. */
	readonly tookAnother: boolean
	/**
	 * Serves a site at every address that begins so and that no longer beginning has; health and metrics alone are served before.
	 */
	mount(site: Site, under?: string): void
}

export type WantedAddress = {
	readonly host: string
	/** The port, or null where nobody has chosen one: then it is 3210, or the next one that is free. */
	readonly port: number | null
}

/** What is told of this process. */
export type ProcessState = { readonly readiness: Readiness; readonly metrics: MetricsRegistry | null }

/** Where `start` serves the page if nobody has chosen a port and it is free. */
export const usualPort = 3210
const mostPortsTried = 100

/**
 * Tells whoever watches this process how it is: `/healthz` that it is alive, `/readyz` whether all that it needs answers, with
 * status 503 and the names of what doesn't, `/metrics` what it has counted, if they may read it. Everything else is what is mounted.
 * @throws ThreadwiseError `config` if the address can't be listened on.
 */
export async function startWebServer(
	{ host, port }: WantedAddress,
	{ readiness, metrics }: ProcessState,
	access: OutsideAccess,
): Promise<WebServer> {
	const mounted = new Map<string, Site>()
	const siteAt = (path: string): Site | undefined => {
		const beginnings = [...mounted.keys()].filter((under) => path.startsWith(under))
		const [longest = ''] = beginnings.toSorted((left, right) => right.length - left.length)
		return mounted.get(longest)
	}
	const app = healthRoutes(readiness)
	if (metrics !== null) app.use('/metrics', guardMetrics(host, access)).route('/', metricsRoutes(metrics))
	app.all('*', (context) => siteAt(context.req.path)?.fetch(context.req.raw, context.env) ?? context.notFound())
	const open = (on: number) => listen(app, host, on)
	const { server, port: found } = port === null ? await listenNear(usualPort, open) : await open(port)
	return {
		address: { host, port: found },
		tookAnother: port === null && found !== usualPort,
		mount: (site, under = '/') => void mounted.set(under, site),
		[Symbol.asyncDispose]: async () => {
			server.close()
			if ('closeAllConnections' in server) server.closeAllConnections()
		},
	}
}

type Server = ReturnType<typeof createAdaptorServer>
type Listening = { readonly server: Server; readonly port: number }

async function listen(app: Hono<{ Bindings: HttpBindings }>, host: string, port: number): Promise<Listening> {
	const server = createAdaptorServer({ fetch: app.fetch })
	server.listen(port, host)
	try {
		await once(server, 'listening')
	} catch (cause) {
		throw cannotListen({ host, port }, cause)
	}
	const address = server.address()
	return { server, port: typeof address === 'object' && address !== null ? address.port : port }
}

/** Another Threadwise may run on this machine, or anything else. */
async function listenNear(first: number, open: (port: number) => Promise<Listening>): Promise<Listening> {
	for (let port = first; ; port += 1) {
		try {
			return await open(port)
		} catch (error) {
			if (!isTaken(error) || port === first + mostPortsTried) throw error
		}
	}
}

/** Under every name and for everybody: what watches over processes calls them as it likes, and nothing here is a secret. */
function healthRoutes(readiness: Readiness): Hono<{ Bindings: HttpBindings }> {
	const app = new Hono<{ Bindings: HttpBindings }>()
	app.get('/healthz', (context) => context.json({ status: 'alive' }))
	app.get('/readyz', async (context) => {
		const silent = await readiness()
		return silent.length === 0
			? context.json({ status: 'ready', silent })
			: context.json({ status: 'not-ready', silent }, 503)
	})
	return app
}

function isTaken(error: unknown): boolean {
	const cause = error instanceof ThreadwiseError ? error.cause : error
	return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
}

function cannotListen({ host, port }: HttpAddress, cause: unknown): ThreadwiseError {
	const why = isTaken(cause) ? 'the port is taken' : `${cause instanceof Error ? cause.message : cause}`
	return new ThreadwiseError('config', `Threadwise can't listen on ${host}, port ${port}: ${why}.`, {
		fix: 'Set THREADWISE_HOST and THREADWISE_PORT to an address of this machine and a free port, or take THREADWISE_PORT out.',
		cause,
	})
}
