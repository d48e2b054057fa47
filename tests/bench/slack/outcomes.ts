import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { SlackCall } from '../../support/slack/calls.ts'
import type { LocalSlack } from '../../support/slack/local-slack.ts'
import type { Written } from '../../support/slack/person.ts'
import { readableBlocks } from '../../support/slack-app.ts'
import { expectedResult } from './mentions.ts'

/** What became of questions. */
export type SlackOutcomes = {
	readonly asked: number
	readonly answered: number
	readonly lost: number
	/** Messages beyond the one that each question is answered with. */
	readonly doubled: number
}

const pollMs = 200
/** Whatever comes twice comes within this time after the answer. */
const watchMs = 2_000

/** Waits until every question is answered, or the time is over, and a little longer for what comes twice. */
export async function outcomesOf(
	slack: LocalSlack,
	asked: readonly Written[],
	limitMs: number,
	signal: AbortSignal,
): Promise<SlackOutcomes> {
	const givenUpAt = performance.now() + limitMs
	const isOpen = (question: Written) => !repliesTo(slack, question).some(isAnswer)
	let open = asked.filter(isOpen)
	while (open.length > 0 && performance.now() < givenUpAt) {
		await sleep(pollMs, undefined, { signal })
		open = open.filter(isOpen)
	}
	await slack.settled()
	await sleep(watchMs, undefined, { signal })
	const lost = asked.filter(isOpen).length
	const doubled = asked.reduce((count, question) => count + Math.max(0, repliesTo(slack, question).length - 1), 0)
	return { asked: asked.length, answered: asked.length - lost, lost, doubled }
}

type Reply = ReturnType<LocalSlack['messages']>[number]

function repliesTo(slack: LocalSlack, { channel, ts }: Written): readonly Reply[] {
	return slack.messages(channel, ts).filter(({ isFromBot }) => isFromBot)
}

/** An answer to its end, with what can be done about it under it. */
function isAnswer({ blocks }: Reply): boolean {
	const text = readableBlocks(blocks)
	return text.includes(expectedResult) && text.includes('Think harder')
}

/** The calls that were refused for their rate and whose purpose was never granted later. */
export function unhandledRefusals(calls: readonly SlackCall[]): readonly SlackCall[] {
	const unhandled = new Map<string, SlackCall[]>()
	for (const call of calls) {
		const purpose = purposeOf(call)
		if (call.status === 429) unhandled.set(purpose, [...(unhandled.get(purpose) ?? []), call])
		else if (call.isDone) unhandled.delete(purpose)
	}
	return [...unhandled.values()].flat()
}

const begins: ReadonlySet<string> = new Set(['chat.postMessage', 'chat.startStream'])
const changes: ReadonlySet<string> = new Set([
	...['chat.update', 'chat.delete', 'chat.appendStream', 'chat.stopStream'],
])
const markSchema = z.object({ event_payload: z.object({ part: z.number() }) })

/**
 * What a call is about, whichever attempt it is, and whichever way leads there: that a message comes, or that one that is there
 * shows something else or goes; else a thread or a person.
 */
function purposeOf({ method, arguments: given }: SlackCall): string {
	const { channel, channel_id, thread_ts, ts, user, metadata } = given
	if (begins.has(method)) {
		const part = markSchema.safeParse(metadata).data?.event_payload.part ?? 0
		return ['begin', channel, thread_ts, part].join(' ')
	}
	if (changes.has(method)) return ['change', channel, ts].join(' ')
	return [method, channel ?? channel_id, thread_ts ?? ts, user].join(' ')
}
