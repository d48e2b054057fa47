import { z } from 'zod'
import { stopReasonSchema } from './abort.ts'
import { budgetLevelSchema, dayBudgetScopeSchema } from './budget-level.ts'
import { authorSchema, turnSchema } from './conversation.ts'
import { effortSchema, routeSchema } from './run-preferences.ts'
import { usageSchema } from './usage.ts'
import { stageKindSchema, workflowSchema } from './workflow.ts'

/**
 * The journal: everything that happened in a run, append-only, the single source of truth. Reply, trace, resume and
 * evaluation all read these events.
 *
 * The facts of an event stand beside its `kind`. Whatever a person or a model wrote stands in `content`, which the store
 * keeps apart: erasing a person sets it to null and leaves the journal whole, so every reader must take a null.
 */
const event = <Kind extends string, Facts extends z.ZodRawShape>(kind: Kind, facts: Facts) =>
	z.object({ kind: z.literal(kind), ...facts })
const content = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).nullable()

const milliseconds = z.number().nonnegative()
const text = z.string()

export const confidenceSchema = z.enum(['high', 'medium', 'low'])
export type Confidence = z.infer<typeof confidenceSchema>

export const complexityLevelSchema = z.enum(['easy', 'hard'])
/** Who decided about the route. `cascade`: a direct answer failed its checks. */
export const routeSourceSchema = z.enum(['signals', 'classifier', 'person', 'cascade'])
export type RouteSource = z.infer<typeof routeSourceSchema>

export const promptIdentitySchema = z.object({ name: z.string(), version: z.number().int(), hash: z.string() })

/** Identifies a model call within its run, the same in every attempt: node, purpose, sample. */
const callKey = z.string()
const subtaskStatus = z.enum(['checked', 'unchecked', 'low-confidence'])
/** `verifier`: a model that saw the claim and not how it was found. `interpretation`: one that compared the question with its reading. */
export const checkMethodSchema = z.enum([
	'arithmetic',
	'constraint',
	'judge',
	'schema',
	'verifier',
	'interpretation',
	'pairwise',
])
export type CheckMethod = z.infer<typeof checkMethodSchema>

const outcomeFacts = { usage: usageSchema, elapsedMs: milliseconds }

