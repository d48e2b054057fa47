import { withNamedDirections } from '#plain-text'
import type { CheckMethod } from '../../../src/core/journal.ts'
import type { ConversationEntry, PageView, RunEntry } from '../page-view.ts'
import { settingsPanel } from './settings-strings.ts'

type SubtaskStatus = PageView['stages'][number]['subtasks'][number]['status']
type StageStatus = PageView['stages'][number]['status']

const numbered = (count: number, noun: string): string =>
	`${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`

/** Short enough to tick over once a second, exact enough to compare. */
export function duration(ms: number): string {
	const seconds = Math.max(0, ms) / 1_000
	if (seconds < 10) return `${seconds.toFixed(1)} s`
	if (seconds < 60) return `${Math.round(seconds)} s`
	const minutes = Math.floor(seconds / 60)
	if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const methods: Readonly<Record<CheckMethod, string>> = {
	arithmetic: 'recomputed',
	constraint: 'computed',
	judge: 'judged by a second model',
	schema: 'read',
	verifier: 'verified by a second model',
	interpretation: 'compared with the question',
	pairwise: 'compared in both orders',
}

const kinds: Readonly<Record<RunEntry['kind'], string>> = {
	question: 'First answer',
	retry: 'Tried again',
	'think-harder': 'Thought harder',
	regenerate: 'Regenerated',
	'edited-question': 'Question edited',
}

/** Every string of the page but those that come with a view. What the catalogue says as well is said in its words; a test compares them. */
export const strings = {
	product: 'Threadwise',
	newConversation: 'New conversation',
	untitled: (askedAt: Date) => `Conversation of ${askedAt.toLocaleDateString('en', { dateStyle: 'long' })}`,
	conversations: 'Conversations',
	searchConversations: 'Search conversations',
	noConversations: 'Your conversations will be listed here.',
	nothingFound: (text: string) => `No conversation has “${text}” in its title.`,
	olderConversations: 'Show older ones',
	openMark: 'still open',
	answers: (count: number) => numbered(count, 'answer'),
	showConversations: 'Show conversations',
	hideConversations: 'Hide conversations',
	skipToComposer: 'Skip to the question box',
	settings: 'Settings',
	theme: { system: 'Colours: as the system has them', light: 'Colours: light', dark: 'Colours: dark' },

	emptyTitle: 'Ask something worth thinking about',
	emptyText:
		'An easy question is answered at once. A hard one goes through six stages that you can watch and open, each with its checks.',
	examples: 'Questions to begin with',
	exampleKinds: { hard: 'Six stages, with checks', easy: 'Answered at once', ambiguous: 'Asks you back' },
	loading: 'Loading the conversation …',

	question: 'Question',
	questionOf: (name: string) => `${name} asked`,
	erased: '(erased)',
	edit: 'Edit the question',
	editing: 'Edit your question',
	editSave: 'Ask again',
	cancel: 'Cancel',
	sending: 'Sending …',
	sendAgain: 'Send again',
	discard: 'Discard',

	answer: 'Answer',
	reasoning: 'Reasoning',
	working: 'Working',
	queued: 'Waiting for a worker',
	stop: 'Stop',
	stopping: 'Stopping …',
	answerNow: 'Answer now',
	stageOf: (title: string, number: number, of: number) => `${title} (${number} of ${of})`,
	answeringNow: 'Answering now, from what there is',
	facts: 'What it took',
	why: (route: 'direct' | 'staged', reason: string) =>
		`${route === 'direct' ? 'Why directly' : 'Why in stages'}: ${reason.replace(/\.$/, '')}.`,
	bestSoFar: 'The best so far:',
	nothingYet: 'There is no result yet.',
	failure: (message: string) => `Could not answer: ${message}`,
	fix: (fix: string) => `What to do: ${fix}`,
	asksBack: 'One question before it goes on',
	yourReply: 'Your reply',
	reply: 'Reply',
	replySent: 'Sent. It goes on with your reply.',
	askedBack: 'It asked',
	youSaid: 'You said',

	thinkHarder: 'Think harder',
	regenerate: 'Regenerate',
	helpful: 'Helpful',
	notHelpful: 'Not helpful',
	feedbackQuestion: 'What was wrong with the answer?',
	feedbackReasons: ['The result is wrong', 'A condition was missed', 'Hard to follow', 'Too long'],
	feedbackMore: 'Anything else (optional)',
	feedbackSend: 'Send',
	feedbackThanks: 'Thank you. That helps to make the answers better.',
	copyAnswer: 'Copy answer',
	copied: 'Copied',
	fullRecord: 'Full record',
	version: (index: number, of: number) => `Version ${index + 1} of ${of}`,
	versions: 'Versions of this answer',
	olderVersion: 'Older version',
	newerVersion: 'Newer version',
	kinds,

	stageStatus: {
		pending: 'to do',
		running: 'running',
		done: 'done',
		skipped: 'left out',
		stopped: 'stopped',
		failed: 'failed',
	} satisfies Record<StageStatus, string>,
	subtaskStatus: {
		running: 'being worked out',
		'failed-check': 'failed its check',
		'sampling-again': 'failed its check, worked out again',
		checked: 'checked',
		unchecked: 'not checked',
		'low-confidence': 'low confidence',
	} satisfies Record<SubtaskStatus, string>,

	record: {
		asked: 'Asked',
		givens: 'Given',
		constraints: 'Must hold',
		assumptions: 'Assumed',
		because: (because: string) => `since: ${because}`,
		askedBack: 'Asked back',
		noAnswerCame: 'no answer came',
		checks: 'Checks',
		unchecked: 'not checked',
		plan: 'Plan',
		refused: (plan: number) => `Plan ${plan} refused`,
		planGraph: (subtasks: number, layers: number) =>
			`The plan as a graph: ${numbered(subtasks, 'subtask')} in ${numbered(layers, 'layer')}. The list below says the same.`,
		from: (subtaskIds: readonly string[]) => `from ${subtaskIds.join(', ')}`,
		result: 'Result',
		notDone: 'not done yet',
		samples: (samples: number) => `worked out ${samples} times`,
		alternatives: 'Solutions side by side',
		weight: (weight: number) => (weight === 0 ? 'no vote' : `weight ${Number(weight.toFixed(2))}`),
		agrees: (others: number) => `agrees with ${numbered(others, 'other')}`,
		alone: 'agrees with no other',
		holds: 'Everything that was checked holds',
		fails: 'Not everything holds',
		failures: 'What fails',
		chosen: 'Chosen instead of the worked-out result',
		otherwise: (answer: string) => `It is corrected first; if that fails, the answer is "${answer}".`,
		votes: (share: number) => `${Math.round(share * 100)} % of the votes' weight`,
		correction: (round: number, where: string | undefined) =>
			`Round ${round}${where === undefined || where === '' ? '' : ` (${where})`}`,
		kept: 'kept',
		notKept: 'not kept, since it is no better',
		before: 'Before',
		after: 'After',
		reason: 'Reason',
		instead: 'Given instead, as another solution has it',
		nothing: 'Nothing is recorded yet.',
	},
	methods,
	passed: 'passed',
	failed: 'failed',
	sample: (sample: number) => `try ${sample + 1}`,
	confidences: { high: 'high confidence', medium: 'medium confidence', low: 'low confidence' },

	code: 'Code',
	copyCode: 'Copy code',
	table: 'Table',

	composer: 'Your question',
	composerPlaceholder: 'Ask a question',
	composerFollowUp: 'Ask a follow-up',
	composerAnswer: 'Your answer',
	composerAnswerPlaceholder: 'Write your answer',
	answerTo: 'Your answer to:',
	askElse: 'Ask something else',
	newWhileWaiting: 'A new question. The one above still waits for your answer.',
	answerInstead: 'Answer it instead',
	send: 'Send',
	composerHint: 'Enter sends, Shift+Enter breaks the line',
	effort: 'Effort',
	effortChoices: { auto: 'Auto', quick: 'Quick', low: 'Low', medium: 'Medium', high: 'High' },
	effortHint: 'Auto lets the complexity check choose. Quick answers directly. The others go through the stages.',
	workflow: 'Workflow',
	workflowAuto: 'As set',
	newest: 'To the newest',
	earlier: (hidden: number) => `Show earlier questions (${hidden.toLocaleString('en')} more)`,
	shownOf: (shown: number, all: number) => `${shown} of ${numbered(all, 'question')} shown`,

	connectionLost: 'The connection is lost. Trying again; nothing is lost meanwhile.',
	dismiss: 'Dismiss',
	unreachable: {
		code: 'platform-unavailable',
		message: 'Threadwise does not answer.',
		fix: 'Look whether it still runs (`npm run -s threadwise -- start`), then try again.',
	},
	announce: {
		stage: (title: string) => `${title}, running`,
		answered: 'The answer is there.',
		waiting: 'It asks you a question.',
		stopped: 'Stopped.',
		failed: 'It could not be answered.',
	},

	settingsPanel,

	runPage: {
		title: 'Full record',
		back: 'Back to the conversation',
		toConversations: 'All conversations',
		openAll: 'Open all',
		closeAll: 'Close all',
		print: 'Print',
		facts: 'Facts',
		run: 'Run',
		askedAt: 'Asked',
		asker: 'By',
		kind: 'Kind',
		status: 'Status',
		route: 'Route',
		stages: 'Stages',
		trace: 'Journal',
		traceHint: 'Everything that happened in this run, in order. Open a row to see all of it.',
		columns: { seq: 'No.', at: 'At', attempt: 'Attempt', node: 'Node', event: 'Event', says: 'What it says' },
		whole: 'All of it',
		loading: 'Loading the record …',
	},
	statuses: {
		queued: 'Waiting',
		working: 'Working',
		waiting: 'Waiting for your answer',
		answered: 'Answered',
		stopped: 'Stopped',
		failed: 'Failed',
	} satisfies Record<PageView['status'], string>,
} as const

/** How long ago, as exact as anybody cares. */
export function ago(iso: string, now: Date): string {
	const minutes = Math.floor((now.getTime() - Date.parse(iso)) / 60_000)
	if (Number.isNaN(minutes)) return ''
	if (minutes < 1) return 'just now'
	if (minutes < 60) return `${minutes} min ago`
	if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`
	return new Date(iso).toLocaleDateString('en', { day: 'numeric', month: 'short' })
}

/** The beginning of what was asked; of a conversation whose questions were erased it is told when that was. */
export function titleOf({ title, lastAskedAt }: Pick<ConversationEntry, 'title' | 'lastAskedAt'>): string {
	return withNamedDirections(title ?? strings.untitled(new Date(lastAskedAt)))
}

export type Example = { readonly kind: keyof typeof strings.exampleKinds; readonly text: string }

/** The practice model works out a small family of questions; these are of it. */
export const practiceExamples: readonly Example[] = [
	{
		kind: 'hard',
		text: 'A school takes 6 classes of 27 juniors and 4 classes of 24 seniors, with 15 teachers, on a trip. A bus has 48 seats. How many buses are needed?',
	},
	{ kind: 'easy', text: 'What is 17 * 23?' },
	{ kind: 'ambiguous', text: 'A jacket costs $80. There is a $10 coupon and 25% off. How much do I pay?' },
]

export const examples: readonly Example[] = [
	{
		kind: 'hard',
		text: 'Three friends share a flat for €1,450 a month. One room has 18 m², one 14 m² and one 12 m²; the rest is shared. Split the rent fairly, and show two ways to see it.',
	},
	{ kind: 'easy', text: 'What is the difference between latency and throughput?' },
	{ kind: 'ambiguous', text: 'A jacket costs $80. There is a $10 coupon and 25% off. How much do I pay?' },
]
