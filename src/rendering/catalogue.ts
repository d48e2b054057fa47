import type { StopReason } from '../core/abort.ts'
import type { BudgetLevel } from '../core/budget-level.ts'
import { counted } from '../core/counted.ts'
import type { CheckMethod, Confidence } from '../core/journal.ts'
import { isFinal, type ReplyView, type StageView, type SubtaskView } from '../core/reply-view.ts'
import type { RunKind } from '../core/run.ts'
import type { Effort } from '../core/run-preferences.ts'
import { toUsd } from '../core/usage.ts'
import type { StageKind } from '../core/workflow.ts'
import { type AppTexts, englishAppTexts } from './app-texts.ts'
import { type ChatTexts, englishChatTexts } from './chat-texts.ts'
import { englishInstallTexts, type InstallTexts } from './install-texts.ts'

type RoutedView = Pick<ReplyView, 'status' | 'route' | 'effort' | 'routing' | 'stages'>

/** What people can do with a run: what stands on the buttons. */
type ActionName =
	| 'stop'
	| 'answerNow'
	| 'reply'
	| 'thinkHarder'
	| 'regenerate'
	| 'edit'
	| 'showReasoning'
	| 'hideReasoning'
	| 'fullRecord'
	| 'helpful'
	| 'notHelpful'

/** What is said around a thumb up or down. */
type FeedbackTexts = {
	readonly thanks: string
	/** Asks why an answer didn't help; answering is optional. */
	readonly askReason: string
	readonly reasonHint: string
	readonly send: string
	readonly skip: string
	readonly given: (helpful: boolean) => string
}

/** What stands over and between the parts of a stage's record. */
type RecordTexts = {
	readonly asked: string
	readonly given: (id: string) => string
	readonly mustHold: (id: string) => string
	readonly assumed: string
	readonly because: (because: string) => string
	readonly askedBack: string
	readonly noAnswerCame: string
	readonly checks: string
	readonly passed: string
	readonly failed: string
	readonly unchecked: string
	readonly plan: string
	readonly refused: (plan: number) => string
	readonly from: (subtaskIds: readonly string[]) => string
	readonly steps: string
	readonly notDone: string
	readonly samples: (samples: number) => string
	readonly alternatives: string
	/** The method of the solution that the steps have come to. */
	readonly stepByStep: string
	readonly by: (method: string) => string
	readonly weight: (weight: number | null) => string
	/** `answer` is null where it is told elsewhere. */
	readonly votes: (share: number, answer: string | null) => string
	readonly verdict: string
	readonly holds: string
	readonly fails: string
	readonly chosen: string
	readonly otherwise: (answer: string) => string
	readonly correction: (round: number, where: string | null) => string
	readonly before: string
	readonly after: string
	readonly reason: string
	readonly kept: string
	readonly notKept: string
	readonly instead: string
}

