import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ActionResult, Actor, RunBegun } from '../../src/core/actor.ts'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import type { RunEntry } from '../../src/core/conversation-reader.ts'
import { may, runAsSubject } from '../../src/core/may.ts'
import type { Run } from '../../src/core/run.ts'
import { noPreferences } from '../../src/core/run-preferences.ts'
import { foldJournal } from '../../src/rendering/index.ts'
import { routes } from './api-routes.ts'
import type { PlaygroundOptions } from './config.ts'
import { RequestFailure, refusedFailure, unknownRun } from './failure.ts'
import { entryForGuest, recordsForGuest } from './guest.ts'
import type { Hub, RunNow, Watched } from './hub.ts'
import type { Pages } from './pages.ts'
import { conversationOf, place, type Said, toIncomingMessage } from './receive.ts'
import { streamRuns } from './run-stream.ts'
import { addSettings, ownSettings } from './settings-api.ts'
import { type ApiEnv, actorOf, isGuest, personOf } from './visitor.ts'

export type ApiParts = Pick<
	PlaygroundOptions,
	'runs' | 'conversations' | 'settings' | 'changeSettings' | 'defaults' | 'workflows' | 'disclosure' | 'onTrouble'
> & {
	readonly hub: Hub
	readonly pages: Pages
	/** Where what people do goes; fails while the platform hasn't been started. */
	readonly events: () => PlatformEvents
	readonly shutdown: AbortSignal
}

/** Everything under /api/v1, for requests that were let in. */
export function createApi(parts: ApiParts): OpenAPIHono<ApiEnv> {
	const api = new OpenAPIHono<ApiEnv>({
		defaultHook: (result) => {
			if (!result.success) throw invalid(result.error.issues)
		},
	})
	addAccount(api, parts)
	addSettings(api, parts)
	addConversations(api, parts)
	addRuns(api, parts)
	addActions(api, parts)
	api.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
	api.doc31('/openapi.json', {
		openapi: '3.1.0',
		info: {
			title: 'Threadwise',
			version: '1',
			description: 'Ask questions, follow how they are answered, and read the record of it.',
		},
		servers: [{ url: '/api/v1' }],
		security: [{ token: [] }, {}],
	})
	return api
}

function addAccount(api: OpenAPIHono<ApiEnv>, { settings, workflows, disclosure }: ApiParts): void {
	api.openapi(routes.me, async (context) => {
		const { id: personId, name, isAdmin } = personOf(context)
		const own = await ownSettings({ settings }, personId)
		return context.json({ personId, name, isAdmin, disclosure, workflows, settings: own }, 200)
	})
}

function addConversations(api: OpenAPIHono<ApiEnv>, parts: ApiParts): void {
	const { conversations, hub, events } = parts
	api.openapi(routes.conversations, async (context) => {
		const { before, limit } = context.req.valid('query')
		const query = { ...place, personId: personOf(context).id, limit, ...(before === undefined ? {} : { before }) }
		return context.json({ conversations: await conversations.list(query) }, 200)
	})
	api.openapi(routes.conversation, async (context) => {
		const { threadId } = context.req.valid('param')
		return context.json({ runs: await conversations.runs(conversationOf(threadId)) }, 200)
	})
	api.openapi(routes.conversationEvents, async (context) => {
		const { threadId } = context.req.valid('param')
		return follow(context, parts, { conversation: conversationOf(threadId), runId: null })
	})
	api.openapi(routes.ask, async (context) => {
		const { threadId } = context.req.valid('param')
		const { messageId, text, timeZone, answers, ...preferences } = context.req.valid('json')
		const said = { ...saidBy(context), threadId, messageId, text, timeZone, answers }
		const conversation = conversationOf(threadId)
		const before = await conversations.runs(conversation)
		await events().message(toIncomingMessage({ ...said, preferences: { ...noPreferences, ...defined(preferences) } }))
		await hub.changed(conversation)
		const runId = runAnswering(said, before, await conversations.runs(conversation))
		return context.json({ runId }, 202)
	})
	api.openapi(routes.edit, async (context) => {
		const { threadId, messageId } = context.req.valid('param')
		const { text } = context.req.valid('json')
		const conversation = conversationOf(threadId)
		const original = (await conversations.runs(conversation)).findLast((run) => run.messageId === messageId)
		if (original === undefined) throw unknownMessage(messageId)
		// The same message, sent when it was, with another text.
		const at = new Date(original.askedAt)
		const said = { ...saidBy(context), at, threadId, messageId, text, timeZone: undefined }
		const result = await events().edit(toIncomingMessage({ ...said, preferences: original.preferences }))
		if (result.outcome === 'refused') throw refusedFailure(result)
		await hub.changed(conversation)
		return context.json({ runId: result.runId }, 202)
	})
}

