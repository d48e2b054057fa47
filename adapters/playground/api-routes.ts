import { createRoute, type z } from '@hono/zod-openapi'
import {
	againSchema,
	conversationRunsSchema,
	conversationsSchema,
	editSchema,
	failureSchema,
	feedbackSchema,
	installationsSchema,
	keyQuery,
	meSchema,
	messageParameters,
	messageSchema,
	nothingSchema,
	pageQuery,
	runParameters,
	runTakenSchema,
	runUpdateSchema,
	settingsAtSchema,
	settingsOfSchema,
	settingsQuery,
	streamQuery,
	threadParameters,
	traceSchema,
} from './api-schemas.ts'
import { newestRuns } from './hub.ts'

const failure = (description: string) => ({ content: content(failureSchema), description })

const failures = {
	400: failure('The request is not as described here'),
	401: failure('Nobody known: show the token as `Authorization: Bearer …`'),
	403: failure('A page of another origin has sent it, or you may not'),
	404: failure('There is no such run or message, or it is not yours to read'),
	409: failure('The run is in no state for that'),
	413: failure('The request is too large'),
	415: failure('The body is no JSON, or doesn’t say so'),
	421: failure('The Host header is none of this server'),
	429: failure('Too much at once, or on one day; Retry-After says how many seconds to wait'),
	503: failure('A part that is needed doesn’t answer, or too many questions wait already'),
}

/** What each request is and answers, for the document at /openapi.json and for whoever handles it. */
export const routes = {
	me: createRoute({
		method: 'get',
		path: '/me',
		summary: 'Who you are, and what there is to choose from',
		responses: success(meSchema, 'You'),
	}),
	conversations: createRoute({
		method: 'get',
		path: '/conversations',
		summary: 'Your conversations, the newest first',
		request: { query: pageQuery },
		responses: success(conversationsSchema, 'One page of them'),
	}),
	conversation: createRoute({
		method: 'get',
		path: '/conversations/{threadId}',
		summary: 'The runs of a conversation, in the order in which they were asked',
		request: { params: threadParameters },
		responses: success(conversationRunsSchema, 'Its runs; none for a conversation that nobody has begun'),
	}),
	conversationEvents: createRoute({
		method: 'get',
		path: '/conversations/{threadId}/events',
		summary: 'Follow a conversation',
		description: streamDescription(
			`for each of its runs (of a long conversation for the newest ${newestRuns} and those that aren't over; \`GET /runs/{runId}\` has the others)`,
		),
		request: { params: threadParameters, query: streamQuery },
		responses: stream(),
	}),
	ask: createRoute({
		method: 'post',
		path: '/conversations/{threadId}/messages',
		summary: 'Ask, or answer a question back',
		description:
			'The same message id again is the same run. `answers` says whether it answers a question back, and whose; without it, the message is the answer while a run of yours in this conversation waits for one. An answer that comes too late is a run that has failed and says so.',
		request: { params: threadParameters, body: body(messageSchema) },
		responses: taken(),
	}),
	edit: createRoute({
		method: 'put',
		path: '/conversations/{threadId}/messages/{messageId}',
		summary: 'Change a question: a run that answers the old one is superseded',
		description: 'A change that is refused leaves the question and its runs as they are.',
		request: { params: messageParameters, body: body(editSchema) },
		responses: taken(),
	}),
	run: createRoute({
		method: 'get',
		path: '/runs/{runId}',
		summary: 'What this run has come to',
		request: { params: runParameters, query: keyQuery },
		responses: success(runUpdateSchema, 'The run'),
	}),
	runEvents: createRoute({
		method: 'get',
		path: '/runs/{runId}/events',
		summary: 'Follow a run',
		description: streamDescription('for this run, and none for the rest of its conversation'),
		request: { params: runParameters, query: streamQuery.extend(keyQuery.shape) },
		responses: stream(),
	}),
	trace: createRoute({
		method: 'get',
		path: '/runs/{runId}/trace',
		summary: 'The journal of a run',
		request: { params: runParameters, query: keyQuery },
		responses: success(traceSchema, 'Everything that was written down'),
	}),
	stop: createRoute({
		method: 'post',
		path: '/runs/{runId}/stop',
		summary: 'Stop a run: the best answer so far is shown',
		request: { params: runParameters },
		responses: success(nothingSchema, 'It stops'),
	}),
	answerNow: createRoute({
		method: 'post',
		path: '/runs/{runId}/answer-now',
		summary: 'Have a run answer from what it has',
		request: { params: runParameters },
		responses: success(nothingSchema, 'It answers'),
	}),
	again: createRoute({
		method: 'post',
		path: '/runs/{runId}/again',
		summary: 'Have the same question answered once more, perhaps with more effort',
		request: { params: runParameters, body: body(againSchema) },
		responses: success(runTakenSchema, 'The new run'),
	}),
	feedback: createRoute({
		method: 'post',
		path: '/runs/{runId}/feedback',
		summary: 'Say what you think of an answer; a second time replaces the first',
		request: { params: runParameters, body: body(feedbackSchema) },
		responses: success(nothingSchema, 'It is kept'),
	}),
	installations: createRoute({
		method: 'get',
		path: '/installations',
		summary: 'The places whose settings you may change, on every platform',
		responses: success(installationsSchema, 'The playground first; none for who may change nothing but their own'),
	}),
	readSettings: createRoute({
		method: 'get',
		path: '/settings',
		summary: 'What was set for a whole place, a channel or a person',
		request: { query: settingsQuery },
		responses: success(settingsAtSchema, 'What was set there itself, and what applies where it is not'),
	}),
	writeSettings: createRoute({
		method: 'put',
		path: '/settings',
		summary: 'Replace what was set there',
		request: { body: body(settingsOfSchema) },
		responses: success(settingsAtSchema, 'What is set there now'),
	}),
} as const

function content<Schema extends z.ZodType>(schema: Schema) {
	return { 'application/json': { schema } }
}

function body<Schema extends z.ZodType>(schema: Schema) {
	return { content: content(schema), required: true }
}

function success<Schema extends z.ZodType>(schema: Schema, description: string) {
	return { 200: { content: content(schema), description }, ...failures }
}

function taken() {
	return { 202: { content: content(runTakenSchema), description: 'Taken: this run answers' }, ...failures }
}

function stream() {
	return {
		200: {
			content: { 'text/event-stream': { schema: { type: 'string' } } },
			description: 'Server-sent events, until the connection is closed',
		},
		...failures,
	} as const
}

function streamDescription(forWhich: string): string {
	return `An event \`run\` (its data is a RunUpdate) ${forWhich}, then \`ready\`, then an event \`run\` whenever there is something new. A run's newest view replaces the one before. The id of an event, given back as Last-Event-ID or \`after\`, leaves out what had ended long before it.`
}
