import type { StopReason } from '../core/abort.ts'
import type { BudgetLevel } from '../core/budget-level.ts'
import { counted } from '../core/counted.ts'
import type { Confidence } from '../core/journal.ts'
import type { ReplyView } from '../core/reply-view.ts'
import type { Effort } from '../core/run-preferences.ts'
import { toUsd } from '../core/usage.ts'
import type { StageKind } from '../core/workflow.ts'

type RoutedView = Pick<ReplyView, 'route' | 'effort' | 'routing' | 'stages'>

/** Every string that people see, in one language. */
export type Catalogue = {
	readonly stageTitles: Readonly<Record<StageKind, string>>
	readonly efforts: Readonly<Record<Effort, string>>
	readonly confidences: Readonly<Record<Confidence, string>>
	readonly stopped: (reason: StopReason, budget: BudgetLevel | null) => string
	readonly budgetLeft: (budget: BudgetLevel) => string
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
	readonly routed: (view: RoutedView) => string
	readonly stagesDone: (done: number, of: number) => string
	readonly checks: (passed: number, failed: number) => string
	readonly calls: (calls: number) => string
	readonly tokens: (tokens: number) => string
	readonly run: (runId: string) => string
	readonly skippedChecks: (titles: readonly string[]) => string
	readonly failure: (message: string) => string
	readonly fix: (fix: string) => string
}

const englishStops: Readonly<Record<Exclude<StopReason, 'budget'>, string>> = {
	user: 'Stopped as you asked.',
	deadline: 'Stopped: the time for one question is over.',
	superseded: 'Stopped: the question was edited.',
}

const englishBudgets: Readonly<Record<BudgetLevel['scope'], string>> = {
	run: 'the budget for one question',
	person: 'your budget for today',
	channel: "today's budget of this channel",
	installation: "today's budget of everybody here",
}

function englishAmount(amount: number, { measure, limit }: BudgetLevel): string {
	if (measure === 'calls') return counted(amount, 'call')
	if (measure === 'tokens') return englishTokens(amount)
	return `$${toUsd(amount).toFixed(toUsd(limit) < 1 ? 4 : 2)}`
}

function englishTokens(tokens: number): string {
	return `${tokens.toLocaleString('en')} ${tokens === 1 ? 'token' : 'tokens'}`
}

type Estimate = NonNullable<NonNullable<ReplyView['routing']>['estimate']>

/** Money is left out where none is spent. */
function englishEstimate({ elapsedMs, costMicroUsd, isCeiling }: Estimate): string {
	const time = `${isCeiling ? 'at most' : 'about'} ${Math.max(1, Math.round(elapsedMs / 1_000))} s`
	if (costMicroUsd === 0) return time
	const usd = toUsd(costMicroUsd)
	return `${time}, ${isCeiling ? 'at most' : 'about'} $${usd < 0.1 ? usd.toFixed(4) : usd.toFixed(2)}`
}

function englishUsedUp(budget: BudgetLevel | null): string {
	if (budget?.overrun === true)
		return 'Stopped: the model server ignored the limit of its output, so no more work was begun.'
	const { scope } = budget ?? { scope: 'run' }
	const startsAgain = scope === 'run' ? '' : ' It starts again at 00:00 UTC.'
	return `Stopped: ${englishBudgets[scope]} is used up.${startsAgain}`
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
	stopped: (reason, budget) => (reason === 'budget' ? englishUsedUp(budget) : englishStops[reason]),
	budgetLeft: (budget) =>
		`${englishAmount(budget.left, budget)} of ${englishAmount(budget.limit, budget)} left of ${englishBudgets[budget.scope]}`,
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
	routed: ({ route, effort, routing, stages }) => {
		if (route === null || effort === null || routing === null) return english.working
		const reason = routing.reason.replace(/\.$/, '')
		if (route === 'direct') return `Answering directly. ${reason}.`
		const takes = routing.estimate === null ? '' : `, ${englishEstimate(routing.estimate)}`
		return `${counted(stages.length, 'stage')}, ${english.efforts[effort]}${takes}. ${reason}.`
	},
	stagesDone: (done, of) => `${done} of ${counted(of, 'stage')}`,
	checks: (passed, failed) => `${counted(passed, 'check')} passed${failed === 0 ? '' : `, ${failed} failed`}`,
	calls: (calls) => counted(calls, 'call'),
	tokens: englishTokens,
	run: (runId) => `run ${runId}`,
	skippedChecks: (titles) => `Left out: ${titles.join(', ')}.`,
	failure: (message) => `Could not answer: ${message}`,
	fix: (fix) => `What to do: ${fix}`,
}
