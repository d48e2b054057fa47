import type { Confidence, RouteSource } from '../core/journal.ts'
import type { Effort, Route } from '../core/run-preferences.ts'
import type { StopReason } from '../core/abort.ts'
import type { StageKind } from '../core/workflow.ts'

/** Every string that people see, in one language. */
export type Catalogue = {
	readonly stageTitles: Readonly<Record<StageKind, string>>
	readonly efforts: Readonly<Record<Effort, string>>
	readonly confidences: Readonly<Record<Confidence, string>>
	readonly stopReasons: Readonly<Record<StopReason, string>>
	readonly routeSources: Readonly<Record<RouteSource, string>>
	readonly queued: string
	readonly working: string
	readonly waiting: string
	readonly nothingYet: string
	readonly reasoning: string
	readonly erased: string
	readonly calculating: (subtask: string) => string
	readonly samplingAgain: string
	readonly lowConfidence: string
	readonly routed: (route: Route, steps: number, effort: Effort, reason: string) => string
	readonly skippedChecks: (titles: readonly string[]) => string
	readonly bestSoFar: string
	readonly practiceModel: string
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
	routeSources: {
		signals: 'free signals',
		classifier: 'classifier',
		person: 'your choice',
		cascade: 'a failed check',
	},
	queued: 'Waiting for a worker',
	working: 'Working',
	waiting: 'Waiting for your answer',
	nothingYet: 'There is no result yet.',
	reasoning: 'Reasoning',
	erased: '(erased)',
	calculating: (subtask) => subtask,
	samplingAgain: 'worked out again',
	lowConfidence: 'low confidence',
	routed: (route, steps, effort, reason) =>
		route === 'direct' ? `Answered directly: ${reason}` : `${steps} stages, ${english.efforts[effort]}: ${reason}`,
	skippedChecks: (titles) => `Left out: ${titles.join(', ')}.`,
	bestSoFar: 'The best so far:',
	practiceModel: 'Answered by the built-in practice model. Connect a real one: set OPENAI_API_KEY in .env.',
	failure: (message) => `Could not answer: ${message}`,
	fix: (fix) => `What to do: ${fix}`,
}
