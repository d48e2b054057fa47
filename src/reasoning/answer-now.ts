import { z } from 'zod'
import { AbortedError, mergeSignals } from '../core/abort.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { Confidence, JournalEventOf } from '../core/journal.ts'
import type { Effort } from '../core/run-preferences.ts'
import type { Analysis, Evaluation, Execution } from '../stages/index.ts'
import { type AnswerInputs, answerNeeds, answerNode, assumptionsOf, writeAnswer } from './answer.ts'
import { answerDirectly, directNode } from './direct.ts'
import { type FinalAnswer, finalAnswer } from './final-answer.ts'
import { inNode, type Outputs, skip } from './run-stages.ts'
import type { Session } from './session.ts'

/** A step that was worked out, and the node that has done it. */
export type Result = JournalEventOf<'subtask-end'> & { readonly nodeId?: string | undefined }

/** What a run has come to when the answer is wanted. */
type Found = { readonly outputs: Outputs; readonly results: readonly Result[] }

/** Has the journal say that the answer is wanted now, as soon as the work goes on. */
export async function notingWish<Outcome>(
	session: Session,
	work: (noting: Session) => Promise<Outcome>,
): Promise<Outcome> {
	const { replay, answerNow, write } = session
	let isNoted = replay.answersNow
	const isNew = () => !isNoted && answerNow.aborted
	const note = () => {
		isNoted = true
		return write({ event: { kind: 'answer-now' } })
	}
	const outcome = await work({
		...session,
		// What needs no note, which is almost everything, waits for nothing more than before.
		write: (entry) => (isNew() ? note().then(() => write(entry)) : write(entry)),
	})
	if (isNew()) await note()
	return outcome
}

/** Adds the steps that are worked out in the session to `results`. */
export function keepingResults(session: Session, results: Result[]): Session {
	return {
		...session,
		write: (entry) => {
			if (entry.event.kind === 'subtask-end') results.push({ ...entry.event, nodeId: entry.nodeId })
			return session.write(entry)
		},
	}
}

/**
 * The session of all work on the way to the answer: the wish for it ends that work. Where the wish was there first, a question
 * back that nobody has answered is as if it hadn't been asked: what was read before it stands, with its assumption.
 */
export function untilWanted(session: Session): Session {
	const { replay, signal, answerNow } = session
	const isUnheard = answerNow.aborted && replay.clarifications.every(({ answer }) => answer === null)
	return {
		...session,
		signal: mergeSignals(signal, answerNow),
		replay: isUnheard ? { ...replay, clarifications: [] } : replay,
	}
}

/** Whether work has ended because the answer is wanted now. Whatever else ends the run goes before. */
export function isWantedNow(error: unknown, { answerNow, signal }: Session): boolean {
	return answerNow.aborted && !signal.aborted && (error instanceof AbortedError || error instanceof ThreadwiseError)
}

/** Leaves out all that hasn't ended, and answers from what there is: results if there are any, else what was understood. */
export async function answerFromWhatThereIs(session: Session, found: Found, effort: Effort): Promise<FinalAnswer> {
	for (const node of session.workflow.nodes) {
		if (!found.outputs.has(node.id))
			await skip(node, 'answer-now', 'Left out, since the answer was wanted now.', session)
	}
	const analysis = outputFor('analysis', session, found)
	const execution = executionFrom(session, found)
	if (analysis === null || execution === null) return answerWithoutResults(session, analysis, effort)
	const evaluation = outputFor('evaluation', session, found)
	const inputs: AnswerInputs = {
		analysis,
		execution: execution.done,
		evaluation,
		correction: null,
		leftOut: [
			...(execution.open.length === 0 ? [] : [`Not worked out: ${execution.open.join(' ')}`]),
			...(evaluation === null ? ['The result was not evaluated, since the answer was wanted at once.'] : []),
		],
	}
	const written = await inNode(answerNode, writeAnswer(inputs, session, effort), session)
	return finalAnswer(written.output.answer, confidenceIn(execution.done, evaluation))
}

type Needed = { readonly analysis: Analysis; readonly execution: Execution; readonly evaluation: Evaluation }

function outputFor<Need extends keyof Needed>(
	need: Need,
	{ workflow }: Session,
	{ outputs }: Found,
): Needed[Need] | null {
	const schema: z.ZodType<Needed[Need]> = answerNeeds[need].output as never
	return schema.safeParse(outputs.get(workflow.answer.needs[need] ?? '')).data ?? null
}

/** What was worked out, and the objectives of the steps that were not. */
type Worked = { readonly done: Execution; readonly open: readonly string[] }

const planSchema = z.object({ subtasks: z.array(z.object({ id: z.string(), objective: z.string() })) })

/** The steps as far as they have come; null where none is done. */
function executionFrom(session: Session, found: Found): Worked | null {
	const whole = outputFor('execution', session, found)
	if (whole !== null) return { done: whole, open: [] }
	const { nodes, answer } = session.workflow
	const node = nodes.find(({ id }) => id === answer.needs.execution)
	const steps = new Map(
		found.results.flatMap((result) => {
			const step = result.nodeId === node?.id ? stepFrom(result) : null
			return step === null ? [] : [[step.id, step] as const]
		}),
	)
	if (steps.size === 0) return null
	const plan = planSchema.safeParse(found.outputs.get(node?.needs.plan ?? '')).data?.subtasks ?? []
	// In the order of the plan, whose last step gives the answer.
	const planned = plan.flatMap(({ id }) => steps.get(id) ?? [])
	const subtasks = planned.length === steps.size ? planned : [...steps.values()]
	const open = plan.filter(({ id }) => !steps.has(id))
	const last = plan.at(-1) ?? subtasks.at(-1)
	return {
		done: { subtasks, final: steps.get(last?.id ?? '')?.result ?? unfinished },
		open: open.map(({ objective }) => objective),
	}
}

/** What stands for the final result where the last step was not reached. */
const unfinished = '(not worked out to the end: conclude it from the results, as well as they allow)'

type Step = Execution['subtasks'][number]

/** The journal has no more of a step than people see; an erased one is none. */
function stepFrom({ subtaskId: id, status, samples, content }: Result): Step | null {
	if (content === null) return null
	const unknown = { inputs: [], expectedOutput: '', work: '', isDerived: false, checks: [], checkedBy: null }
	return { ...unknown, ...content, id, status, samples }
}

/** What wasn't worked through to its end deserves no high confidence. */
function confidenceIn({ subtasks }: Execution, evaluation: Evaluation | null): Confidence {
	if (evaluation !== null) return evaluation.confidence === 'low' ? 'low' : 'medium'
	return subtasks.every(({ status }) => status === 'checked') ? 'medium' : 'low'
}

/** One direct answer, knowing what was understood. A direct answer that this run has thrown away is no answer to this call. */
async function answerWithoutResults(session: Session, analysis: Analysis | null, effort: Effort): Promise<FinalAnswer> {
	const call = { key: 'answer-now', notes: notesOn(session, analysis).map((note) => `Threadwise (you): ${note}`) }
	const { output } = await inNode(directNode, answerDirectly(session, effort, call), session)
	return { answer: output.answer, confidence: 'low' }
}

function notesOn({ replay }: Session, analysis: Analysis | null): readonly string[] {
	const answers = replay.clarifications.filter(({ answer }) => answer !== null)
	return [
		...answers.map(({ question, answer }) => `I asked back: ${question} The answer was: ${answer}`),
		...(analysis === null ? [] : [`I understand the question like this: ${analysis.restatement}`]),
		...(analysis === null ? [] : assumptionsOf(analysis).map((assumption) => `I assume: ${assumption}`)),
	]
}
