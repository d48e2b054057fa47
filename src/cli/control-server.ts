import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { stream } from 'hono/streaming'
import { z } from 'zod'
import { stopReasonSchema } from '../core/abort.ts'
import { incomingMessageSchema } from '../core/conversation.ts'
import { reportError } from '../core/errors.ts'
import { newControlToken } from '../store/index.ts'
import type { Service } from './service-port.ts'

/** Answers other commands of the same user while this process holds the data folder. */
export type ControlServer = AsyncDisposable & { readonly port: number; readonly token: string }

const largestBody = 4 * 1024 * 1024
const stopSchema = z.object({ reason: stopReasonSchema })
const afterSchema = z.coerce.number().int().nonnegative().catch(0)

/**
 * Listens on loopback for who knows the token, which only readers of the data folder do. When it is disposed it first waits
 * until the runs that others follow here have ended.
 */
export async function startControlServer(service: Omit<Service, typeof Symbol.asyncDispose>): Promise<ControlServer> {
	const token = newControlToken()
	const following = new Set<Promise<void>>()
	const server = createAdaptorServer({ fetch: controlRoutes(service, token, following).fetch })
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	return {
		port: (server.address() as AddressInfo).port,
		token,
		[Symbol.asyncDispose]: async () => {
			await Promise.allSettled(following)
			server.close()
			if ('closeAllConnections' in server) server.closeAllConnections()
		},
	}
}

function controlRoutes(
	service: Omit<Service, typeof Symbol.asyncDispose>,
	token: string,
	following: Set<Promise<void>>,
): Hono {
	const app = new Hono()
	app.use(async (context, next) => {
		if (!sameText(context.req.header('authorization') ?? '', `Bearer ${token}`))
			return context.json({ error: 'unauthorized' }, 401)
		return next()
	})
	app.use(bodyLimit({ maxSize: largestBody }))
	app.post('/runs', async (context) => {
		const message = incomingMessageSchema.parse(await context.req.json())
		return context.json({ runId: await service.ask(message) })
	})
	app.post('/runs/:runId/stop', async (context) => {
		const { reason } = stopSchema.parse(await context.req.json())
		return context.json({ state: await service.stop(context.req.param('runId'), reason) })
	})
	app.get('/runs/:runId/journal', async (context) => context.json(await service.read(context.req.param('runId'))))
	app.get('/runs/:runId/follow', (context) => {
		const afterSeq = afterSchema.parse(context.req.query('after'))
		return stream(context, async (lines) => {
			const left = new AbortController()
			lines.onAbort(() => left.abort())
			const followed = writeRecords(service, context.req.param('runId'), afterSeq, left.signal, (text) =>
				lines.write(text),
			)
			following.add(followed)
			await followed.finally(() => following.delete(followed))
		})
	})
	app.onError((error, context) => context.json({ error: reportError(error) }, 422))
	return app
}

async function writeRecords(
	service: Pick<Service, 'follow'>,
	runId: string,
	afterSeq: number,
	signal: AbortSignal,
	write: (text: string) => Promise<unknown>,
): Promise<void> {
	for await (const record of service.follow(runId, afterSeq, signal)) await write(`${JSON.stringify(record)}\n`)
}

function sameText(given: string, expected: string): boolean {
	const [left, right] = [Buffer.from(given), Buffer.from(expected)]
	return left.length === right.length && timingSafeEqual(left, right)
}
