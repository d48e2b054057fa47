import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { delta, feedback } from '../../tests/support/builders.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalEntry } from '../core/journal.ts'
import type { Appended, RunStore } from '../core/run-store.ts'
import { createJournalWriter, JournalUnavailable } from './journal-writer.ts'

const claim = { runId: 'run', attempt: 1, leaseMs: 10_000 }
const writerOn = (store: Pick<RunStore, 'append'>) => createJournalWriter(store, claim, () => {})
const appended = (lastSeq: number): Appended => ({
	outcome: 'appended',
	lastSeq,
	stopRequested: null,
	answerNow: false,
})

/** A store that writes a batch when it is told to. */
function patientStore() {
	const batches: (readonly JournalEntry[])[] = []
	const waiting: PromiseWithResolvers<Appended>[] = []
	const store: Pick<RunStore, 'append'> = {
		append: (_, entries) => {
			batches.push(entries)
			const written = Promise.withResolvers<Appended>()
			waiting.push(written)
			return written.promise
		},
	}
	return { store, batches, waiting }
}

function storeInto(kept: string[]): Pick<RunStore, 'append'> {
	return {
		append: async (_, entries) => {
			await Promise.resolve()
			kept.push(...textsOf(entries))
			return appended(kept.length)
		},
	}
}

function textsOf(entries: readonly JournalEntry[]): readonly string[] {
	return entries.flatMap(({ event }) => ('content' in event ? Object.values(event.content ?? {}).map(String) : []))
}

const ticks = () => new Promise((resolve) => setImmediate(resolve))

async function isPending(promise: Promise<unknown>): Promise<boolean> {
	return (await Promise.race([promise, ticks().then(() => 'pending')])) === 'pending'
}

