import { createHash, randomBytes } from 'node:crypto'
import { acceptedAtMs } from '../core/accepted-at.ts'
import type { JournalEvent, JournalEventOf, JournalRecord } from '../core/journal.ts'
import type { Observation, Observe, RequestFacts, RunFacts } from '../core/telemetry.ts'
import { toUsd, type Usage } from '../core/usage.ts'
import type { StageKind } from '../core/workflow.ts'
import { type Handlers, handle } from './handlers.ts'

export type SpanAttributes = Readonly<Record<string, string | number | boolean | string[]>>

/** Something that took time in a run, complete. */
export type FinishedSpan = {
	readonly traceId: string
	readonly spanId: string
	readonly parentSpanId: string | null
	readonly name: string
	/** `client`: another program was asked. */
	readonly kind: 'internal' | 'client'
	readonly startedAtMs: number
	readonly endedAtMs: number
	readonly attributes: SpanAttributes
	/** A code, where it ended in an error. */
	readonly error: string | null
}

type Call = {
	alias: string | null
	request: RequestFacts | null
	startedAtMs: number
	/** Of its last try, if that failed. */
	error: string | null
}

/** What has begun in an attempt and not ended. */
type Trace = {
	readonly runId: string
	workflow: string | null
	/** When a worker has first begun with it. */
	startedAtMs: number
	readonly stages: Map<string, { readonly stage: StageKind; startedAtMs: number }>
	/** By node and call key. */
	readonly calls: Map<string, Call>
}

/** As observers are told of requests that are made at the same time, a run that was forgotten leaves nothing behind. */
const mostTraces = 10_000

/**
 * Makes spans of what is observed: one for each run, with all its attempts; in it one for each stage, and in those one for each model
 * call, named as the conventions for generative AI name them. Nothing of what people or models wrote is in them.
 *
 * Ids follow from the run's id, so that processes that never hear of each other make one trace: the run's is the run id itself.
 */
export function createSpans(emit: (span: FinishedSpan) => void): Observe {
	const traces = new Map<string, Trace>()
	const begin = ({ runId }: RunFacts) => {
		const trace = { runId, workflow: null, startedAtMs: Date.now(), stages: new Map(), calls: new Map() }
		traces.delete(runId)
		traces.set(runId, trace)
		const [oldest] = traces.keys()
		if (traces.size > mostTraces && oldest !== undefined) traces.delete(oldest)
	}
	const followed: Handlers<Observation> = {
		'run-claimed': ({ run }) => begin(run),
		'journal-read': ({ run, records }) => {
			const trace = traces.get(run.runId)
			if (trace !== undefined) for (const record of records) recall(record, trace)
		},
		'model-request': (request) => {
			const known = findCall(traces, request)
			if (known === null) return
			known.call.request = request
			known.call.error = null
		},
		'model-error': (request) => {
			const known = findCall(traces, request)
			if (known !== null) known.call.error = request.code
		},
		'journal-write': ({ run, atMs, entries }) => {
			const trace = traces.get(run.runId)
			if (trace === undefined) return
			for (const { nodeId = '', event } of entries) handle(spanned, event, { trace, run, nodeId, atMs, emit })
			if (entries.some(({ event }) => event.kind in outcomes)) traces.delete(run.runId)
		},
		'run-left': ({ run, reason }) => {
			const trace = traces.get(run.runId)
			if (trace !== undefined) endCalls(trace, '', Date.now(), reason, emit)
			traces.delete(run.runId)
		},
	}
	return (observation) => handle(followed, observation)
}

type Place = {
	readonly trace: Trace
	readonly run: RunFacts
	readonly nodeId: string
	readonly atMs: number
	readonly emit: (span: FinishedSpan) => void
}

const outcomes = { 'run-end': 'answered', 'run-stop': 'stopped', 'run-fail': 'failed', 'run-wait': 'waiting' } as const