export const journalEventSchema = z.discriminatedUnion('kind', [
	event('run-start', {
		workflow: workflowSchema,
		workflowHash: z.string(),
		/** What every answer must say about who gives it, such as that a practice model does; null where there is nothing to say. */
		disclosure: z.string().nullable(),
		asker: authorSchema.pick({ locale: true, timeZone: true }).extend({ personId: z.string() }),
		/** What was set when it began and holds for all its attempts; absent in runs of versions in which nothing could be set. */
		settings: z
			.object({
				effort: effortSchema,
				quiet: z.boolean(),
				usdPerDay: z.partialRecord(dayBudgetScopeSchema, z.number().positive()),
			})
			.optional(),
		content: content({ question: text, history: z.array(turnSchema) }),
	}),
	event('run-route', {
		route: routeSchema,
		effort: effortSchema,
		level: complexityLevelSchema,
		source: routeSourceSchema,
		estimatedSteps: z.number().int().positive(),
		callLimit: z.number().int().positive(),
		/** What the run is expected to take: what runs like it took, or, where there were none, the most that it may. */
		estimate: z
			.object({ elapsedMs: milliseconds, costMicroUsd: z.number().int().nonnegative(), isCeiling: z.boolean() })
			.optional(),
		/** The nodes that will run, in order; none on the direct route. */
		nodes: z.array(z.object({ id: z.string(), stage: stageKindSchema })),
		content: content({ reason: text }),
	}),
	event('run-resume', { previousAttempt: z.number().int() }),
	event('stage-start', { stage: stageKindSchema }),
	event('stage-delta', { subtaskId: z.string().optional(), content: content({ text }) }),
	event('model-call-start', { callKey, alias: z.string(), prompt: promptIdentitySchema }),
	event('model-call-end', {
		callKey,
		alias: z.string(),
		prompt: promptIdentitySchema,
		/** The model that the server says has answered. */
		model: z.string(),
		settings: z.object({
			sample: z.number().int(),
			maxOutputTokens: z.number().int(),
			temperature: z.number().optional(),
		}),
		finishReason: z.enum(['stop', 'length', 'tool-calls']),
		usage: usageSchema,
		/** True where the server reported no usage and it was estimated from the text. */
		usageEstimated: z.boolean(),
		elapsedMs: milliseconds,
		content: content({ text }),
	}),
	event('subtask-end', {
		subtaskId: z.string(),
		status: subtaskStatus,
		samples: z.number().int().positive(),
		elapsedMs: milliseconds,
		content: content({ objective: text, result: text }),
	}),
	event('checkpoint', {
		subtaskId: z.string().optional(),
		sample: z.number().int(),
		method: checkMethodSchema,
		passed: z.boolean(),
		content: content({ evidence: text }),
	}),
	event('sample', {
		sample: z.number().int(),
		/** How it was to be worked out: the prompt that it was made with. */
		method: z.string(),
		/** What its vote counts for, by what it was checked with. */
		weight: z.number().nonnegative().optional(),
		/** `key`: what equal answers have in common; empty where that can't be told. */
		content: content({ answer: text, key: text }),
	}),
	event('verdict', {
		passed: z.boolean(),
		confidence: confidenceSchema,
		content: content({ failures: z.array(z.object({ where: text, evidence: text })) }),
	}),
	event('correction', {
		round: z.number().int(),
		accepted: z.boolean(),
		content: content({ before: text, after: text, reason: text }),
	}),
	event('tool-call', { toolCallId: z.string(), tool: z.string(), content: content({ input: z.unknown() }) }),
	event('tool-result', { toolCallId: z.string(), failed: z.boolean(), content: content({ output: z.unknown() }) }),
	event('stage-skip', {
		stage: stageKindSchema,
		/** `answer-now`: the answer was wanted before this was done. */
		reason: z.enum(['not-needed', 'effort', 'budget', 'answer-now']),
		content: content({ reason: text }),
	}),
	event('stage-end', {
		stage: stageKindSchema,
		...outcomeFacts,
		content: content({ output: z.unknown(), summary: text, details: z.array(text) }),
	}),
	/** `restart` says that what was streamed before is void: the call was made again. */
	event('answer-delta', { restart: z.boolean(), content: content({ text }) }),
	/** What the asker has said to a question back. */
	event('clarification', { personId: text, content: content({ answer: text }) }),
	/** From here on, the run answers from what it has: somebody wanted the answer now. */
	event('answer-now', {}),
	event('run-wait', { reason: z.enum(['clarification', 'approval']), content: content({ question: text }) }),
	event('reply-posted', { platform: z.string(), messageIds: z.array(z.string()) }),
	event('feedback', { personId: z.string(), helpful: z.boolean(), content: content({ reason: text }) }),
	event('run-end', {
		...outcomeFacts,
		confidence: confidenceSchema,
		/** The day's budget of which least is left, where that is little. */
		budget: budgetLevelSchema.optional(),
		content: content({ answer: text }),
	}),
	event('run-stop', {
		...outcomeFacts,
		reason: stopReasonSchema,
		/** The budget that is used up, where that is the reason. */
		budget: budgetLevelSchema.optional(),
		/** Titles of what was left out, so that a best answer says what it is worth. */
		skipped: z.array(z.string()),
		content: content({ answer: text }),
	}),
	event('run-fail', { ...outcomeFacts, code: z.string(), content: content({ message: text, fix: text }) }),
])
export type JournalEvent = z.infer<typeof journalEventSchema>
export type JournalEventKind = JournalEvent['kind']
export type JournalEventOf<Kind extends JournalEventKind> = Extract<JournalEvent, { kind: Kind }>

/** The version of the envelope and of the events in it that this program writes. */
export const journalVersion = 1

const envelopeSchema = z.object({
	v: z.literal(journalVersion),
	/** Counts from 1 within the run, without gaps. */
	seq: z.number().int().positive(),
	at: z.iso.datetime(),
	/** The attempt that wrote it; 0 for what was written outside of any attempt. */
	attempt: z.number().int().nonnegative(),
	nodeId: z.string().optional(),
})

/** One event with its place in the journal. */
export type JournalRecord = z.infer<typeof envelopeSchema> & JournalEvent

/** An event to be appended, with the node of the workflow it belongs to. */
export type JournalEntry = { readonly nodeId?: string | undefined; readonly event: JournalEvent }

/** Turns a record of version n into one of version n + 1; the index is n. */
type Upcaster = (record: Record<string, unknown>) => Record<string, unknown>
const upcasters: ReadonlyMap<number, Upcaster> = new Map([[0, fromVersion0]])

/** Version 0, the format of the first prototypes, called the event's kind `type` and had no attempts. */
function fromVersion0({ type, ...rest }: Record<string, unknown>): Record<string, unknown> {
	return { attempt: 1, ...rest, kind: type, v: 1 }
}

/**
 * Reads one stored record, whatever version wrote it.
 * @throws z.ZodError if it is no record that any version has written.
 */
export function parseJournalRecord(stored: unknown): JournalRecord {
	const current = upcast(z.record(z.string(), z.unknown()).parse(stored))
	return { ...envelopeSchema.parse(current), ...journalEventSchema.parse(current) }
}

function upcast(stored: Record<string, unknown>): Record<string, unknown> {
	let record = stored
	for (let step = upcasterFor(record); step !== undefined; step = upcasterFor(record)) record = step(record)
	return record
}

function upcasterFor(record: Record<string, unknown>): Upcaster | undefined {
	return typeof record.v === 'number' ? upcasters.get(record.v) : undefined
}