describe('the journal writer', () => {
	test('resolves when an entry is durable, not before', async () => {
		const { store, waiting } = patientStore()
		const written = writerOn(store).write(feedback('one'))
		expect(await isPending(written)).toBe(true)
		waiting[0]?.resolve(appended(1))
		await written
	})

	test('does not keep anybody waiting for what may be lost', async () => {
		const { store, batches } = patientStore()
		const journal = writerOn(store)
		await journal.write(delta('one'))
		await ticks()
		expect(batches.map(textsOf)).toEqual([['one']])
		expect(await isPending(journal.settled())).toBe(true)
	})

	test('writes one batch at a time; what comes in meanwhile is the next one', async () => {
		const { store, batches, waiting } = patientStore()
		const journal = writerOn(store)
		const first = journal.write(feedback('one'))
		await ticks()
		const others = ['two', 'three', 'four'].map((text) => journal.write(feedback(text)))
		await ticks()
		expect(batches.map(textsOf)).toEqual([['one']])
		waiting[0]?.resolve(appended(1))
		await first
		await ticks()
		expect(batches.map(textsOf)).toEqual([['one'], ['two', 'three', 'four']])
		waiting[1]?.resolve(appended(4))
		await Promise.all(others)
	})

	test('loses nothing and keeps the order, however the entries come in', async () => {
		const step = fc.record({ isFleeting: fc.boolean(), isAwaited: fc.boolean(), pauses: fc.boolean() })
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
				const kept: string[] = []
				const journal = writerOn(storeInto(kept))
				for (const [index, { isFleeting, isAwaited, pauses }] of steps.entries()) {
					const write = journal.write(isFleeting ? delta(`${index}`) : feedback(`${index}`))
					const isDurable = write.then(() => isFleeting || kept.includes(`${index}`))
					if (isAwaited) expect(await isDurable).toBe(true)
					if (pauses) await ticks()
				}
				await journal.settled()
				expect(kept).toEqual(steps.map((_, index) => `${index}`))
				expect(journal.written).toHaveLength(steps.length)
			}),
		)
	})

	test('says when the lease was lost, also of what was not waited for', async () => {
		const journal = writerOn({ append: async () => ({ outcome: 'lease-lost' }) })
		await expect(journal.write(feedback('one'))).rejects.toMatchObject({ abortCause: 'lease-lost' })
		const later = writerOn({ append: async () => ({ outcome: 'lease-lost' }) })
		await later.write(delta('one'))
		await ticks()
		await expect(later.write(feedback('two'))).rejects.toMatchObject({ abortCause: 'lease-lost' })
	})

	test('after a failure of the store writes nothing more: a gap would be worse than an end', async () => {
		let calls = 0
		const failing: Pick<RunStore, 'append'> = {
			append: async () => {
				calls += 1
				if (calls === 1) throw new Error('the disk is full')
				return appended(1)
			},
		}
		const journal = writerOn(failing)
		await expect(journal.write(feedback('one'))).rejects.toThrow(JournalUnavailable)
		await expect(journal.write(feedback('two'))).rejects.toThrow(JournalUnavailable)
		await expect(journal.write(feedback('three'))).rejects.toThrow(JournalUnavailable)
		expect(calls).toBe(1)
	})

	test('passes on what the store will never take: nobody needs to try it again', async () => {
		const refusal = new ThreadwiseError('store-refused', 'too large', { fix: 'none' })
		const journal = writerOn({ append: () => Promise.reject(refusal) })
		await expect(journal.write(feedback('one'))).rejects.toBe(refusal)
		await journal.settled()
	})

	test('tells of a stop that a write brought to light, and goes on', async () => {
		const reasons: string[] = []
		const store = { append: async () => ({ ...appended(1), stopRequested: 'user' }) as const }
		const journal = createJournalWriter(store, claim, (reason) => reasons.push(reason))
		await journal.write(feedback('one'))
		expect(reasons).toEqual(['user'])
		await journal.write(feedback('two'))
	})

	test('tells that the answer is wanted now, whichever part of a batch brought it to light', async () => {
		let wishes = 0
		const answers = [appended(1), { ...appended(2), answerNow: true }, appended(3), appended(4)]
		const store = { append: async () => answers.shift() ?? appended(9) }
		const wanted = () => void wishes++
		const journal = createJournalWriter(store, claim, () => {}, wanted)
		await journal.write(feedback('one'))
		expect(wishes).toBe(0)
		await journal.write(feedback('two'))
		expect(wishes).toBe(1)
		await journal.write(feedback('three'))
		expect(wishes).toBe(1)
	})

	test('ends with the reason of a stop that refused the outcome', async () => {
		const journal = writerOn({ append: async () => ({ outcome: 'stop-requested', reason: 'user' }) })
		await expect(journal.write(feedback('one'))).rejects.toMatchObject({ abortCause: 'user' })
	})
})

const began: JournalEntry = { event: { kind: 'run-resume', previousAttempt: 1 } }
const started: JournalEntry = {
	event: {
		kind: 'model-call-start',
		callKey: 'level',
		alias: 'fast',
		prompt: { name: 'complexity', version: 1, hash: '0' },
	},
}
const replied: JournalEntry = {
	event: {
		kind: 'model-call-end',
		callKey: 'level',
		alias: 'fast',
		prompt: { name: 'complexity', version: 1, hash: '0' },
		model: 'fast-model',
		settings: { sample: 0, maxOutputTokens: 60 },
		finishReason: 'stop',
		usage: { calls: 1, inputTokens: 1, outputTokens: 1, costMicroUsd: 1 },
		usageEstimated: false,
		elapsedMs: 1,
		content: { text: 'hard' },
	},
}
const kindsOf = (batches: readonly (readonly JournalEntry[])[]) =>
	batches.map((entries) => entries.map(({ event }) => event.kind))

