import { z } from '@hono/zod-openapi'
import { authorSchema, conversationSchema } from '../../src/core/conversation.ts'
import type { JournalRecord } from '../../src/core/journal.ts'
import { runKindSchema, runStateSchema } from '../../src/core/run.ts'
import { effortSchema, routeSchema, runPreferencesSchema } from '../../src/core/run-preferences.ts'
import { settingsSchema, settingsScopeSchema } from '../../src/core/settings.ts'
import type {
	AgainRequest,
	ApiFailure,
	ConversationRuns,
	Conversations,
	EditRequest,
	FeedbackRequest,
	Installations,
	Me,
	MessageRequest,
	PageView,
	RunTaken,
	RunUpdate,
	SettingsAt,
	SettingsOf,
} from './page-view.ts'
import { place } from './receive.ts'

const longestReason = 2_000

const instant = z.iso.datetime()
const uuid = z.uuid()
/** Kept as it was written: code may begin with a space. The configuration limits its length, and the body that of everything. */
const questionSchema = z.string().refine((text) => text.trim() !== '', 'write what you want to know')
const runId = z.string().min(1).max(100)

export const runParameters = z.object({ runId: runId.openapi({ description: 'The id of a run.' }) })
export const keyQuery = z.object({
	key: z
		.string()
		.max(100)
		.optional()
		.openapi({ description: "The key of a run's page that was shared: reads this run without anything else." }),
})
export const threadParameters = z.object({
	threadId: uuid.openapi({ description: 'The id of a conversation: a UUID that whoever begins it makes.' }),
})
export const messageParameters = threadParameters.extend({
	messageId: uuid.openapi({ description: 'The id of a message: a UUID that whoever writes it makes.' }),
})
export const streamQuery = z.object({
	after: z
		.string()
		.max(200)
		.optional()
		.openapi({ description: 'The id of the last event that was seen, where the header Last-Event-ID can’t be set.' }),
})
export const pageQuery = z.object({
	before: instant.optional().openapi({ description: 'The `lastAskedAt` of the last conversation of the page before.' }),
	limit: z.coerce.number().int().min(1).max(100).default(30),
})
const longestId = 200
/** Left out, it is the playground. */
const settingsPlace = {
	platform: z.string().min(1).max(longestId).default(place.platform),
	workspaceId: z
		.string()
		.max(longestId)
		.default(place.workspaceId)
		.openapi({ description: 'The id of the workspace or server; empty for the playground.' }),
}
export const settingsQuery = z.object({
	...settingsPlace,
	scope: settingsScopeSchema,
	subject: z
		.string()
		.max(longestId)
		.default('')
		.openapi({ description: 'The id of the channel or person; empty for the installation.' }),
})

export const failureSchema: z.ZodType<ApiFailure> = z
	.object({ error: z.object({ code: z.string(), message: z.string(), fix: z.string() }) })
	.openapi('Failure', { description: 'Why there is no success, and what to do about it.' })

export const meSchema: z.ZodType<Me> = z
	.object({
		personId: z.string(),
		name: z.string(),
		isAdmin: z.boolean(),
		disclosure: z.string().nullable(),
		workflows: z.array(z.string()).readonly(),
		settings: settingsSchema,
	})
	.openapi('Me')

const entrySchema = z
	.object({
		runId: z.string(),
		kind: runKindSchema,
		parentRunId: z.string().nullable(),
		state: runStateSchema,
		messageId: z.string(),
		question: z.string().nullable(),
		asker: authorSchema.extend({
			id: z.string().openapi({ description: 'Empty for whoever has nothing but the link to the run.' }),
		}),
		preferences: runPreferencesSchema,
		askedAt: instant,
		feedback: z
			.array(z.object({ personId: z.string(), helpful: z.boolean(), reason: z.string().nullable() }))
			.readonly(),
	})
	.openapi('RunEntry')

const conversationEntrySchema = z
	.object({
		conversation: conversationSchema,
		title: z.string().nullable(),
		runs: z.number().int(),
		isOpen: z.boolean(),
		lastAskedAt: instant,
	})
	.openapi('ConversationEntry')

export const conversationsSchema: z.ZodType<Conversations> = z
	.object({ conversations: z.array(conversationEntrySchema).readonly() })
	.openapi('Conversations')
export const conversationRunsSchema: z.ZodType<ConversationRuns> = z
	.object({ runs: z.array(entrySchema).readonly() })
	.openapi('ConversationRuns')

