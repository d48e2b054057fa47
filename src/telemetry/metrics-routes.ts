import { Hono } from 'hono'
import type { Registry } from 'prom-client'

/** What a process counts and measures. */
export type MetricsRegistry = Registry

/** Serves what the registry knows, as Prometheus reads it, at `/metrics`. */
export function metricsRoutes(registry: MetricsRegistry): Hono {
	const app = new Hono()
	app.get('/metrics', async (context) =>
		context.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
	)
	return app
}
