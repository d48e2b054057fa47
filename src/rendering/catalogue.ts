import type { StopReason } from '../core/abort.ts'
import { counted } from '../core/counted.ts'
import type { Confidence } from '../core/journal.ts'
import type { Effort, Route } from '../core/run-preferences.ts'
import type { StageKind } from '../core/workflow.ts'

/** Every string that people see, in one language. */
export type Catalogue = {
	readonly stageTitles: Readonly<Record<StageKind, string>>
	readonly efforts: Readonly<Record<Effort, string>>
	readonly confidences: Readonly<Record<Confidence, string>>
	readonly stopReasons: Readonly<Record<StopReason, string>>
	readonly queued: (placeInQueue: number | null) => string
	readonly working: string
	readonly nothingYet: string
	readonly reasoning: string
	readonly erased: string
	readonly failedCheck: string
	readonly samplingAgain: string
	readonly lowConfidence: string
	readonly directly: string
	readonly bestSoFar: string
	readonly routed: (route: Route, stages: number, effort: Effort, reason: string) => string
	readonly stagesDone: (done: number, of: number) => string
	readonly checks: (passed: number, failed: number) => string
	readonly calls: (calls: number) => string
	readonly tokens: (tokens: number) => string
	readonly run: (runId: string) => string
	readonly skippedChecks: (titles: readonly string[]) => string
	readonly failure: (message: string) => string
	readonly fix: (fix: string) => string
}

export const english: Catalogue = {
	stageTitles: {
		analyze: 'Problem analysis',
		decompose: 'Task decomposition',
		execute: 'Systematic execution',
		alternatives: 'Alternative solutions',
		evaluate: 'Self-evaluation',
		correct: 'Self-correction',
	},
	efforts: { low: 'low effort', medium: 'medium effort', high: 'high effort' },
	confidences: { high: 'high confidence', medium: 'medium confidence', low: 'low confidence' },
	stopReasons: {
		user: 'Stopped as you asked.',
		budget: 'Stopped: the budget for one question is used up.',
		deadline: 'Stopped: the time for one question is over.',
		superseded: 'Stopped: the question was edited.',
	},
	queued: (place) =>
		place === null || place === 1 ? 'Waiting for a worker' : `Waiting: ${counted(place - 1, 'question')} ahead of it`,
	working: 'Working',
	nothingYet: 'There is no result yet.',
	reasoning: 'Reasoning',
	erased: '(erased)',
	failedCheck: 'failed its check',
	samplingAgain: 'failed its check, worked out again',
	lowConfidence: 'low confidence',
	directly: 'answered directly',
	bestSoFar: 'The best so far:',
	routed: (route, stages, effort, reason) =>
		route === 'direct'
			? `Answering directly. ${reason}.`
			: `${counted(stages, 'stage')}, ${english.efforts[effort]}. ${reason}.`,
	stagesDone: (done, of) => `${done} of ${counted(of, 'stage')}`,
	checks: (passed, failed) => `${counted(passed, 'check')} passed${failed === 0 ? '' : `, ${failed} failed`}`,
	calls: (calls) => counted(calls, 'call'),
	tokens: (tokens) => `${tokens.toLocaleString('en')} ${tokens === 1 ? 'token' : 'tokens'}`,
	run: (runId) => `run ${runId}`,
	skippedChecks: (titles) => `Left out: ${titles.join(', ')}.`,
	failure: (message) => `Could not answer: ${message}`,
	fix: (fix) => `What to do: ${fix}`,
}
