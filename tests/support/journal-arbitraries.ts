import fc, { type Arbitrary } from 'fast-check'
import {
	checkMethodSchema,
	type JournalEvent,
	type JournalEventKind,
	type JournalEventOf,
	type JournalRecord,
} from '../../src/core/journal.ts'
import type { StageKind } from '../../src/core/workflow.ts'
import { eventExamples } from './journal-examples.ts'

/** Few nodes and subtasks, so that the events of one journal meet each other; two nodes are of one kind. */
const nodes: readonly { readonly id: string; readonly stage: StageKind }[] = [
	{ id: 'analyze', stage: 'analyze' },
	{ id: 'decompose', stage: 'decompose' },
	{ id: 'execute', stage: 'execute' },
	{ id: 'rival', stage: 'execute' },
	{ id: 'alternatives', stage: 'alternatives' },
	{ id: 'evaluate', stage: 'evaluate' },
	{ id: 'correct', stage: 'correct' },
]
const nodeIds = nodes.map(({ id }) => id)

const words = fc.string({ maxLength: 12 })
const elapsedMs = fc.nat(10_000)
const stage = fc.constantFrom(...nodes.map((node) => node.stage))
const subtaskId = fc.constantFrom('s1', 's2')
const usage = fc.record({
	calls: fc.nat(50),
	inputTokens: fc.nat(10_000),
	outputTokens: fc.nat(10_000),
	costMicroUsd: fc.nat(10_000),
})
const confidence = fc.constantFrom('high' as const, 'medium' as const, 'low' as const)
const budget = fc.record({
	scope: fc.constantFrom('run' as const, 'person' as const, 'channel' as const, 'installation' as const),
	measure: fc.constantFrom('calls' as const, 'tokens' as const, 'costMicroUsd' as const),
	limit: fc.integer({ min: 1, max: 10_000 }),
	left: fc.nat(10_000),
})
const prompt = fc.record({ name: words, version: fc.nat(9), hash: words })
const erasable = <Content>(content: Arbitrary<Content>) => fc.option(content, { freq: 4, nil: null })
const sample = fc.nat(5)

/** What may stand where something else is expected. */
const misfit = fc.constantFrom<unknown>(null, 7, '', 'words', [], {}, [null], [{}])
const orMisfit = (value: Arbitrary<unknown>) =>
	fc.oneof({ arbitrary: value, weight: 4 }, { arbitrary: misfit, weight: 1 })
/** Objects of which any part may be missing or something else. */
const roughly = (parts: Readonly<Record<string, Arbitrary<unknown>>>) =>
	fc.record(Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, orMisfit(part)])), {
		requiredKeys: [],
	})
const some = (item: Arbitrary<unknown>) => fc.array(orMisfit(item), { maxLength: 3 })
const number = fc.double({ min: 0, max: 9, noNaN: true })

/** Outputs such as stages of any version may have written, and some that none has. */
const output: Arbitrary<unknown> = fc.oneof(
	fc.jsonValue(),
	roughly({
		unknown: words,
		givens: some(roughly({ id: words, statement: words })),
		constraints: some(roughly({ id: words, statement: words })),
		ambiguities: some(roughly({ assumption: words, statement: words })),
		clarified: some(roughly({ question: words, answer: fc.option(words) })),
	}),
	roughly({
		refused: some(words),
		subtasks: some(
			roughly({
				id: subtaskId,
				objective: words,
				inputs: some(subtaskId),
				result: words,
				status: fc.constantFrom('checked', 'unchecked', 'low-confidence'),
				samples: fc.integer({ min: 1, max: 5 }),
				checks: some(words),
			}),
		),
	}),
	roughly({
		chain: roughly({ answer: words, key: words, weight: number, refuted: words }),
		samples: some(roughly({ method: words, answer: words, key: words, weight: number, check: words })),
	}),
	roughly({
		passed: fc.boolean(),
		confidence: fc.constantFrom('high', 'low'),
		failures: some(roughly({ where: words, evidence: words })),
		checks: some(roughly({ statement: words, outcome: fc.constantFrom('holds', 'not-checked'), evidence: words })),
		final: words,
		source: fc.constantFrom('chain', 'rival'),
		voteShare: number,
		otherwise: words,
	}),
	roughly({
		rounds: some(roughly({ where: words, reason: words, before: words, after: words, accepted: fc.boolean() })),
		final: words,
		insteadOfChain: words,
		voteShare: number,
	}),
)

