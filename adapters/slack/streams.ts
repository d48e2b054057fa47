import type { Reply } from '../../src/core/chat-platform.ts'
import type { ReplyView } from '../../src/core/reply-view.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import type { Clock } from './clock.ts'
import { createMinuteRate } from './minute-rate.ts'
import { isRefusal, isTooFast, slackCodeOf } from './refusals.ts'
import { createStream, type Stream } from './stream.ts'
import type { Recipient, StreamCalls } from './stream-calls.ts'
import { chunksBetween, emptyPlan, type StreamedPlan, streamedPlan } from './stream-plan.ts'

/** Slack takes 20 starts a minute and 100 appends; whoever is told to wait would have to wait for all. */
const mostStarts = 20
const mostAppends = 80
/** After a failure of Slack's, messages are posted for so long. */
const restsForMs = 60_000

/** What Slack says where streams aren't for this workspace, whatever is streamed; anything else is about one message. */
const forNobody: ReadonlySet<string | null> = new Set([
	...['unknown_method', 'method_deprecated', 'deprecated_endpoint', 'feature_not_enabled', 'missing_scope'],
	...['not_allowed', 'not_allowed_token_type', 'no_permission', 'access_denied', 'team_access_not_granted'],
	...['invalid_chunks', 'invalid_blocks', 'invalid_arguments'],
])

export type StreamsOptions = {
	readonly calls: StreamCalls
	readonly runs: Pick<RunStore, 'find'>
	readonly clock: Clock
	readonly onTrouble: (error: unknown) => void
}

type Unposted = Pick<Reply, 'runId' | 'conversation'>

/** The streams that this process appends to. Whatever else is streamed was begun by a process that is gone. */
export type Streams = {
	/** Begins a run's message as a stream. Returns its timestamp; null where it has to be posted. */
	start(reply: Unposted, view: ReplyView): Promise<string | null>
	/** The stream that is a run's message, if it is one of ours. */
	of(runId: string): Stream | null
	/** Sends nothing more, and begins none. */
	leave(): void
}

export function createStreams({ calls, runs, clock, onTrouble }: StreamsOptions): Streams {
	const open = new Map<string, Stream>()
	const gate = createGate(clock)
	const mayAppend = createMinuteRate(mostAppends, clock)
	const begin = async ({ runId, conversation }: Unposted, recipient: Recipient, plan: StreamedPlan) => {
		const { chunks, shown } = chunksBetween(emptyPlan, plan)
		const ts = await calls.startStream(conversation, recipient, chunks)
		if (gate.isShut()) return ts
		const stream = createStream({ thread: conversation, ts, mark: { runId, part: 0 } }, shown, {
			calls,
			clock,
			mayAppend: () => mayAppend(conversation.workspaceId),
			onEnd: () => open.delete(runId),
			onTrouble,
		})
		open.set(runId, stream)
		return ts
	}
	return {
		start: async (reply, view) => {
			const { runId, conversation } = reply
			const { workspaceId } = conversation
			if (view.quiet || gate.isClosed(workspaceId)) return null
			const run = await runs.find(runId)
			// What is answered at once has no plan to watch.
			if (run === null || run.preferences.route === 'direct') return null
			if (!gate.takeStart(workspaceId)) return null
			const recipient = { userId: run.asker.id, teamId: workspaceId }
			return begin(reply, recipient, streamedPlan(runId, view)).catch((error) => gate.meet(workspaceId, error))
		},
		of: (runId) => open.get(runId) ?? null,
		leave: () => {
			gate.shut()
			for (const stream of open.values()) stream.leave()
		},
	}
}

/** Whether a workspace takes one more stream, as far as it isn't known to refuse. */
function createGate(clock: Clock) {
	const mayStart = createMinuteRate(mostStarts, clock)
	const refusing = new Set<string>()
	const restsUntil = new Map<string, number>()
	let isShut = false
	return {
		isShut: () => isShut,
		isClosed: (workspaceId: string) =>
			isShut || refusing.has(workspaceId) || clock.now() < (restsUntil.get(workspaceId) ?? 0),
		takeStart: mayStart,
		/** Where nothing was done, the message is to be posted; else nobody knows whether it stands there. */
		meet: (workspaceId: string, error: unknown): null => {
			if (forNobody.has(slackCodeOf(error))) refusing.add(workspaceId)
			else if (!isRefusal(error)) restsUntil.set(workspaceId, clock.now() + restsForMs)
			if (isRefusal(error) || isTooFast(error)) return null
			throw error
		},
		shut: () => {
			isShut = true
		},
	}
}