const spanned: Handlers<JournalEvent, [Place]> = {
	'run-start': ({ workflow }, { trace }) => {
		trace.workflow = workflow.name
	},
	'stage-start': ({ stage }, { trace, nodeId, atMs }) => {
		trace.stages.set(nodeId, { stage, startedAtMs: atMs })
	},
	'model-call-start': ({ callKey, alias }, { trace, nodeId, atMs }) => {
		const call = callOf(trace, `${nodeId}/${callKey}`)
		call.alias = alias
		call.startedAtMs = Math.min(call.startedAtMs, atMs)
	},
	'model-call-end': (event, { trace, nodeId, atMs, emit }) => {
		const key = `${nodeId}/${event.callKey}`
		const call = { ...callOf(trace, key), alias: event.alias, startedAtMs: atMs - event.elapsedMs, error: null }
		trace.calls.delete(key)
		emit(callSpan(trace, nodeId, call, atMs, replyAttributes(event)))
	},
	'stage-end': (event, { trace, nodeId, atMs, emit }) => {
		endCalls(trace, nodeId, atMs, otherError, emit)
		endStage(trace, nodeId, atMs, usageAttributes(event.usage), emit)
	},
	// The stage that asks begins again with the answer, in another attempt.
	'run-wait': (_, { trace, atMs, emit }) => endCalls(trace, '', atMs, otherError, emit),
	'run-end': (event, place) => endRun(event, { 'threadwise.confidence': event.confidence }, null, place),
	'run-stop': (event, place) => endRun(event, { 'threadwise.stop.reason': event.reason }, null, place),
	'run-fail': (event, place) => endRun(event, {}, event.code, place),
}

/** For failures that have no code of their own. */
const otherError = '_OTHER'

/** What earlier attempts have begun. */
function recall(record: JournalRecord, trace: Trace): void {
	const atMs = Date.parse(record.at)
	const nodeId = record.nodeId ?? ''
	if (record.kind === 'run-start') {
		trace.workflow = record.workflow.name
		trace.startedAtMs = Math.min(trace.startedAtMs, atMs)
	}
	if (record.kind === 'stage-start' && !trace.stages.has(nodeId)) {
		trace.stages.set(nodeId, { stage: record.stage, startedAtMs: atMs })
	}
	if (record.kind === 'stage-end' || record.kind === 'stage-skip') trace.stages.delete(nodeId)
}

function findCall(traces: ReadonlyMap<string, Trace>, { callId }: RequestFacts) {
	const slash = callId?.indexOf('/') ?? -1
	const trace = callId === null || slash === -1 ? undefined : traces.get(callId.slice(0, slash))
	return trace === undefined || callId === null ? null : { trace, call: callOf(trace, callId.slice(slash + 1)) }
}

/** A request may be made before its announcement is written. */
function callOf(trace: Trace, key: string): Call {
	const known = trace.calls.get(key)
	if (known !== undefined) return known
	const call = { alias: null, request: null, startedAtMs: Date.now(), error: null }
	trace.calls.set(key, call)
	return call
}

/** Ends the calls of a node, or of all where it is empty, that came back with nothing. */
function endCalls(trace: Trace, nodeId: string, atMs: number, error: string, emit: Place['emit']): void {
	for (const [key, call] of trace.calls) {
		const node = key.slice(0, key.indexOf('/'))
		if (nodeId !== '' && node !== nodeId) continue
		trace.calls.delete(key)
		emit(callSpan(trace, node, { ...call, error: call.error ?? error }, atMs, {}))
	}
}

function endStage(trace: Trace, nodeId: string, atMs: number, attributes: SpanAttributes, emit: Place['emit']): void {
	const begun = trace.stages.get(nodeId)
	if (begun === undefined) return
	trace.stages.delete(nodeId)
	emit({
		...placeOfStage(trace.runId, nodeId),
		parentSpanId: placeOfRun(trace.runId).spanId,
		name: `stage ${begun.stage}`,
		kind: 'internal',
		startedAtMs: begun.startedAtMs,
		endedAtMs: atMs,
		attributes: { 'threadwise.stage': begun.stage, 'threadwise.node.id': nodeId, ...attributes },
		error: null,
	})
}