/** Every kind of event; a new kind doesn't compile until it is here. */
const events: { readonly [Kind in JournalEventKind]: Arbitrary<JournalEventOf<Kind>> } = {
	'run-start': fc.record({
		kind: fc.constant('run-start'),
		workflow: fc.constant(eventExamples['run-start'].workflow),
		workflowHash: words,
		disclosure: words,
		asker: fc.record({ personId: words }),
		content: erasable(fc.record({ question: words, history: fc.constant([]) })),
	}),
	'run-route': fc.record({
		kind: fc.constant('run-route'),
		route: fc.constantFrom('direct', 'staged'),
		effort: fc.constantFrom('low', 'medium', 'high'),
		level: fc.constantFrom('easy', 'hard'),
		source: fc.constantFrom('signals', 'classifier', 'person', 'cascade'),
		estimatedSteps: fc.integer({ min: 1, max: 9 }),
		callLimit: fc.integer({ min: 1, max: 99 }),
		nodes: fc.subarray([...nodes]),
		content: erasable(fc.record({ reason: words })),
	}),
	'run-resume': fc.record({ kind: fc.constant('run-resume'), previousAttempt: fc.nat(3) }),
	'stage-start': fc.record({ kind: fc.constant('stage-start'), stage }),
	'stage-delta': fc.record(
		{ kind: fc.constant('stage-delta'), subtaskId, content: erasable(fc.record({ text: words })) },
		{ requiredKeys: ['kind', 'content'] },
	),
	'model-call-start': fc.record({ kind: fc.constant('model-call-start'), callKey: words, alias: words, prompt }),
	'model-call-end': fc.record({
		kind: fc.constant('model-call-end'),
		callKey: words,
		alias: words,
		prompt,
		model: words,
		settings: fc.record({ sample, maxOutputTokens: fc.nat(4000) }),
		finishReason: fc.constantFrom('stop', 'length', 'tool-calls'),
		usage,
		usageEstimated: fc.boolean(),
		elapsedMs,
		content: erasable(fc.record({ text: words })),
	}),
	'subtask-end': fc.record({
		kind: fc.constant('subtask-end'),
		subtaskId,
		status: fc.constantFrom('checked', 'unchecked', 'low-confidence'),
		samples: fc.integer({ min: 1, max: 5 }),
		elapsedMs,
		content: erasable(fc.record({ objective: words, result: words })),
	}),
	checkpoint: fc.record(
		{
			kind: fc.constant('checkpoint'),
			subtaskId,
			sample,
			method: fc.constantFrom(...checkMethodSchema.options),
			passed: fc.boolean(),
			content: erasable(fc.record({ evidence: words })),
		},
		{ requiredKeys: ['kind', 'sample', 'method', 'passed', 'content'] },
	),
	sample: fc.record(
		{
			kind: fc.constant('sample'),
			sample,
			method: words,
			weight: number,
			content: erasable(fc.record({ answer: words, key: words })),
		},
		{ requiredKeys: ['kind', 'sample', 'method', 'content'] },
	),
	verdict: fc.record({
		kind: fc.constant('verdict'),
		passed: fc.boolean(),
		confidence,
		content: erasable(
			fc.record({ failures: fc.array(fc.record({ where: words, evidence: words }), { maxLength: 2 }) }),
		),
	}),
	correction: fc.record({
		kind: fc.constant('correction'),
		round: fc.nat(3),
		accepted: fc.boolean(),
		content: erasable(fc.record({ before: words, after: words, reason: words })),
	}),
	'tool-call': fc.record({
		kind: fc.constant('tool-call'),
		toolCallId: words,
		tool: words,
		content: erasable(fc.record({ input: fc.jsonValue() })),
	}),
	'tool-result': fc.record({
		kind: fc.constant('tool-result'),
		toolCallId: words,
		failed: fc.boolean(),
		content: erasable(fc.record({ output: fc.jsonValue() })),
	}),
	'stage-skip': fc.record({
		kind: fc.constant('stage-skip'),
		stage,
		reason: fc.constantFrom('not-needed', 'effort', 'budget', 'answer-now'),
		content: erasable(fc.record({ reason: words })),
	}),
	'stage-end': fc.record({
		kind: fc.constant('stage-end'),
		stage,
		usage,
		elapsedMs,
		content: erasable(fc.record({ output, summary: words, details: fc.array(words, { maxLength: 3 }) })),
	}),
	'answer-delta': fc.record({
		kind: fc.constant('answer-delta'),
		restart: fc.boolean(),
		content: erasable(fc.record({ text: words })),
	}),
	'answer-now': fc.record({ kind: fc.constant('answer-now') }),
	'run-wait': fc.record({
		kind: fc.constant('run-wait'),
		reason: fc.constantFrom('clarification', 'approval'),
		content: erasable(fc.record({ question: words })),
	}),
	clarification: fc.record({
		kind: fc.constant('clarification'),
		personId: words,
		content: erasable(fc.record({ answer: words })),
	}),
	'reply-posted': fc.record({
		kind: fc.constant('reply-posted'),
		platform: words,
		messageIds: fc.array(words, { maxLength: 2 }),
	}),
	feedback: fc.record({
		kind: fc.constant('feedback'),
		personId: words,
		helpful: fc.boolean(),
		content: erasable(fc.record({ reason: words })),
	}),
	'run-end': fc.record(
		{
			kind: fc.constant('run-end'),
			usage,
			elapsedMs,
			confidence,
			budget,
			content: erasable(fc.record({ answer: words })),
		},
		{ requiredKeys: ['kind', 'usage', 'elapsedMs', 'confidence', 'content'] },
	),
	'run-stop': fc.record(
		{
			kind: fc.constant('run-stop'),
			usage,
			elapsedMs,
			reason: fc.constantFrom('user', 'budget', 'deadline', 'superseded', 'uninstalled'),
			budget,
			skipped: fc.array(stage, { maxLength: 3 }),
			content: erasable(fc.record({ answer: words })),
		},
		{ requiredKeys: ['kind', 'usage', 'elapsedMs', 'reason', 'skipped', 'content'] },
	),
	'run-fail': fc.record({
		kind: fc.constant('run-fail'),
		usage,
		elapsedMs,
		code: words,
		content: erasable(fc.record({ message: words, fix: words })),
	}),
}

/** Any event of any kind. */
export const anyEvent: Arbitrary<JournalEvent> = fc.oneof(...Object.values(events))

const placedEvent = fc.record({
	event: anyEvent,
	nodeId: fc.option(fc.constantFrom(...nodeIds, 'gone'), { nil: undefined }),
	attempt: fc.nat(3),
})

/** Any journal: numbered as the store numbers it, otherwise in no sensible order at all. */
export const anyJournal: Arbitrary<readonly JournalRecord[]> = fc.array(placedEvent, { maxLength: 40 }).map((placed) =>
	placed.map(({ event, nodeId, attempt }, index) => ({
		...event,
		v: 1,
		seq: index + 1,
		at: new Date(Date.UTC(2026, 0, 1, 12, 0, index)).toISOString(),
		attempt,
		...(nodeId === undefined ? {} : { nodeId }),
	})),
)
