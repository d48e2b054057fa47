import { pgCore, sql } from './drizzle.ts'

const {
	bigint,
	boolean,
	date,
	foreignKey,
	index,
	integer,
	jsonb,
	pgSchema,
	primaryKey,
	text,
	timestamp,
	unique,
	uuid,
} = pgCore

/** Our own namespace, beside BullMQ's in the same database. */
export const threadwise = pgSchema('threadwise')

const id = () => uuid('id').primaryKey()
const createdAt = () => timestamp('created_at', { withTimezone: true }).notNull().defaultNow()

/** One place in which the bot is installed. Everything belongs to one. */
export const installations = threadwise.table(
	'installations',
	{
		id: id(),
		platform: text('platform').notNull(),
		appId: text('app_id').notNull().default(''),
		enterpriseId: text('enterprise_id').notNull().default(''),
		workspaceId: text('workspace_id').notNull(),
		createdAt: createdAt(),
	},
	(table) => [unique().on(table.platform, table.appId, table.enterpriseId, table.workspaceId)],
)

const installationId = () =>
	uuid('installation_id')
		.notNull()
		.references(() => installations.id, { onDelete: 'cascade' })

/** What the bot acts with where people have installed it themselves. */
export const credentials = threadwise.table('credentials', {
	installationId: installationId().primaryKey(),
	/** What its people call the place. */
	name: text('name').notNull(),
	/** Opens with a key that isn't in the database. */
	sealed: text('sealed').notNull(),
	keptAt: timestamp('kept_at', { withTimezone: true }).notNull().default(sql`clock_timestamp()`),
})

export const people = threadwise.table(
	'people',
	{
		id: id(),
		installationId: installationId(),
		platformUserId: text('platform_user_id').notNull(),
		name: text('name').notNull(),
		locale: text('locale'),
		timeZone: text('time_zone'),
		createdAt: createdAt(),
	},
	(table) => [unique().on(table.installationId, table.platformUserId)],
)

export const conversations = threadwise.table(
	'conversations',
	{
		id: id(),
		installationId: installationId(),
		channelId: text('channel_id').notNull(),
		threadId: text('thread_id').notNull(),
		/** Whether nobody but one person and the bot is in it. */
		isDirect: boolean('is_direct').notNull().default(false),
		/** The process that shows it, until the lease ends. */
		deliveredBy: text('delivered_by'),
		deliveryLeaseUntil: timestamp('delivery_lease_until', { withTimezone: true }),
		/** Whether what was said in it before we came to it is among its turns. */
		earlierKnown: boolean('earlier_known').notNull().default(false),
		createdAt: createdAt(),
	},
	(table) => [unique().on(table.installationId, table.channelId, table.threadId)],
)

/** Whatever people and models wrote. Other tables refer to it, so that erasing it leaves them whole. */
export const contents = threadwise.table(
	'contents',
	{
		id: id(),
		personId: uuid('person_id').references(() => people.id, { onDelete: 'cascade' }),
		body: jsonb('body').notNull(),
		createdAt: createdAt(),
	},
	(table) => [index().on(table.personId)],
)

const contentId = () => uuid('content_id').references(() => contents.id, { onDelete: 'set null' })

/** What was said in a conversation. Our own answers are read from the journals of its runs, as long as there are any. */
export const turns = threadwise.table(
	'turns',
	{
		id: id(),
		installationId: installationId(),
		conversationId: uuid('conversation_id')
			.notNull()
			.references(() => conversations.id, { onDelete: 'cascade' }),
		personId: uuid('person_id').references(() => people.id, { onDelete: 'set null' }),
		/** The platform's id of the message; the key that refuses duplicates. */
		messageId: text('message_id').notNull(),
		/** `question`, or what asks for nothing: `overheard`, said to others, and `own`, an answer of which there is no run. */
		kind: text('kind').notNull().default('question'),
		contentId: contentId(),
		/** The run that had asked back and goes on with this, where it began none of its own. */
		continuesRunId: uuid('continues_run_id'),
		sentAt: timestamp('sent_at', { withTimezone: true }).notNull(),
		createdAt: createdAt(),
	},
	(table) => [unique().on(table.installationId, table.messageId), index().on(table.conversationId, table.sentAt)],
)

