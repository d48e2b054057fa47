import { limitsFor } from '../core/effort.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalEntry } from '../core/journal.ts'
import type { Effort } from '../core/run-preferences.ts'
import type { AnyStage, Progress } from '../core/stage.ts'
import { addUsage, noUsage, type Usage } from '../core/usage.ts'
import type { WorkflowNode } from '../core/workflow.ts'
import type { Replay } from './replay.ts'
import type { Session } from './session.ts'
import { createStageContext } from './stage-context.ts'

/** What nodes have put out, by their ids. */
export type Outputs = Map<string, unknown>

/** What a run yields while it goes on: entries for the journal. */
export type Reasoning<Result> = AsyncGenerator<JournalEntry, Result, void>

/**
 * Runs the nodes of a workflow in order. A node whose `stage-end` is in the journal is not run again; a node that was begun
 * repeats only what the journal doesn't hold. Each output is put into `outputs` as soon as it is there, also when a later node fails.
 */
export async function* runStages(
	session: Session,
	effort: Effort,
	stages: readonly AnyStage[],
	outputs: Outputs,
): Reasoning<void> {
	for (const node of session.workflow.nodes) {
		const stage = stages.find(({ kind }) => kind === node.stage)
		if (stage === undefined) throw unknownStage(node)
		const kept = stage.output.safeParse(session.replay.stageOutput(node.id))
		outputs.set(node.id, kept.success ? kept.data : yield* runNode(node, stage, outputs, session, effort))
	}
}

async function* runNode(
	node: WorkflowNode,
	stage: AnyStage,
	outputs: Outputs,
	session: Session,
	effort: Effort,
): Reasoning<unknown> {
	const startedAt = performance.now()
	if (!session.replay.hasStarted(node.id)) yield { nodeId: node.id, event: { kind: 'stage-start', stage: node.stage } }
	const inputs = Object.fromEntries(Object.entries(node.needs).map(([name, id]) => [name, outputs.get(id)]))
	const context = createStageContext(session, node, { effort, limits: limitsFor('staged', effort) })
	const { output: raw, usage } = yield* inNode(node.id, stage.run(inputs, context), session.replay)
	const output: unknown = stage.output.parse(raw)
	yield {
		nodeId: node.id,
		event: {
			kind: 'stage-end',
			stage: node.stage,
			usage: addUsage(session.replay.usageOf(node.id), usage),
			elapsedMs: session.replay.activeMsOf(node.id) + Math.round(performance.now() - startedAt),
			content: { output, summary: stage.summarize(output), details: [...stage.describe(output)] },
		},
	}
	return output
}

/** Puts the node on everything that a node yields, leaves out what the journal holds already, and adds up what it spent. */
export async function* inNode<Output>(
	nodeId: string,
	progress: Progress<Output>,
	replay: Replay,
): Reasoning<{ readonly output: Output; readonly usage: Usage }> {
	let usage = noUsage
	try {
		for (;;) {
			const { done, value } = await progress.next()
			if (done === true) return { output: value, usage }
			if (value.kind === 'model-call-end') usage = addUsage(usage, value.usage)
			if (!replay.isRepetition(nodeId, value)) yield { nodeId, event: value }
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
