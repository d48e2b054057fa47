import { grade } from '../../../src/models/practice/testing/grading.ts'
import { english } from '../../../src/rendering/index.ts'
import { currentVersion, type RecordedMessage } from '../../support/loopback-chat/messages.ts'
import { repliesIn, type SeenReply } from '../../support/loopback-chat/replies.ts'
import type { PlannedQuestion } from './questions.ts'
import type { RecordedRun } from './records.ts'

/** A question that was asked, by the id of its message. */
export type AskedQuestion = PlannedQuestion & {
	readonly messageId: string
	/** Milliseconds since the epoch. */
	readonly askedAt: number
}

export type OutcomeFigures = {
	readonly asked: number
	/** Questions whose whole outcome can be read in the chat. */
	readonly outcomes: number
	readonly lost: number
	/** Questions that have more than one reply, or a reply of which something stands there twice. */
	readonly doubled: number
	/** Questions whose outcome was shown and then taken away again. */
	readonly takenBack: number
	/** Outcomes that are the right answer, as people read it. */
	readonly rightAnswers: number
	/** Answers that could be read before an earlier one of their conversation that took less than a minute. */
	readonly outOfOrder: number
	readonly medianOutcomeMs: number
	readonly slowestOutcomeMs: number
}

/** What people got, as they see it: the database only says which run answers which message. */
export function judgeOutcomes(
	asked: readonly AskedQuestion[],
	runs: readonly RecordedRun[],
	messages: readonly RecordedMessage[],
): OutcomeFigures {
	const questions = seenQuestions(asked, runs, messages)
	const waits = questions.flatMap(({ waitMs }) => waitMs ?? []).toSorted((left, right) => left - right)
	const count = (condition: (question: SeenQuestion) => boolean) => questions.filter(condition).length
	return {
		asked: asked.length,
		outcomes: waits.length,
		lost: asked.length - waits.length,
		doubled: count(({ isDoubled }) => isDoubled),
		takenBack: count(({ replies }) => replies.some(({ wasTakenBack }) => wasTakenBack)),
		rightAnswers: count(isRight),
		outOfOrder: countOutOfOrder(questions),
		medianOutcomeMs: waits[Math.floor(waits.length / 2)] ?? 0,
		slowestOutcomeMs: waits.at(-1) ?? 0,
	}
}

/** What to look into, in a sentence each: questions whose outcome can't be read, stands there twice or is a failure. */
export function findingsAbout(
	asked: readonly AskedQuestion[],
	runs: readonly RecordedRun[],
	messages: readonly RecordedMessage[],
): readonly string[] {
	return seenQuestions(asked, runs, messages).flatMap(({ question, runs: own, waitMs, isDoubled, text }) => {
		const described = `${question.text} (${own.map(({ runId }) => runId).join(', ')})`
		if (waitMs === null) return [`lost: ${described}`]
		if (isDoubled) return [`doubled: ${described}`]
		return own.some(({ state }) => state === 'failed') ? [`failed: ${described}: ${text.split('\n', 1)[0]}`] : []
	})
}

function isRight({ question, runs, text }: SeenQuestion): boolean {
	return runs.some(({ state }) => state === 'answered') && text !== '' && grade(question.answer, text) === 'right'
}

type SeenQuestion = {
	readonly question: AskedQuestion
	readonly runs: readonly RecordedRun[]
	readonly replies: readonly SeenReply[]
	/** What can be read of the outcome. */
	readonly text: string
	/** From the question to its whole outcome; null where there is none. */
	readonly waitMs: number | null
	readonly isDoubled: boolean
}

function seenQuestions(
	asked: readonly AskedQuestion[],
	runs: readonly RecordedRun[],
	messages: readonly RecordedMessage[],
): readonly SeenQuestion[] {
	const runsOf = Map.groupBy(runs, ({ messageId }) => messageId)
	const replies = new Map(repliesIn(messages).map((reply) => [reply.runId, reply]))
	const texts = messages.map((message) => currentVersion(message).text)
	return asked.map((question) => {
		const answering = runsOf.get(question.messageId) ?? []
		const own = answering.flatMap(({ runId }) => replies.get(runId) ?? [])
		const complete = own.filter(({ isComplete }) => isComplete)
		// Every outcome names its run, so that one that stands there twice shows whatever the bot says about its messages.
		const signed = answering.flatMap(({ runId }) => texts.filter((text) => text.includes(english.run(runId))))
		return {
			question,
			runs: answering,
			replies: own,
			text: complete.map(({ text }) => text).join('\n'),
			waitMs: complete.length === 0 ? null : Math.min(...complete.map(readableAt)) - question.askedAt,
			isDoubled: own.length > 1 || signed.length > 1 || own.some(({ isDoubled }) => isDoubled),
		}
	})
}

/** When the last part of an outcome could be read. */
function readableAt({ messages }: SeenReply): number {
	return Math.max(
		...messages.map(
			({ versions }) => versions.find(({ metadata }) => metadata !== null && metadata.of !== null)?.at ?? 0,
		),
	)
}

/** How long an answer is held back for an earlier one. */
const longestHoldBackMs = 60_000

function countOutOfOrder(questions: readonly SeenQuestion[]): number {
	const conversations = Map.groupBy(questions, ({ question }) => question.conversationId)
	const overtaking = [...conversations.values()].flatMap((inOrder) =>
		inOrder.filter((later, index) => inOrder.slice(0, index).some((earlier) => overtakes(later, earlier))),
	)
	return overtaking.length
}

function overtakes(later: SeenQuestion, earlier: SeenQuestion): boolean {
	if (later.waitMs === null || earlier.waitMs === null || earlier.waitMs > longestHoldBackMs) return false
	return later.question.askedAt + later.waitMs < earlier.question.askedAt + earlier.waitMs
}
