import { describe, expect, test } from 'vitest'
import { feedback, outcomes } from '../../tests/support/builders.ts'
import type { JournalEntry } from '../core/journal.ts'
import type { ClaimedEntries } from './append-events.ts'
import { type AppendToRuns, createAppendInGroups } from './append-in-groups.ts'
import { fromDatabase } from './store-failure.ts'

/** A database that answers each statement as it is told to. */
function database(answer: (given: readonly ClaimedEntries[]) => void | Promise<void> = () => {}) {
	const statements: (readonly string[])[] = []
	const appendToRuns: AppendToRuns = async (given) => {
		statements.push(given.map(({ claim, entries }) => `${claim.runId.at(-1)}: ${entries.map(textOf).join(' ')}`))
		await fromDatabase(Promise.resolve().then(() => answer(given)))
		return given.map(({ claim, entries }) => ({
			id: claim.runId,
			last_seq: entries.length,
			stop_requested: null,
			answer_now: false,
		}))
	}
	return { append: createAppendInGroups(appendToRuns), statements }
}

function textOf({ event }: JournalEntry): string {
	return event.kind === 'feedback' || event.kind === 'run-end' ? Object.values(event.content ?? {}).join() : ''
}

function of(run: number, text: string, yieldsToStop = false): ClaimedEntries {
	const claim = { runId: `00000000-0000-7000-8000-00000000000${run}`, attempt: 1, leaseMs: 10_000 }
	const entry = yieldsToStop ? { event: outcomes.end(text) } : feedback(text)
	return { claim, entries: [entry], yieldsToStop }
}

const refusal = (sqlState: string) => Object.assign(new Error('no'), { code: sqlState })

describe('appends of several runs', () => {
	test('of one moment are one statement, in their order', async () => {
		const { append, statements } = database()
		await Promise.all([append(of(1, 'a')), append(of(2, 'b')), append(of(1, 'c'))])
		expect(statements).toEqual([['1: a c', '2: b']])
	})

	test('gather while a statement is being written', async () => {
		const { append, statements } = database()
		const first = append(of(1, 'a')).then(() => append(of(1, 'd')))
		await new Promise((resolve) => setImmediate(resolve))
		await Promise.all([append(of(2, 'b')), append(of(3, 'c')), first])
		expect(statements.flat().toSorted()).toEqual(['1: a', '1: d', '2: b', '3: c'])
	})

	test('of another run do not wait for a statement that takes long, those of its own runs do', async () => {
		const slow = Promise.withResolvers<void>()
		const { append, statements } = database(() => (statements.length === 1 ? slow.promise : undefined))
		const first = append(of(1, 'a'))
		await new Promise((resolve) => setImmediate(resolve))
		const next = append(of(1, 'b'))
		await append(of(2, 'c'))
		await append(of(2, 'd'))
		expect(statements.flat()).toEqual(['1: a', '2: c', '2: d'])
		slow.resolve()
		await Promise.all([first, next])
		expect(statements.at(-1)).toEqual(['1: b'])
	})

	test('keep an outcome that yields to a stop apart from what comes before it', async () => {
		const { append, statements } = database()
		await Promise.all([append(of(1, 'a')), append(of(1, 'b', true)), append(of(1, 'c'))])
		expect(statements).toEqual([['1: a'], ['1: b'], ['1: c']])
	})

	test('do not end with the one that the database refuses', async () => {
		const { append, statements } = database((given) => {
			if (given.some(({ entries }) => entries.some((entry) => textOf(entry) === 'bad'))) throw refusal('22P05')
		})
		const results = await Promise.allSettled([append(of(1, 'a')), append(of(2, 'bad')), append(of(2, 'b'))])
		expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
		expect(statements).toEqual([['1: a', '2: bad b'], ['1: a'], ['2: bad']])
	})

	test('fail together when the database is gone, with all that wait behind them', async () => {
		let isGone = true
		const { append, statements } = database(() => {
			if (isGone) throw refusal('57P01')
		})
		const failed = [append(of(1, 'a')), append(of(1, 'b', true)), append(of(2, 'c'))]
		const results = await Promise.allSettled(failed)
		expect(results).toMatchObject(results.map(() => ({ status: 'rejected', reason: { code: 'store-unavailable' } })))
		expect(statements).toEqual([['1: a', '2: c']])
		isGone = false
		expect(await append(of(2, 'd'))).toMatchObject({ last_seq: 1 })
	})
})
