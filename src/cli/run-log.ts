import type { Logger } from 'pino'
import type { JournalEvent, JournalEventOf } from '../core/journal.ts'
import type { Observation, Observe, RunFacts } from '../core/telemetry.ts'
import { toUsd } from '../core/usage.ts'
import { type Handlers, handle } from '../telemetry/index.ts'

/** Logs what happens to runs, a line each with the run's id: what was decided and what it took, nothing that anybody wrote. */
export function createRunLog(log: Logger): Observe {
	return (observation) => handle(logged, observation, log)
}

const logged: Handlers<Observation, [Logger]> = {
	'run-accepted': ({ runId, platform, runKind }, log) => log.info({ runId, platform, kind: runKind }, 'accepted'),
	'run-continued': ({ runId, platform }, log) => log.info({ runId, platform }, 'goes on: the asker has answered'),
	'run-refused': ({ runId, platform, code }, log) =>
		log.info({ ...(runId === null ? {} : { runId }), platform, code }, 'refused'),
	'run-claimed': ({ run, waitedMs }, log) => {
		if (waitedMs !== null) log.info({ ...idsOf(run), waitedMs }, 'claimed')
		else log.info(idsOf(run), 'taken over: goes on where its journal ends')
	},
	'journal-write': ({ run, entries }, log) => {
		for (const { event } of entries) handle(loggedEvents, event, run, log)
	},
	'run-left': ({ run, reason }, log) => {
		if (reason === 'handed-back') log.info(idsOf(run), 'handed back')
		else log.warn(idsOf(run), 'lost to another worker: the lease has ended')
	},
	'stop-requested': ({ runId, reason, hasEnded }, log) =>
		log.info({ runId, reason }, hasEnded ? 'stopped before anybody began it' : 'stop requested'),
	'answer-now-requested': ({ runId }, log) => log.info({ runId }, 'answer wanted now'),
	'model-error': ({ callId, alias, model, server, code, elapsedMs }, log) => {
		const [runId, nodeId] = callId?.split('/') ?? []
		const ids = runId === undefined ? {} : { runId, nodeId }
		const asked = server === null ? {} : { server: `${server.address}:${server.port}` }
		log.warn({ ...ids, alias, model, ...asked, code, elapsedMs }, 'a request to a model failed')
	},
	'message-sent': ({ runId, platform, action, elapsedMs }, log) =>
		log.debug({ runId, platform, elapsedMs }, action === 'post' ? 'posted' : 'edited'),
	'message-failed': ({ runId, platform, action, code, elapsedMs }, log) =>
		log.warn({ runId, platform, action, code, elapsedMs }, 'could not be shown'),
	'run-delivered': ({ runId }, log) => log.info({ runId }, 'delivered'),
}

const loggedEvents: Handlers<JournalEvent, [RunFacts, Logger]> = {
	'run-route': ({ level, source }, run, log) => log.debug({ ...factsOf(run), complexity: level, source }, 'routed'),
	'stage-end': ({ stage, elapsedMs }, run, log) => log.debug({ ...idsOf(run), stage, elapsedMs }, 'stage ended'),
	'run-wait': ({ reason }, run, log) => log.info({ ...factsOf(run), reason }, 'waits for the asker'),
	'run-end': (event, run, log) =>
		log.info({ ...factsOf(run), confidence: event.confidence, ...spentOf(event) }, 'answered'),
	'run-stop': (event, run, log) => log.info({ ...factsOf(run), reason: event.reason, ...spentOf(event) }, 'stopped'),
	'run-fail': (event, run, log) => {
		const level = ownFaults.has(event.code) ? 'error' : 'warn'
		log[level]({ ...factsOf(run), code: event.code, ...spentOf(event) }, 'failed')
	},
}

/** Whoever runs Threadwise can't mend these: they are for a report. */
const ownFaults: ReadonlySet<string> = new Set(['internal', 'run-lost', 'store-refused'])

function idsOf({ runId, attempt, platform }: RunFacts) {
	return { runId, attempt, platform }
}

function factsOf({ route, effort, ...run }: RunFacts) {
	return { ...idsOf({ route, effort, ...run }), ...(route === null ? {} : { route, effort }) }
}

function spentOf({ usage, elapsedMs }: JournalEventOf<'run-end' | 'run-stop' | 'run-fail'>) {
	const { calls, inputTokens, outputTokens, costMicroUsd } = usage
	return { elapsedMs, calls, inputTokens, outputTokens, costUsd: toUsd(costMicroUsd) }
}
