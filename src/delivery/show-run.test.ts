import { describe, expect, test } from 'vitest'
import { aMessage, outcomes, recordsOf } from '../../tests/support/builders.ts'
import { openReasoning, order } from '../../tests/support/reasoning.ts'
import type { ChatPlatform } from '../core/chat-platform.ts'
import type { JournalEntry, JournalRecord } from '../core/journal.ts'
import type { ReplyView } from '../core/reply-view.ts'
import type { Follow } from './deliver-run.ts'
import { showRun } from './show-run.ts'

const { conversation } = aMessage()
const run = { runId: 'run', conversation }
const never = new AbortController().signal

type Shown = { readonly call: 'post' | 'update'; readonly messageIds: readonly string[]; readonly view: ReplyView }

/** A platform that remembers what it was asked to show. */
function rememberingPlatform(fails: (call: number) => boolean = () => false) {
	const shown: Shown[] = []
	const show = async (call: Shown['call'], messageIds: readonly string[], view: ReplyView) => {
		shown.push({ call, messageIds, view })
		if (fails(shown.length)) throw new Error('the channel is gone')
	}
	const platform: ChatPlatform = {
		name: 'testing',
		capabilities: { collapse: 'none', maxLength: 1_000, minEditMs: 0, joinsLate: false },
		start: async () => {},
		post: async (runId, to, view) => {
			await show('post', [], view)
			return { runId, conversation: to, messageIds: ['m1'] }
		},
		update: async (reply, view) => {
			await show('update', reply.messageIds, view)
			return { ...reply, messageIds: ['m1', 'm2'] }
		},
		find: async () => null,
		readEarlier: async () => [],
	}
	return { platform, shown }
}

async function completeJournal(): Promise<readonly JournalRecord[]> {
	await using world = await openReasoning()
	return recordsOf((await world.attempt()).entries)
}

/** A journal that is followed record by record, and stays open after the last one. */
function journalOf(records: readonly JournalRecord[]): Follow {
	return async function* (_runId, afterSeq, signal) {
		for (const record of records) {
			if (record.seq <= afterSeq) continue
			await new Promise((resolve) => setTimeout(resolve))
			yield record
		}
		if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
	}
}

describe('delivering a run', () => {
	test('posts once, edits what was posted, and ends with the outcome', async () => {
		const { platform, shown } = rememberingPlatform()
		const view = await showRun(run, platform, journalOf(await completeJournal()), never)
		expect(view).toMatchObject({ status: 'answered', answer: order.answer })
		expect(shown[0]).toMatchObject({ call: 'post', view: { status: 'queued' } })
		expect(shown.slice(1).every(({ call }) => call === 'update')).toBe(true)
		expect(shown[1]?.messageIds).toEqual(['m1'])
		expect(shown[2]?.messageIds).toEqual(['m1', 'm2'])
		expect(shown.at(-1)?.view).toEqual(view)
	})

	test('shows a sign of life before there is any event', async () => {
		const { platform, shown } = rememberingPlatform()
		const leave = new AbortController()
		const delivered = showRun(run, platform, journalOf([]), leave.signal)
		expect(shown).toMatchObject([{ call: 'post', view: { status: 'queued' } }])
		leave.abort()
		expect((await delivered).status).toBe('queued')
	})

	const ends: readonly (readonly [string, JournalEntry['event']])[] = [
		['answered', outcomes.end('It is 104.')],
		['stopped', outcomes.stop('It is about 100.')],
		['failed', outcomes.fail('The model said nothing.')],
		['waiting', outcomes.wait('Which order?')],
	]
	test.each(ends)('ends when the run is %s, although the journal stays open', async (status, event) => {
		const { platform, shown } = rememberingPlatform()
		const view = await showRun(run, platform, journalOf(recordsOf([{ event }])), never)
		expect(view.status).toBe(status)
		expect(shown.at(-1)?.view.status).toBe(status)
	})

	test('a failed post is tried again as a post: there is nothing to edit yet', async () => {
		const { platform, shown } = rememberingPlatform((call) => call === 1)
		const view = await showRun(run, platform, journalOf(await completeJournal()), never)
		expect(shown.slice(0, 3).map(({ call }) => call)).toEqual(['post', 'post', 'update'])
		expect(view.status).toBe('answered')
	})

	test('an outcome that cannot be shown is a failure, not a silence', async () => {
		const { platform } = rememberingPlatform(() => true)
		const delivered = showRun(run, platform, journalOf(recordsOf([{ event: outcomes.end('104') }])), never)
		await expect(delivered).rejects.toThrow('the channel is gone')
	})

	test('a journal that cannot be followed is a failure', async () => {
		// biome-ignore lint/correctness/useYield: it fails before its first record.
		const broken: Follow = async function* () {
			throw new Error('the connection is gone')
		}
		await expect(showRun(run, rememberingPlatform().platform, broken, never)).rejects.toThrow('the connection is gone')
	})
})
