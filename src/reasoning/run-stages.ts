import { AbortedError } from '../core/abort.ts'
import { limitsFor } from '../core/effort.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalEventOf } from '../core/journal.ts'
import type { Effort } from '../core/run-preferences.ts'
import type { AnyStage, Progress, StageContext } from '../core/stage.ts'
import { addUsage, noUsage, type Usage } from '../core/usage.ts'
import type { WorkflowNode } from '../core/workflow.ts'
import type { Session } from './session.ts'
import { createStageContext } from './stage-context.ts'

/** What nodes have put out, by their ids. */
export type Outputs = Map<string, unknown>

/**
 * Runs the nodes of a workflow in order. A node whose `stage-end` is in the journal is not run again; a node that was begun
 * repeats only what the journal doesn't hold. Each output is put into `outputs` as soon as it is there, also when a later node fails.
 * Returns the question that only the asker can answer, if a node has one: then the nodes behind it haven't run.
 */
export async function runStages(
	session: Session,
	effort: Effort,
	stages: readonly AnyStage[],
	outputs: Outputs,
): Promise<string | null> {
	for (const node of session.workflow.nodes) {
		const stage = stages.find(({ kind }) => kind === node.stage)
		if (stage === undefined) throw unknownStage(node)
		const kept = session.replay.stageOutput(node.id)
		const known = kept === null ? null : stage.output.safeParse(kept)
		const result: NodeResult = known?.success
			? { output: known.data, question: null }
			: await runOrSkip(node, stage, outputs, session, effort)
		if (result.question !== null) return result.question
		outputs.set(node.id, result.output)
	}
	return null
}

type NodeResult = { readonly output: unknown; readonly question: string | null }

/** A stage that isn't needed, or that the budget doesn't cover and the run can do without, is said to be skipped. */
async function runOrSkip(
	node: WorkflowNode,
	stage: AnyStage,
	outputs: Outputs,
	session: Session,
	effort: Effort,
): Promise<NodeResult> {
	const inputs = Object.fromEntries(
		Object.keys(stage.needs).map((name) => [name, outputs.get(node.needs[name] ?? '') ?? null]),
	)
	const { question } = session
	const circumstances = {
		question,
		effort,
		limits: limitsFor('staged', effort),
		modelKind: session.models(node.model).kind,
	}
	const skipped = stage.skip?.(inputs, circumstances) ?? null
	if (skipped !== null) {
		await skip(node, skipped.reason, skipped.because, session)
		return { output: skipped.output, question: null }
	}
	// What the budget didn't cover stays left out: the next attempt, which reserves anew, would do work behind its own record.
	if (session.replay.wasUncovered(node.id) && stage.withoutBudget !== undefined)
		return { output: stage.withoutBudget(inputs, circumstances), question: null }
	try {
		return await runNode(node, stage, inputs, session, effort)
	} catch (error) {
		const isUncovered = error instanceof AbortedError && error.abortCause === 'budget' && !session.signal.aborted
		if (!isUncovered || stage.withoutBudget === undefined) throw error
		await skip(node, 'budget', 'The budget does not cover it.', session)
		return { output: stage.withoutBudget(inputs, circumstances), question: null }
	}
}

/** Says that a node is left out, once. */
export async function skip(
	{ id, stage }: WorkflowNode,
	reason: JournalEventOf<'stage-skip'>['reason'],
	because: string,
	{ replay, write }: Session,
): Promise<void> {
	if (replay.hasSkipped(id)) return
	await write({ nodeId: id, event: { kind: 'stage-skip', stage, reason, content: { reason: because } } })
}

/** What a node of the session's workflow may use. */
export function contextOf(node: WorkflowNode, session: Session, effort: Effort): StageContext {
	const { nodes } = session.workflow
	const laterStages = nodes.slice(nodes.findIndex(({ id }) => id === node.id) + 1).map(({ stage }) => stage)
	return createStageContext(session, node, { effort, limits: limitsFor('staged', effort), laterStages })
}

async function runNode(
	node: WorkflowNode,
	stage: AnyStage,
	inputs: Readonly<Record<string, unknown>>,
	session: Session,
	effort: Effort,
): Promise<NodeResult> {
	const startedAt = performance.now()
	if (!session.replay.hasStarted(node.id)) {
		session.signal.throwIfAborted()
		await session.write({ nodeId: node.id, event: { kind: 'stage-start', stage: node.stage } })
	}
	const context = contextOf(node, session, effort)
	const { output: raw, usage } = await inNode(node.id, stage.run(inputs, context), session)
	const output: unknown = stage.output.parse(raw)
	// Who wants the answer now isn't asked: the assumption holds.
	const question = session.answerNow.aborted ? null : (stage.asksBack?.(output) ?? null)
	// Not ended: with the answer, the stage begins again.
	if (question !== null) return { output, question }
	await session.write({
		nodeId: node.id,
		event: {
			kind: 'stage-end',
			stage: node.stage,
			usage: addUsage(session.replay.usageOf(node.id), usage),
			elapsedMs: session.replay.activeMsOf(node.id) + Math.round(performance.now() - startedAt),
			content: { output, summary: stage.summarize(output), details: [...stage.describe(output)] },
		},
	})
	return { output, question: null }
}

/** Writes everything that a node yields under its name, leaves out what the journal holds already, and adds up what it spent. */
export async function inNode<Output>(
	nodeId: string,
	progress: Progress<Output>,
	{ replay, write }: Pick<Session, 'replay' | 'write'>,
): Promise<{ readonly output: Output; readonly usage: Usage }> {
	let usage = noUsage
	try {
		for (;;) {
			const { done, value } = await progress.next()
			if (done === true) return { output: value, usage }
			if (value.kind === 'model-call-end') usage = addUsage(usage, value.usage)
			if (!replay.isRepetition(nodeId, value)) await write({ nodeId, event: value })
		}
	} finally {
		await progress.return(undefined as never)
	}
}

function unknownStage(node: WorkflowNode): ThreadwiseError {
	return new ThreadwiseError(
		'workflow',
		`The node "${node.id}" is of the stage "${node.stage}", which does not exist.`,
		{
			fix: 'Correct the workflow file.',
		},
	)
}