/** Every string that people see, in one language. */
export type Catalogue = {
	readonly actions: Readonly<Record<ActionName, string>>
	readonly app: AppTexts
	readonly chat: ChatTexts
	readonly install: InstallTexts
	readonly feedback: FeedbackTexts
	readonly record: RecordTexts
	readonly checkMethods: Readonly<Record<CheckMethod, string>>
	readonly runStatuses: Readonly<Record<ReplyView['status'], string>>
	readonly stageStatuses: Readonly<Record<StageView['status'], string>>
	readonly subtaskStatuses: Readonly<Record<SubtaskView['status'], string>>
	/** Why there is this run, where it isn't the first of its question; `parent` is what the other run is called there. */
	readonly runKinds: Readonly<Record<Exclude<RunKind, 'question'>, (parent: string) => string>>
	/** Said of a run whose question was edited; `by` is what the newer run is called there. */
	readonly superseded: (by: string) => string
	readonly answeringNow: string
	/** All that is shown while a run works whose asker wants quiet. */
	readonly quietly: (view: Pick<ReplyView, 'status' | 'stages' | 'placeInQueue' | 'answerNow'>) => string
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
	readonly directly: string
	readonly bestSoFar: string
	readonly routed: (view: RoutedView) => string
	readonly stagesDone: (done: number, of: number) => string
	/** What came of all checks; `isOver` where nothing more will be corrected. */
	readonly checks: (checks: ReplyView['checks'], isOver: boolean) => string
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
	uninstalled: 'Stopped: the app was taken off this place.',
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

/** What is typical; what may be spent at most only where that is money, since it says nothing of how long it will take. */
function englishEstimate({ elapsedMs, costMicroUsd, isCeiling }: Estimate): readonly string[] {
	if (isCeiling) {
		if (costMicroUsd === 0) return []
		return [`at most ${englishDuration(elapsedMs, Math.ceil)} and ${englishCost(costMicroUsd)}`]
	}
	return [
		`about ${englishDuration(elapsedMs, Math.round)}`,
		...(costMicroUsd === 0 ? [] : [englishCost(costMicroUsd, 'about ')]),
	]
}

/** As people say it who don't count the seconds. */
function englishDuration(ms: number, round: (number: number) => number): string {
	const whole = Math.max(1, round(ms / 1_000))
	if (whole < 10) return `${whole} s`
	return whole <= 90 ? `${round(whole / 5) * 5} s` : `${round(whole / 60)} min`
}

function englishCost(microUsd: number, about = ''): string {
	const usd = toUsd(microUsd)
	return usd < 0.01 ? 'less than $0.01' : `${about}$${usd.toFixed(2)}`
}

function englishChecks({ passed, failed, open }: ReplyView['checks'], isOver: boolean): string {
	if (failed === 0) return `${counted(passed, 'check')} passed`
	const all = `${counted(passed + failed, 'check')}, ${failed} failed`
	if (!isOver) return all
	if (open === 0) return `${all} and ${failed === 1 ? 'was' : 'were'} corrected`
	return failed === 1 ? `${all} and was not corrected` : `${all}, not all corrected`
}

function englishUsedUp(budget: BudgetLevel | null): string {
	if (budget?.overrun === true)
		return 'Stopped: the model server ignored the limit of its output, so no more work was begun.'
	const { scope } = budget ?? { scope: 'run' }
	const startsAgain = scope === 'run' ? '' : ' It starts again at 00:00 UTC.'
	return `Stopped: ${englishBudgets[scope]} is used up.${startsAgain}`
}

/** Progress in a line: the stage that runs, and which one it is. */
function englishProgress({ status, stages, placeInQueue, answerNow }: Parameters<Catalogue['quietly']>[0]): string {
	if (status === 'queued') return english.queued(placeInQueue)
	if (answerNow) return english.answeringNow
	const index = stages.findLastIndex(({ status: state }) => state === 'running')
	const running = stages[index]
	return running === undefined ? english.working : `${running.title} (${index + 1} of ${stages.length})`
}

function percent(share: number): string {
	return `${Math.round(share * 100)} %`
}

export const english: Catalogue = {
	actions: {
		stop: 'Stop',
		answerNow: 'Answer now',
		reply: 'Reply',
		thinkHarder: 'Think harder',
		regenerate: 'Regenerate',
		edit: 'Edit',
		showReasoning: 'Show reasoning',
		hideReasoning: 'Hide reasoning',
		fullRecord: 'Full record',
		helpful: 'Helpful',
		notHelpful: 'Not helpful',
	},
	app: englishAppTexts,
	chat: englishChatTexts,
	install: englishInstallTexts,
	feedback: {
		thanks: 'Thank you. That helps to make the answers better.',
		askReason: 'What was wrong with the answer?',
		reasonHint: 'Wrong, incomplete, hard to read, too slow …',
		send: 'Send',
		skip: 'Skip',
		given: (helpful) => (helpful ? 'You found this helpful.' : 'You found this not helpful.'),
	},
	record: {
		asked: 'Asked',
		given: (id) => (id === '' ? 'Given' : `Given (${id})`),
		mustHold: (id) => (id === '' ? 'Must hold' : `Must hold (${id})`),
		assumed: 'Assumed',
		because: (because) => `since: ${because}`,
		askedBack: 'Asked back',
		noAnswerCame: 'no answer came',
		checks: 'Checks',
		passed: 'passed',
		failed: 'failed',
		unchecked: 'not checked',
		plan: 'Plan',
		refused: (plan) => `Plan ${plan} refused`,
		from: (subtaskIds) => `from ${subtaskIds.join(', ')}`,
		steps: 'Steps',
		notDone: 'not done yet',
		samples: (samples) => `worked out ${samples === 1 ? 'once' : `${samples} times`}`,
		alternatives: 'Solutions side by side',
		stepByStep: 'step by step',
		by: (method) => `By ${method}`,
		weight: (weight) => (weight === null ? 'weight unknown' : weight === 0 ? 'no vote' : `weight ${weight}`),
		votes: (share, answer) =>
			`${percent(share)} of the weight of all solutions is for ${answer === null ? 'the chosen answer' : `"${answer}"`}`,
		verdict: 'Verdict',
		holds: 'Everything that was checked holds',
		fails: 'Not everything holds',
		chosen: 'Chosen instead of the worked-out result',
		otherwise: (answer) => `It is corrected first; if that fails, the answer is "${answer}".`,
		correction: (round, where) => `Round ${round}${where === null || where === '' ? '' : ` (${where})`}`,
		before: 'Before',
		after: 'After',
		reason: 'Reason',
		kept: 'kept',
		notKept: 'not kept, since it is no better',
		instead: 'Given instead, as another solution has it',
	},
	checkMethods: {
		arithmetic: 'recomputed',
		constraint: 'computed',
		judge: 'judged by a second model',
		schema: 'read',
		verifier: 'verified by a second model',
		interpretation: 'compared with the question',
		pairwise: 'compared in both orders',
	},
	runStatuses: {
		queued: 'Waiting',
		working: 'Working',
		waiting: 'Waiting for your answer',
		answered: 'Answered',
		stopped: 'Stopped',
		failed: 'Failed',
	},
	stageStatuses: {
		pending: 'to do',
		running: 'running',
		done: 'done',
		skipped: 'left out',
		stopped: 'stopped',
		failed: 'failed',
	},
	subtaskStatuses: {
		running: 'being worked out',
		'failed-check': 'failed its check',
		'sampling-again': 'failed its check, worked out again',
		checked: 'checked',
		unchecked: 'not checked',
		'low-confidence': 'low confidence',
	},
	runKinds: {
		retry: (parent) => `Tried again after ${parent}`,
		'think-harder': (parent) => `Thought harder than in ${parent}`,
		regenerate: (parent) => `Regenerated from ${parent}`,
		'edited-question': (parent) => `Edited; it takes the place of ${parent}`,
	},
	superseded: (by) => `The question was edited; ${by} answers the new one.`,
	answeringNow: 'Answering now, from what there is',
	quietly: englishProgress,
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
	directly: 'answered directly',
	bestSoFar: 'The best so far:',
	routed: ({ status, route, effort, routing, stages }) => {
		if (route === null || effort === null || routing === null) return english.working
		const reason = routing.reason.replace(/\.$/, '')
		if (route === 'direct') return `Answering directly. ${reason}.`
		// Afterwards there is what it took.
		const takes = routing.estimate === null || isFinal({ status }) ? [] : englishEstimate(routing.estimate)
		return `${[counted(stages.length, 'stage'), english.efforts[effort], ...takes].join(', ')}. ${reason}.`
	},
	stagesDone: (done, of) => `${done} of ${counted(of, 'stage')}`,
	checks: englishChecks,
	calls: (calls) => counted(calls, 'call'),
	tokens: englishTokens,
	run: (runId) => `run ${runId}`,
	skippedChecks: (titles) => `Left out: ${titles.join(', ')}.`,
	failure: (message) => `Could not answer: ${message}`,
	fix: (fix) => `What to do: ${fix}`,
}