export const runs = threadwise.table(
	'runs',
	{
		id: id(),
		installationId: installationId(),
		conversationId: uuid('conversation_id')
			.notNull()
			.references(() => conversations.id, { onDelete: 'cascade' }),
		turnId: uuid('turn_id')
			.notNull()
			.references(() => turns.id, { onDelete: 'cascade' }),
		personId: uuid('person_id').references(() => people.id, { onDelete: 'set null' }),
		parentRunId: uuid('parent_run_id'),
		/** What was asked, where the message says something else by now; else it is what the message says. */
		contentId: contentId(),
		kind: text('kind').notNull(),
		state: text('state').notNull(),
		preferences: jsonb('preferences').notNull(),
		/** How often it was claimed; the number is also the fence of its journal. */
		attempt: integer('attempt').notNull().default(0),
		lastSeq: integer('last_seq').notNull().default(0),
		/** The round in which it is begun: each conversation has one run in each, so that none waits for all of another's. */
		round: integer('round').notNull().default(0),
		/** Whether its outcome was shown, or never can be. */
		delivered: boolean('delivered').notNull().default(false),
		claimedBy: text('claimed_by'),
		leaseUntil: timestamp('lease_until', { withTimezone: true }),
		/** Nobody claims it before, as what was said before its question is being read. */
		heldBackUntil: timestamp('held_back_until', { withTimezone: true }),
		stopRequested: text('stop_requested'),
		/** Whether somebody wanted the answer now. */
		answerNow: boolean('answer_now').notNull().default(false),
		createdAt: createdAt(),
		changedAt: timestamp('changed_at', { withTimezone: true }).notNull().defaultNow(),
	},
	(table) => [
		foreignKey({ columns: [table.parentRunId], foreignColumns: [table.id] }).onDelete('set null'),
		index().on(table.turnId),
		index().on(table.conversationId, table.createdAt),
		index('runs_open').on(table.changedAt).where(sql`${table.state} in ('accepted', 'queued', 'running', 'waiting')`),
		index('runs_unbegun').on(table.round, table.id).where(sql`${table.state} in ('accepted', 'queued')`),
		// Not by when their leases end, which changes all the time: so many are few enough to look through.
		index('runs_running').on(table.id).where(sql`${table.state} = 'running'`),
		index('runs_undelivered').on(table.conversationId).where(sql`not ${table.delivered}`),
	],
)

const runId = () =>
	uuid('run_id')
		.notNull()
		.references(() => runs.id, { onDelete: 'cascade' })

/** The journals. */
export const events = threadwise.table(
	'events',
	{
		runId: runId(),
		seq: integer('seq').notNull(),
		v: integer('v').notNull(),
		attempt: integer('attempt').notNull(),
		kind: text('kind').notNull(),
		nodeId: text('node_id'),
		facts: jsonb('facts').notNull(),
		contentId: contentId(),
		at: timestamp('at', { withTimezone: true }).notNull(),
	},
	(table) => [
		primaryKey({ columns: [table.runId, table.seq] }),
		// What runs took is read from the newest of these.
		index('events_answered').on(table.at).where(sql`${table.kind} = 'run-end'`),
	],
)

/** The messages that show a run. */
export const replies = threadwise.table('replies', {
	runId: runId().primaryKey(),
	/** The platform's ids, in order. */
	messageIds: jsonb('message_ids').notNull(),
	/** When messages were about to be posted, until it is written down what became of that. */
	intendedAt: timestamp('intended_at', { withTimezone: true }),
})

/** What an installation, its channels and its people have set for themselves. */
export const settings = threadwise.table(
	'settings',
	{
		installationId: installationId(),
		scope: text('scope').notNull(),
		/** The person's or the channel's id; empty for the whole installation. */
		subject: text('subject').notNull(),
		body: jsonb('body').notNull(),
		changedAt: timestamp('changed_at', { withTimezone: true }).notNull().defaultNow(),
	},
	(table) => [primaryKey({ columns: [table.installationId, table.scope, table.subject] })],
)

/** What was spent on a day, counted in UTC, for each whom a budget may limit. A call under way counts with its upper estimate. */
export const spend = threadwise.table(
	'spend',
	{
		installationId: installationId(),
		scope: text('scope').notNull(),
		/** The person's or the channel's id; empty for the whole installation. */
		subject: text('subject').notNull(),
		day: date('day').notNull(),
		calls: integer('calls').notNull().default(0),
		tokens: bigint('tokens', { mode: 'number' }).notNull().default(0),
		costMicroUsd: bigint('cost_micro_usd', { mode: 'number' }).notNull().default(0),
	},
	(table) => [primaryKey({ columns: [table.installationId, table.scope, table.subject, table.day] })],
)

/** What adapters have to know again after a restart, for a time. */
export const platformNotes = threadwise.table(
	'platform_notes',
	{
		platform: text('platform').notNull(),
		key: text('key').notNull(),
		text: text('text').notNull(),
		keptUntil: timestamp('kept_until', { withTimezone: true }).notNull(),
	},
	(table) => [primaryKey({ columns: [table.platform, table.key] }), index().on(table.keptUntil)],
)