function addRuns(api: OpenAPIHono<ApiEnv>, parts: ApiParts): void {
	const { runs, conversations, pages } = parts
	api.openapi(routes.run, async (context) => {
		const { conversation, id } = await readableRun(context, parts)
		const [entry, records] = await Promise.all([conversations.run(id), runs.read(id)])
		if (entry === null) throw unknownRun(id)
		const shown = { entry: shownEntry(context, entry), view: foldJournal(records) }
		return context.json(pages.toUpdate(shown, conversation), 200)
	})
	api.openapi(routes.runEvents, async (context) => {
		const { conversation, id } = await readableRun(context, parts)
		return follow(context, parts, { conversation, runId: id })
	})
	api.openapi(routes.trace, async (context) => {
		const { id } = await readableRun(context, parts)
		const records = await runs.read(id)
		return context.json({ records: isGuest(context) ? recordsForGuest(records) : records }, 200)
	})
}

function addActions(api: OpenAPIHono<ApiEnv>, parts: ApiParts): void {
	const { events, hub } = parts
	/** Does something with a run that the person may read, and tells everybody who looks at it. */
	const act = async <Result extends ActionResult | RunBegun>(
		context: Context<ApiEnv>,
		action: (runId: string, actor: Actor) => Promise<Result>,
	): Promise<Exclude<Result, { outcome: 'refused' }>> => {
		const { id, conversation } = await readableRun(context, parts)
		const result = await action(id, actorOf(context))
		if (result.outcome === 'refused') throw refusedFailure(result)
		await hub.changed(conversation)
		return result as Exclude<Result, { outcome: 'refused' }>
	}
	api.openapi(routes.stop, async (context) => {
		await act(context, (runId, actor) => events().stop(runId, actor))
		return context.json({}, 200)
	})
	api.openapi(routes.answerNow, async (context) => {
		await act(context, (runId, actor) => events().answerNow(runId, actor))
		return context.json({}, 200)
	})
	api.openapi(routes.again, async (context) => {
		const { kind } = context.req.valid('json')
		const { runId } = await act(context, (id, actor) => events().again(id, kind, actor))
		return context.json({ runId }, 200)
	})
	api.openapi(routes.feedback, async (context) => {
		const { helpful, reason = '' } = context.req.valid('json')
		const feedback = { helpful, reason: reason.trim() === '' ? null : reason.trim() }
		await act(context, (runId, actor) => events().feedback(runId, actor, feedback))
		return context.json({}, 200)
	})
}

function follow(context: Context<ApiEnv>, { hub, pages, shutdown, onTrouble }: ApiParts, watched: Watched): Response {
	const after = context.req.header('last-event-id') ?? context.req.query('after') ?? null
	const stream = context.get('openStream')()
	const onEnd = () => stream[Symbol.dispose]()
	const toData = ({ entry, view }: RunNow) =>
		pages.toData({ entry: shownEntry(context, entry), view }, watched.conversation)
	return streamRuns(context, { hub, watched, after, toData, shutdown, onEnd, onTrouble })
}

function shownEntry(context: Context<ApiEnv>, entry: RunEntry): RunEntry {
	return isGuest(context) ? entryForGuest(entry) : entry
}

function saidBy(context: Context<ApiEnv>): Pick<Said, 'person' | 'acceptLanguage' | 'at'> {
	return { person: personOf(context), acceptLanguage: context.req.header('accept-language'), at: new Date() }
}

/** The run of the address, for whoever may read it. That it isn't theirs to read is told as if it weren't there. */
async function readableRun(context: Context<ApiEnv>, { runs }: ApiParts): Promise<Run> {
	const runId = context.req.param('runId') ?? ''
	const run = await runs.find(runId)
	if (run === null || !mayRead(context, run)) throw unknownRun(runId)
	return run
}

function mayRead(context: Context<ApiEnv>, run: Run): boolean {
	const visitor = context.get('visitor')
	if (visitor.kind === 'guest') return visitor.runId === run.id
	return may(actorOf(context), 'read', runAsSubject(run)).allowed
}

/**
 * Which run a message went to: the newest that answers it; or, since an answer to a question back makes no run, the one that had
 * asked. One that doesn't say which, and comes again after that, is told the newest run.
 */
function runAnswering(
	{ messageId, person, answers }: Pick<Said, 'messageId' | 'person' | 'answers'>,
	before: readonly RunEntry[],
	after: readonly RunEntry[],
): string {
	const isAsking = ({ runId, state, asker }: RunEntry) =>
		typeof answers === 'string' ? runId === answers : state === 'waiting' && asker.id === person.id
	const asking = before.find(isAsking)
	const run = after.findLast((entry) => entry.messageId === messageId) ?? asking ?? after.at(-1)
	if (run === undefined) throw new Error('A message was taken, but no run of its conversation is there.')
	return run.runId
}

/** Without what was left out of a request. */
function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
	const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
	return Object.fromEntries(entries) as { [Name in keyof Fields]: Exclude<Fields[Name], undefined> }
}

function invalid(
	issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): RequestFailure {
	const [{ path, message } = { path: [], message: '' }] = issues
	const where = path.length === 0 ? 'The request' : `"${path.join('.')}" in the request`
	return new RequestFailure(400, {
		code: 'invalid-request',
		message: `${where} is not as it should be: ${message}.`,
		fix: 'Each request is described at /api/v1/openapi.json.',
	})
}

function unknownMessage(messageId: string): RequestFailure {
	return new RequestFailure(404, {
		code: 'message-unknown',
		message: `There is no message ${messageId} in this conversation that asks something.`,
		fix: 'Ask it as a new question.',
	})
}