describe('a run that goes on by itself', () => {
	test('waits only before a request, and then for everything before it', async () => {
		const { store, batches, waiting } = patientStore()
		const journal = writerOn(store)
		await journal.pass(feedback('one'))
		await journal.pass(feedback('two'))
		const request = journal.pass(started)
		expect(await isPending(request)).toBe(true)
		expect(kindsOf(batches)).toEqual([['feedback', 'feedback', 'model-call-start']])
		waiting[0]?.resolve(appended(3))
		await request
	})

	test('makes the first request while it is written down that the attempt has begun, and the next one after that', async () => {
		const { store, batches, waiting } = patientStore()
		const journal = writerOn(store)
		await journal.pass(began)
		await journal.pass(started)
		await ticks()
		expect(kindsOf(batches)).toEqual([['run-resume', 'model-call-start']])
		await journal.pass(replied)
		const next = journal.pass(started)
		expect(await isPending(next)).toBe(true)
		waiting[0]?.resolve(appended(2))
		await vi.waitFor(() => expect(batches).toHaveLength(3))
		waiting[1]?.resolve(appended(3))
		waiting[2]?.resolve(appended(4))
		await next
	})

	test('makes no request wait for what may be lost', async () => {
		const { store, batches } = patientStore()
		const journal = writerOn(store)
		await journal.pass(delta('one'))
		await journal.pass(started)
		expect(batches).toEqual([])
		void journal.settled()
		await ticks()
		expect(kindsOf(batches)).toEqual([['answer-delta', 'model-call-start']])
	})

	test('has its entries written soon, also where nothing follows', async () => {
		const { store, batches } = patientStore()
		const journal = writerOn(store)
		await journal.pass(feedback('one'))
		await ticks()
		expect(batches.map(textsOf)).toEqual([['one']])
	})

	test('writes that a short call has begun together with its end, in one batch less', async () => {
		const { store, batches } = patientStore()
		const journal = writerOn(store)
		await journal.pass(started)
		await sleep(150)
		await journal.pass(replied)
		await ticks()
		expect(kindsOf(batches)).toEqual([['model-call-start', 'model-call-end']])
	})

	test('writes that a call has begun while it lasts, and sooner what somebody sees', async () => {
		const { store, batches } = patientStore()
		const journal = writerOn(store)
		await journal.pass(started)
		await vi.waitFor(() => expect(kindsOf(batches)).toEqual([['model-call-start']]), 5_000)
		const other = writerOn(store)
		await other.pass(started)
		await other.pass(delta('one'))
		await vi.waitFor(() => expect(kindsOf(batches)).toHaveLength(2), 900)
	})

	test('hands a reply over apart from what follows it, and at the same time', async () => {
		const { store, batches, waiting } = patientStore()
		const journal = writerOn(store)
		await journal.pass(replied)
		await journal.pass(feedback('two'))
		const request = journal.pass(started)
		await ticks()
		expect(kindsOf(batches)).toEqual([['model-call-end'], ['feedback', 'model-call-start']])
		waiting[1]?.resolve(appended(3))
		expect(await isPending(request)).toBe(true)
		waiting[0]?.resolve(appended(3))
		await request
	})

	test('is told at once of a failure that it did not wait for, and writes nothing more', async () => {
		let calls = 0
		const journal = writerOn({
			append: async () => {
				calls++
				return { outcome: 'lease-lost' }
			},
		})
		await journal.pass(feedback('one'))
		await ticks()
		expect(journal.broken.reason).toMatchObject({ abortCause: 'lease-lost' })
		await journal.pass(feedback('two'))
		await expect(journal.pass(started)).rejects.toMatchObject({ abortCause: 'lease-lost' })
		expect(calls).toBe(1)
	})

	test('whose entries gather has none of them lost when it is asked to settle', async () => {
		const kept: string[] = []
		const journal = writerOn(storeInto(kept))
		await journal.pass(feedback('one'))
		await journal.pass(delta('two'))
		await journal.settled()
		expect(kept).toEqual(['one', 'two'])
	})
})
