import { setTimeout as sleep } from 'node:timers/promises'
import { type HrTime, type SpanContext, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-node'
import type { FinishedSpan } from './spans.ts'

export type TraceExport = AsyncDisposable & { readonly send: (span: FinishedSpan) => void }

export type TraceExportOptions = {
	readonly url: string
	readonly headers: Readonly<Record<string, string>>
	/** Names this process. */
	readonly instance: string
	/** Told once when the collector can't be reached, and once again after it was. */
	readonly onTrouble: (error: unknown) => void
	readonly onRecovery: () => void
}

/** A collector that is away has no more of the time in which a process must end. */
const flushPatienceMs = 2_000

/**
 * Sends spans to a collector with OTLP over HTTP, in batches, in the background. What a collector that is away doesn't take is given
 * up: nothing waits for it. Disposing sends what is left.
 */
export function openTraceExport({ url, headers, instance, ...told }: TraceExportOptions): TraceExport {
	// What the environment says about this service wins, as the specification wants it.
	const resource = resourceFromAttributes({ 'service.name': 'threadwise', 'service.instance.id': instance }).merge(
		detectResources({ detectors: [envDetector] }),
	)
	const exporter = tellingOfTrouble(new OTLPTraceExporter({ url, headers: { ...headers } }), told)
	const processor = new BatchSpanProcessor(exporter)
	return {
		send: (span) => processor.onEnd(toReadableSpan(span, resource)),
		[Symbol.asyncDispose]: async () => {
			const flushed = processor.shutdown().catch(() => {})
			await Promise.race([flushed, sleep(flushPatienceMs, undefined, { ref: false })])
		},
	}
}

function tellingOfTrouble(
	exporter: SpanExporter,
	{ onTrouble, onRecovery }: Pick<TraceExportOptions, 'onTrouble' | 'onRecovery'>,
): SpanExporter {
	let isInTrouble = false
	return {
		export: (spans, done) =>
			exporter.export(spans, (result) => {
				const failed = result.error !== undefined
				if (failed && !isInTrouble) onTrouble(result.error)
				if (!failed && isInTrouble) onRecovery()
				isInTrouble = failed
				done(result)
			}),
		shutdown: () => exporter.shutdown(),
	}
}

const scope = { name: 'threadwise' }
const kinds = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT } as const

function toReadableSpan(span: FinishedSpan, resource: Resource): ReadableSpan {
	const { traceId, parentSpanId, error } = span
	const contextOf = (spanId: string): SpanContext => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED })
	const context = contextOf(span.spanId)
	return {
		name: span.name,
		kind: kinds[span.kind],
		spanContext: () => context,
		...(parentSpanId === null ? {} : { parentSpanContext: contextOf(parentSpanId) }),
		startTime: toHrTime(span.startedAtMs),
		endTime: toHrTime(span.endedAtMs),
		duration: toHrTime(span.endedAtMs - span.startedAtMs),
		status: error === null ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
		attributes: { ...span.attributes, ...(error === null ? {} : { 'error.type': error }) },
		links: [],
		events: [],
		ended: true,
		resource,
		instrumentationScope: scope,
		droppedAttributesCount: 0,
		droppedEventsCount: 0,
		droppedLinksCount: 0,
	}
}

function toHrTime(milliseconds: number): HrTime {
	const seconds = Math.trunc(milliseconds / 1_000)
	return [seconds, Math.round((milliseconds - seconds * 1_000) * 1_000_000)]
}