const tree = {
	type: 'object',
	description: 'Markdown as a hast tree (https://github.com/syntax-tree/hast), without HTML.',
} as const
/** Not checked here: it is made of the journal by our own code, and its type is `PageView`. */
const viewSchema = z.custom<PageView>().openapi('PageView', {
	type: 'object',
	description: 'What a run has come to: the answer, its stages with their records, and what it took.',
	required: ['status', 'answer', 'answerText', 'stages', 'rests', 'isRepeatable', 'texts', 'lastSeq'],
	properties: {
		status: { type: 'string', enum: ['queued', 'working', 'waiting', 'answered', 'stopped', 'failed'] },
		rests: { type: 'boolean', description: 'Whether nothing more happens until somebody does something.' },
		isRepeatable: { type: 'boolean', description: 'Whether another try may come to something else.' },
		answer: { ...tree, description: `The answer, or the question back. ${tree.description}` },
		answerText: { type: 'string', description: 'The same as Markdown.' },
		stages: {
			type: 'array',
			items: {
				type: 'object',
				required: ['id', 'stage', 'title', 'status', 'summary', 'record'],
				properties: {
					id: { type: 'string' },
					stage: { type: 'string' },
					title: { type: 'string' },
					status: { type: 'string', enum: ['pending', 'running', 'done', 'skipped', 'stopped', 'failed'] },
					summary: tree,
					record: { type: 'object', description: 'What the stage has found out; `kind` says what to expect.' },
				},
			},
		},
		texts: { type: 'object', description: 'What is said about the run, in sentences.' },
		lastSeq: { type: 'integer', description: 'A view replaces one with a lower number.' },
	},
})

export const runUpdateSchema: z.ZodType<RunUpdate> = z
	.object({ entry: entrySchema, view: viewSchema, threadId: z.string().nullable(), runUrl: z.string().nullable() })
	.openapi('RunUpdate')

/** Written by our own code and parsed when it is read: described here, not checked again. */
const recordSchema = z.custom<JournalRecord>().openapi('JournalRecord', {
	type: 'object',
	required: ['v', 'seq', 'at', 'attempt', 'kind'],
	properties: {
		v: { type: 'integer' },
		seq: { type: 'integer', description: 'Counts up from 1.' },
		at: { type: 'string', format: 'date-time' },
		attempt: { type: 'integer' },
		kind: { type: 'string' },
		nodeId: { type: 'string', description: 'The node of the workflow.' },
	},
	additionalProperties: true,
})
export const traceSchema = z
	.object({ records: z.array(recordSchema).readonly() })
	.openapi('Trace', { description: 'The journal of a run, as it was written.' })

export const messageSchema = z
	.strictObject({
		messageId: uuid,
		text: questionSchema,
		effort: effortSchema.nullable().optional(),
		route: routeSchema.nullable().optional(),
		workflow: z.string().max(100).nullable().optional(),
		timeZone: z.string().max(100).optional(),
		answers: runId.nullable().optional().openapi({
			description:
				'The run whose question back this answers; null for a question of its own, whatever waits. Left out, it answers the oldest of your runs in this conversation that waits.',
		}),
	})
	.openapi('Message') satisfies z.ZodType<MessageRequest>
export const editSchema = z.strictObject({ text: questionSchema }).openapi('Edit') satisfies z.ZodType<EditRequest>
export const againSchema = z
	.strictObject({ kind: z.enum(['think-harder', 'regenerate']) })
	.openapi('Again') satisfies z.ZodType<AgainRequest>
export const feedbackSchema = z
	.strictObject({ helpful: z.boolean(), reason: z.string().max(longestReason).optional() })
	.openapi('Feedback') satisfies z.ZodType<FeedbackRequest>
export const runTakenSchema: z.ZodType<RunTaken> = z.object({ runId: z.string() }).openapi('RunTaken')
export const nothingSchema = z.strictObject({}).openapi('Nothing')
export const settingsOfSchema = z
	.strictObject({
		...settingsPlace,
		scope: settingsScopeSchema,
		subject: z.string().max(longestId),
		settings: settingsSchema,
	})
	.openapi('SettingsOf') satisfies z.ZodType<SettingsOf>

/** A value, and who has said so; null: nothing is limited. */
const sourced = <Value extends z.ZodType>(value: Value) =>
	z.object({ value, from: z.enum(['person', 'channel', 'installation', 'configuration', 'usual']) })
const ids = z.array(z.string()).readonly().nullable()
const inheritedSchema = z
	.object({
		effort: sourced(effortSchema),
		workflow: sourced(z.string()),
		quiet: sourced(z.boolean()),
		allowedChannels: sourced(ids),
		allowedPeople: sourced(ids),
		directMessages: sourced(z.boolean()),
		usdPerDay: sourced(z.number().nullable()),
	})
	.partial()
	.openapi('InheritedSettings', {
		description: 'Each setting that the scope has, as it applies where it is not set there, and who says so.',
	})
export const settingsAtSchema = settingsOfSchema
	.extend({ inherited: inheritedSchema, mayChange: z.boolean() })
	.openapi('SettingsAt') satisfies z.ZodType<SettingsAt>
export const installationsSchema: z.ZodType<Installations> = z
	.object({
		installations: z
			.array(
				z.object({
					platform: z.string(),
					workspaceId: z.string(),
					channels: z.array(z.string()).readonly(),
					people: z.array(z.object({ id: z.string(), name: z.string() })).readonly(),
				}),
			)
			.readonly(),
	})
	.openapi('Installations')
