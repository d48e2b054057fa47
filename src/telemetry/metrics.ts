import { setTimeout as sleep } from 'node:timers/promises'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { JournalEvent, JournalEventOf } from '../core/journal.ts'
import type { RunLoad } from '../core/run-store.ts'
import type { Observation, Observe, RunFacts } from '../core/telemetry.ts'
import { toUsd } from '../core/usage.ts'
import { type Handlers, handle } from './handlers.ts'
import { createInstruments, type Instruments } from './instruments.ts'

export type Metrics = { readonly registry: Registry; readonly observe: Observe }

/** How many runs wait and are worked on, over all processes. */
export type ReadLoad = () => Promise<RunLoad>

/** Counts and measures what is observed, in a registry of its own, and this process with it. */
export function createMetrics(load: ReadLoad): Metrics {
	const registry = new Registry()
	collectDefaultMetrics({ register: registry })
	registerLoad(registry, load)
	const instruments = createInstruments(registry)
	return { registry, observe: (observation) => handle(counted, observation, instruments) }
}

/** A database that is away makes neither a scrape fail nor a zero: the two numbers are missing. */
function registerLoad(registry: Registry, load: ReadLoad): void {
	const known = oneAtATime(load)
	const gauge = (name: string, help: string, of: (load: RunLoad) => number) =>
		new Gauge({
			name: `threadwise_${name}`,
			help,
			registers: [registry],
			async collect() {
				const now = await known()
				if (now === null) this.remove()
				else this.set(of(now))
			},
		})
	gauge('runs_waiting', 'Runs that wait for a worker, over all processes.', ({ waiting }) => waiting)
	gauge('runs_running', 'Runs that a worker holds, over all processes.', ({ held }) => held)
}

const patienceMs = 2_000

/** However often it is asked, the database is asked once at a time. */
function oneAtATime(load: ReadLoad): () => Promise<RunLoad | null> {
	let asking: Promise<RunLoad | null> | null = null
	return () => {
		asking ??= load()
			.catch(() => null)
			.finally(() => {
				asking = null
			})
		return Promise.race([asking, sleep(patienceMs, null, { ref: false })])
	}
}

const counted: Handlers<Observation, [Instruments]> = {
	'run-accepted': ({ platform, runKind }, { accepted }) => accepted.inc({ platform, kind: runKind }),
	'run-refused': ({ platform, code }, { refused }) => refused.inc({ platform, reason: code }),
	'run-claimed': ({ run, waitedMs }, { attempts, queueWait }) => {
		attempts.inc({ attempt: run.attempt === 1 ? 'first' : 'further' })
		if (waitedMs !== null) queueWait.observe(waitedMs / 1_000)
	},
	'journal-write': ({ entries, run }, instruments) => {
		for (const { event } of entries) handle(countedEvents, event, run, instruments)
	},
	'run-left': ({ reason }, { left }) => left.inc({ reason }),
	'stop-requested': ({ reason, hasEnded }, { stopped }) => {
		// Where nobody had begun it, no worker writes its outcome.
		if (hasEnded) stopped.inc({ reason })
	},
	'model-error': ({ alias, code }, { errors }) => errors.inc({ alias, code }),
	'message-sent': ({ platform, action, elapsedMs, sinceAcceptedMs, lagMs }, { sent, sendTime, firstSign, lag }) => {
		sent.inc({ platform, action })
		sendTime.observe({ platform, action }, elapsedMs / 1_000)
		if (sinceAcceptedMs !== null) firstSign.observe({ platform }, sinceAcceptedMs / 1_000)
		if (lagMs !== null) lag.observe({ platform }, lagMs / 1_000)
	},
	'message-failed': ({ platform, action, code }, { unsent }) => unsent.inc({ platform, action, code }),
	'run-delivered': (_, { delivered }) => delivered.inc(),
}

const countedEvents: Handlers<JournalEvent, [RunFacts, Instruments]> = {
	'model-call-end': ({ alias, usage, elapsedMs }, _, { calls, callTime, tokens, cost }) => {
		calls.inc({ alias })
		callTime.observe({ alias }, elapsedMs / 1_000)
		tokens.inc({ alias, direction: 'input' }, usage.inputTokens)
		tokens.inc({ alias, direction: 'output' }, usage.outputTokens)
		cost.inc({ alias }, toUsd(usage.costMicroUsd))
	},
	'stage-end': ({ stage, elapsedMs }, _, { stageTime }) => stageTime.observe({ stage }, elapsedMs / 1_000),
	'run-wait': (_, __, { askedBack }) => askedBack.inc(),
	'run-end': (event, run, instruments) => {
		const { confidence } = event
		instruments.answered.inc({ route: routeOf(run), effort: run.effort ?? 'unknown', confidence })
		timeRun('answered', event, run, instruments)
	},
	'run-stop': (event, run, instruments) => {
		instruments.stopped.inc({ reason: event.reason })
		timeRun('stopped', event, run, instruments)
	},
	'run-fail': (event, run, instruments) => {
		instruments.failed.inc({ code: event.code })
		timeRun('failed', event, run, instruments)
	},
}

type Outcome = JournalEventOf<'run-end' | 'run-stop' | 'run-fail'>

function timeRun(outcome: string, { elapsedMs }: Outcome, run: RunFacts, { runTime }: Instruments): void {
	runTime.observe({ outcome, route: routeOf(run) }, elapsedMs / 1_000)
}

/** A run may end before anybody has decided about its route. */
function routeOf({ route }: RunFacts): string {
	return route ?? 'unknown'
}
