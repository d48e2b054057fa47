import type { Registry } from 'prom-client'
import type { Observe } from '../core/telemetry.ts'
import { fanOut } from './fan-out.ts'
import type { ReadLoad } from './metrics.ts'
import { createSpans } from './spans.ts'
import type { TraceExport, TraceExportOptions } from './trace-export.ts'

export type Telemetry = AsyncDisposable & {
	/** Tells everybody who watches. */
	readonly observe: Observe
	/** Null where nobody can ask for metrics. */
	readonly metrics: Registry | null
}

export type TelemetryOptions = {
	/** Null: nobody can ask for metrics, so none are kept. */
	readonly load: ReadLoad | null
	/** Null: nothing is traced. */
	readonly traces: TraceExportOptions | null
	/** Others who watch. */
	readonly observers: readonly Observe[]
	/** Told of a bug in somebody who watches. */
	readonly onTrouble: (error: unknown) => void
}

/** Starts to watch. What isn't wanted isn't even loaded. */
export async function openTelemetry({ load, traces, observers, onTrouble }: TelemetryOptions): Promise<Telemetry> {
	const metrics = load === null ? null : (await import('./metrics.ts')).createMetrics(load)
	const exporting = traces === null ? null : await openExport(traces)
	const watching = [
		...observers,
		...(metrics === null ? [] : [metrics.observe]),
		...(exporting === null ? [] : [createSpans(exporting.send)]),
	]
	return {
		observe: fanOut(watching, onTrouble),
		metrics: metrics?.registry ?? null,
		[Symbol.asyncDispose]: async () => exporting?.[Symbol.asyncDispose](),
	}
}

async function openExport(options: TraceExportOptions): Promise<TraceExport> {
	const { openTraceExport } = await import('./trace-export.ts')
	return openTraceExport(options)
}
