import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect } from '../../tests/support/reasoning.ts'
import { AbortedError } from '../core/abort.ts'
import type { Progress, StageEvent } from '../core/stage.ts'
import { parallel } from './parallel.ts'

const nothing = () => {}

function delta(text: string): StageEvent {
	return { kind: 'stage-delta', content: { text } }
}

function textsOf(events: readonly StageEvent[]): readonly string[] {
	return events.flatMap((event) => (event.kind === 'stage-delta' ? [event.content?.text ?? ''] : []))
}

/** Work that says when it was closed, and how. */
function watched(name: string, steps: readonly Promise<string>[], closed: string[]): Progress<string> {
	return (async function* () {
		let ended = false
		try {
			for (const step of steps) yield delta(await step)
			ended = true
			return name
		} finally {
			if (!ended) closed.push(name)
		}
	})()
}

describe('work side by side', () => {
	test('results are in the order of the work, events in the order in which they come', async () => {
		const [slow, quick] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
		const both = parallel([watched('first', [slow.promise], []), watched('second', [quick.promise], [])], nothing)
		const collected = collect(both)
		quick.resolve('quick')
		await quick.promise
		slow.resolve('slow')
		const { events, result } = await collected
		expect(textsOf(events)).toEqual(['quick', 'slow'])
		expect(result).toEqual(['first', 'second'])
	})

	test('no work has no results', async () => {
		expect(await collect(parallel([], nothing))).toEqual({ events: [], result: [] })
	})

	test('nothing is lost or doubled, and each keeps its own order', async () => {
		const lengths = fc.array(fc.nat(6), { maxLength: 6 })
		await fc.assert(
			fc.asyncProperty(lengths, async (counts) => {
				const steps = counts.map((count, index) => Array.from({ length: count }, (_, step) => `${index}.${step}`))
				const work = steps.map((texts, index) =>
					watched(
						String(index),
						texts.map((text) => Promise.resolve(text)),
						[],
					),
				)
				const { events, result } = await collect(parallel(work, nothing))
				const texts = textsOf(events)
				expect(result).toEqual(counts.map((_, index) => String(index)))
				expect(texts.toSorted()).toEqual(steps.flat().toSorted())
				for (const [index, own] of steps.entries()) {
					expect(texts.filter((text) => text.startsWith(`${index}.`))).toEqual(own)
				}
			}),
		)
	})

	test('the first error aborts the others, closes them and is the one that is thrown', async () => {
		const closed: string[] = []
		const abort = Promise.withResolvers<string>()
		const failing = watched('failing', [Promise.reject(new Error('first'))], closed)
		const waiting = watched('waiting', [abort.promise], closed)
		const shown = watched('shown', [Promise.resolve('shown'), abort.promise], closed)
		const aborted = () => abort.reject(new Error('aborted'))
		await expect(collect(parallel([waiting, shown, failing], aborted))).rejects.toThrow('first')
		expect(closed.toSorted()).toEqual(['failing', 'shown', 'waiting'])
	})

	test('what is not covered by the budget is thrown only when the others have ended', async () => {
		const closed: string[] = []
		const late = Promise.withResolvers<string>()
		const uncovered = watched('uncovered', [Promise.reject(new AbortedError('budget'))], closed)
		const running = watched('running', [late.promise], closed)
		const events: StageEvent[] = []
		const all = (async () => {
			for await (const event of parallel([uncovered, running], () => closed.push('aborted too early')))
				events.push(event)
		})()
		setTimeout(() => late.resolve('paid for'), 20)
		await expect(all).rejects.toMatchObject({ abortCause: 'budget' })
		expect(textsOf(events)).toEqual(['paid for'])
		expect(closed).toEqual(['uncovered'])
	})

	test('leaving early aborts and closes all of them', async () => {
		const closed: string[] = []
		const abort = Promise.withResolvers<string>()
		const work = [
			watched('shown', [Promise.resolve('shown'), Promise.resolve('never shown')], closed),
			watched('waiting', [abort.promise], closed),
		]
		for await (const _ of parallel(work, () => abort.reject(new Error('aborted')))) break
		expect(closed.toSorted()).toEqual(['shown', 'waiting'])
	})

	test('work that waits for other work is closed with it, although only its own abort would end the wait', async () => {
		const outcome = Promise.withResolvers<string>()
		outcome.promise.catch(() => {})
		async function* producer(): Progress<string> {
			try {
				yield delta('begun')
				return 'produced'
			} catch (error) {
				outcome.reject(error)
				throw error
			}
		}
		async function* consumer(): Progress<string> {
			yield delta(await outcome.promise)
			return 'consumed'
		}
		for await (const _ of parallel([producer(), consumer()], nothing)) break
		await expect(outcome.promise).rejects.toThrow('closed')
	})
})
