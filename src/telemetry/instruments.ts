import { Counter, Histogram, type Registry } from 'prom-client'

/** From the shortest reply of a model to the longest run, in seconds. */
const workBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600, 1_800]
/** From what nobody notices to what nobody waits for, in seconds. */
const waitBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600]

export type Instruments = ReturnType<typeof createInstruments>

/**
 * Everything that is counted and measured. Labels take few values: names of platforms, aliases, stages and routes, codes of errors.
 * What a run or a person is called never is one. `docs/observability.md` explains each, and a test compares.
 */
export function createInstruments(registry: Registry) {
	const registers = [registry]
	const counter = <Label extends string>(name: string, help: string, ...labelNames: readonly Label[]) =>
		new Counter({ name: `threadwise_${name}_total`, help, labelNames, registers })
	const histogram = <Label extends string>(
		name: string,
		help: string,
		buckets: number[],
		...labelNames: readonly Label[]
	) => new Histogram({ name: `threadwise_${name}_seconds`, help, buckets, labelNames, registers })
	return {
		accepted: counter('runs_accepted', 'Questions that were accepted.', 'platform', 'kind'),
		refused: counter('runs_refused', 'Questions refused before anybody worked on them.', 'platform', 'reason'),
		answered: counter('runs_answered', 'Runs that ended in an answer.', 'route', 'effort', 'confidence'),
		stopped: counter('runs_stopped', 'Runs that were stopped, by person, budget or deadline.', 'reason'),
		failed: counter('runs_failed', 'Runs that failed, by the code of the error.', 'code'),
		askedBack: counter('runs_asked_back', 'Questions that were asked back.'),
		attempts: counter('run_attempts', 'Attempts at runs; a further one goes on where the journal ends.', 'attempt'),
		left: counter('runs_left', 'Attempts that ended without an outcome.', 'reason'),
		queueWait: histogram('run_queue_wait', 'From acceptance to the first claim by a worker.', waitBuckets),
		firstSign: histogram('run_first_sign', 'From acceptance to the first sign of life.', waitBuckets, 'platform'),
		runTime: histogram('run_duration', 'From the start of a run to its outcome.', workBuckets, 'outcome', 'route'),
		stageTime: histogram('stage_duration', 'Working time of a stage, over all attempts.', workBuckets, 'stage'),
		calls: counter('model_calls', 'Model calls that came back with a reply, tries included.', 'alias'),
		callTime: histogram('model_call_duration', 'Time of a model call, tries included.', workBuckets, 'alias'),
		errors: counter('model_errors', 'Requests to models that failed, also where another try worked.', 'alias', 'code'),
		tokens: counter('model_tokens', 'Tokens of replies and of what was asked.', 'alias', 'direction'),
		cost: counter('model_cost_dollars', 'What model calls cost, in dollars.', 'alias'),
		sent: counter('messages_sent', 'Replies posted and edited.', 'platform', 'action'),
		unsent: counter('message_failures', 'Replies that could not be posted or edited.', 'platform', 'action', 'code'),
		sendTime: histogram('message_send_duration', 'Time that a platform takes.', waitBuckets, 'platform', 'action'),
		delivered: counter('runs_delivered', 'Runs whose outcome was shown, or never can be.'),
		lag: histogram('delivery_lag', 'From the outcome of a run to its being shown.', waitBuckets, 'platform'),
	}
}
