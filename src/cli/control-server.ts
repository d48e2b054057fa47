import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { stream } from 'hono/streaming'
import { z } from 'zod'
import { mergeSignals, stopReasonSchema } from '../core/abort.ts'
import { incomingMessageSchema } from '../core/conversation.ts'
import { reportError } from '../core/errors.ts'
import type { JournalRecord } from '../core/journal.ts'
import { newControlToken } from '../store/index.ts'
import { createAdaptorServer } from './node-server.ts'
import type { Service } from './service-port.ts'

/** Answers other commands of the same user while this process holds the data folder. */
export type ControlServer = AsyncDisposable & { readonly port: number; readonly token: string }

/** A stream that is silent for minutes is taken for dead; an empty line says that it isn't. */
const pulseMs = 15_000
const largestBody = 4 * 1024 * 1024
const stopSchema = z.object({ reason: stopReasonSchema })
const afterSchema = z.coerce.number().int().nonnegative().catch(0)

/**
 * Listens on loopback for who knows the token, which only readers of the data folder do. Disposing it cuts the connections of
 * those who follow a run here; one of them takes the folder over and goes on with the runs.
 */
export async function startControlServer(service: Omit<Service, typeof Symbol.asyncDispose>): Promise<ControlServer> {
	const token = newControlToken()
	const ending = new AbortController()
	const server = createAdaptorServer({ fetch: controlRoutes(service, token, ending.signal).fetch })
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	return {
		port: (server.address() as AddressInfo).port,
		token,
		[Symbol.asyncDispose]: async () => {
			ending.abort()
			server.close()
			if ('closeAllConnections' in server) server.closeAllConnections()
		},
	}
}

function controlRoutes(service: Omit<Service, typeof Symbol.asyncDispose>, token: string, ending: AbortSignal): Hono {
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
	app.get('/runs/:runId/conversation', async (context) =>
		context.json(await service.conversationOf(context.req.param('runId'))),
	)
	app.get('/runs/:runId/journal', async (context) => context.json(await service.read(context.req.param('runId'))))
	app.get('/runs/:runId/follow', (context) => {
		const afterSeq = afterSchema.parse(context.req.query('after'))
		return stream(context, async (lines) => {
			const left = new AbortController()
			lines.onAbort(() => left.abort())
			const records = service.follow(context.req.param('runId'), afterSeq, mergeSignals(left.signal, ending))
			const pulse = setInterval(() => void lines.write('\n'), pulseMs)
			lines.onAbort(() => clearInterval(pulse))
			for await (const record of records) await lines.write(`${jsonLine(record)}\n`)
			clearInterval(pulse)
		})
	})
	app.onError((error, context) => context.json({ error: reportError(error) }, 422))
	return app
}

/** Readers take the Unicode separators, which JSON leaves as they are, for ends of lines. */
function jsonLine(record: JournalRecord): string {
	return JSON.stringify(record).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

function sameText(given: string, expected: string): boolean {
	const [left, right] = [Buffer.from(given), Buffer.from(expected)]
	return left.length === right.length && timingSafeEqual(left, right)
}
