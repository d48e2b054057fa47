import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

const valueSchema: z.ZodType<unknown> = z.lazy(() =>
	z.union([
		z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
		z.object({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
		z.object({ doubleValue: z.number() }).transform(({ doubleValue }) => doubleValue),
		z.object({ boolValue: z.boolean() }).transform(({ boolValue }) => boolValue),
		z
			.object({ arrayValue: z.object({ values: z.array(valueSchema).default([]) }) })
			.transform(({ arrayValue }) => arrayValue.values),
	]),
)
const attributesSchema = z
	.array(z.object({ key: z.string(), value: valueSchema }))
	.transform((list): Record<string, unknown> => Object.fromEntries(list.map(({ key, value }) => [key, value])))

const spanSchema = z.object({
	traceId: z.string(),
	spanId: z.string(),
	parentSpanId: z.string().optional(),
	name: z.string(),
	kind: z.number(),
	startTimeUnixNano: z.string(),
	endTimeUnixNano: z.string(),
	attributes: attributesSchema.default({}),
	status: z.object({ code: z.number().default(0) }),
})
export type CollectedSpan = z.infer<typeof spanSchema>

/** The body of an export, as the protocol defines it. */
const exportSchema = z.object({
	resourceSpans: z.array(
		z.object({
			resource: z.object({ attributes: attributesSchema }),
			scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
		}),
	),
})
type Export = z.infer<typeof exportSchema>

export type Collector = AsyncDisposable & {
	/** The whole address for traces. */
	readonly url: string
	/** The address of the collector itself. */
	readonly endpoint: string
	readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }[]
	spans(): readonly CollectedSpan[]
	resources(): readonly Readonly<Record<string, unknown>>[]
}

/** Starts a collector of traces on loopback, which reads OTLP as JSON. With the status null it never answers. */
export async function startCollector({ status = 200 }: { readonly status?: number | null } = {}): Promise<Collector> {
	const requests: { path: string; headers: IncomingHttpHeaders; body: string }[] = []
	const server = createServer(async (incoming, response) => {
		const pieces: Buffer[] = []
		for await (const piece of incoming) pieces.push(Buffer.from(piece))
		requests.push({ path: incoming.url ?? '', headers: incoming.headers, body: Buffer.concat(pieces).toString('utf8') })
		if (status === null) return
		response.writeHead(status, { 'content-type': 'application/json' })
		response.end('{}')
	})
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
	const exports = (): readonly Export['resourceSpans'][number][] =>
		requests.flatMap(({ body }) => exportSchema.parse(JSON.parse(body)).resourceSpans)
	return {
		url: `${endpoint}/v1/traces`,
		endpoint,
		requests,
		spans: () => exports().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
		resources: () => exports().map(({ resource }) => resource.attributes),
		[Symbol.asyncDispose]: async () => {
			server.close()
			server.closeAllConnections()
			await once(server, 'close')
		},
	}
}