function endRun(
	{ kind, usage }: JournalEventOf<'run-end' | 'run-stop' | 'run-fail'>,
	attributes: SpanAttributes,
	error: string | null,
	{ trace, run, atMs, emit }: Place,
): void {
	endCalls(trace, '', atMs, error ?? otherError, emit)
	for (const nodeId of [...trace.stages.keys()]) {
		endStage(trace, nodeId, atMs, { 'threadwise.stage.complete': false }, emit)
	}
	emit({
		...placeOfRun(run.runId),
		parentSpanId: null,
		name: `run ${trace.workflow ?? 'unknown'}`,
		kind: 'internal',
		startedAtMs: acceptedAtMs(run.runId) ?? trace.startedAtMs,
		endedAtMs: atMs,
		attributes: {
			'gen_ai.operation.name': 'invoke_workflow',
			'threadwise.run.id': run.runId,
			'threadwise.workflow': trace.workflow ?? 'unknown',
			'threadwise.platform': run.platform,
			'threadwise.attempt': run.attempt,
			'threadwise.outcome': outcomes[kind],
			...(run.route === null ? {} : { 'threadwise.route': run.route }),
			...(run.effort === null ? {} : { 'threadwise.effort': run.effort }),
			...usageAttributes(usage),
			...attributes,
		},
		error,
	})
}

function callSpan(trace: Trace, nodeId: string, call: Call, endedAtMs: number, reply: SpanAttributes): FinishedSpan {
	const { alias, request, startedAtMs, error } = call
	const stage = trace.stages.get(nodeId)
	// What announces a stage may be written a moment after its first request is made.
	if (stage !== undefined) stage.startedAtMs = Math.min(stage.startedAtMs, startedAtMs)
	const parent = stage === undefined ? placeOfRun(trace.runId) : placeOfStage(trace.runId, nodeId)
	const model = request?.model ?? alias ?? 'unknown'
	return {
		traceId: parent.traceId,
		spanId: randomBytes(8).toString('hex'),
		parentSpanId: parent.spanId,
		name: `chat ${model}`,
		kind: 'client',
		startedAtMs,
		endedAtMs,
		attributes: {
			'gen_ai.operation.name': 'chat',
			// What speaks this protocol is called so, whoever runs it; `server.address` says who that is.
			'gen_ai.provider.name': 'openai',
			'gen_ai.request.stream': true,
			...(request === null ? {} : requestAttributes(request)),
			...(alias === null ? {} : { 'threadwise.alias': alias }),
			...reply,
		},
		error,
	}
}

function requestAttributes({ model, server, output }: RequestFacts): SpanAttributes {
	return {
		'gen_ai.request.model': model,
		'gen_ai.output.type': output,
		...(server === null ? {} : { 'server.address': server.address, 'server.port': server.port }),
	}
}

function replyAttributes(event: JournalEventOf<'model-call-end'>): SpanAttributes {
	const { prompt, model, settings, finishReason, usage, usageEstimated } = event
	return {
		'gen_ai.response.model': model,
		'gen_ai.response.finish_reasons': [finishReason === 'tool-calls' ? 'tool_calls' : finishReason],
		'gen_ai.request.max_tokens': settings.maxOutputTokens,
		...(settings.temperature === undefined ? {} : { 'gen_ai.request.temperature': settings.temperature }),
		'gen_ai.usage.input_tokens': usage.inputTokens,
		'gen_ai.usage.output_tokens': usage.outputTokens,
		'threadwise.prompt': `${prompt.name}@${prompt.version}`,
		'threadwise.usage.estimated': usageEstimated,
		'threadwise.cost.usd': toUsd(usage.costMicroUsd),
	}
}

function usageAttributes({ calls, inputTokens, outputTokens, costMicroUsd }: Usage): SpanAttributes {
	return {
		'threadwise.calls': calls,
		'gen_ai.usage.input_tokens': inputTokens,
		'gen_ai.usage.output_tokens': outputTokens,
		'threadwise.cost.usd': toUsd(costMicroUsd),
	}
}

type SpanPlace = { readonly traceId: string; readonly spanId: string }

/** A run id is as long as a trace id; so whoever knows the run finds its trace. */
export function placeOfRun(runId: string): SpanPlace {
	const plain = runId.replaceAll('-', '').toLowerCase()
	const traceId = /^[\da-f]{32}$/.test(plain) ? plain : hashed(runId, 32)
	return { traceId, spanId: hashed(`${runId}/`, 16) }
}

function placeOfStage(runId: string, nodeId: string): SpanPlace {
	return { traceId: placeOfRun(runId).traceId, spanId: hashed(`${runId}/${nodeId}`, 16) }
}

function hashed(text: string, digits: number): string {
	return createHash('sha256').update(text).digest('hex').slice(0, digits)
}
