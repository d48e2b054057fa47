import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ReasoningJob } from '../../src/core/job-queue.ts'
import { type JournalRecord, parseJournalRecord } from '../../src/core/journal.ts'
import { createJobQueue } from '../../src/queue/index.ts'
import { foldJournal } from '../../src/rendering/index.ts'
import { eventsOf, openReasoning, order } from '../support/reasoning.ts'
import { queueBackends, titleOf } from '../support/stores.ts'

const journals = new URL('../fixtures/journals/', import.meta.url)
const names = readdirSync(journals).flatMap((file) => (file.endsWith('.jsonl') ? [file.replace('.jsonl', '')] : []))

function recorded(name: string): readonly JournalRecord[] {
	const lines = readFileSync(new URL(`${name}.jsonl`, journals), 'utf8')
		.trim()
		.split('\n')
	return lines.map((line) => parseJournalRecord(JSON.parse(line)))
}

describe('a journal that a released version has written', () => {
	test.each(names)('%s is shown as it was', (name) => {
		const view: unknown = JSON.parse(readFileSync(new URL(`${name}.view.json`, journals), 'utf8'))
		expect(foldJournal(recorded(name))).toMatchObject(view as object)
	})

	const whole = recorded('answered-in-stages')
	const lengths = whole.map((_, index) => index + 1).slice(0, -1)

	test('is continued from wherever a deploy has cut it, with the same answer and no recorded call repeated', async () => {
		await using world = await openReasoning()
		const calls = whole.filter(({ kind }) => kind === 'model-call-end').length
		for (const length of lengths) {
			const records = whole.slice(0, length)
			const before = world.server.requests.length
			const { entries, thrown } = await world.attempt({ records })
			expect(thrown, `cut after ${length}`).toBeNull()
			const [end] = eventsOf(entries, 'run-end')
			expect(end?.content?.answer, `cut after ${length}`).toBe(order.answer)
			const journaled = records.filter(({ kind }) => kind === 'model-call-end').length
			const made = world.server.requests.length - before
			// The step that slipped when it was recorded doesn't slip now: one call fewer where that call is made anew.
			expect([calls - journaled, calls - journaled - 1], `cut after ${length}`).toContain(made)
		}
	})

	test('is continued where it waited, when its asker has answered', async () => {
		await using world = await openReasoning()
		const { entries, thrown } = await world.attempt({ records: recorded('waiting') })
		expect(thrown).toBeNull()
		expect(eventsOf(entries, 'run-end')[0]?.content?.answer).toBe(order.answer)
	})
})

const jobs = new URL('../fixtures/jobs/', import.meta.url)

for (const place of queueBackends) {
	test.skipIf(place.missing !== null)(
		`a job that a released version has left is delivered: ${titleOf(place)}`,
		async () => {
			await using opened = await place.open()
			const queue = await createJobQueue(opened.location, { onTrouble: () => {}, onRelief: () => {} })
			const left = readdirSync(jobs).map((file): ReasoningJob => JSON.parse(readFileSync(new URL(file, jobs), 'utf8')))
			const delivered: ReasoningJob[] = []
			for (const job of left) await queue.add(job, 1)
			const deliveries = await queue.work(
				async (job) => {
					delivered.push(job)
					return { kind: 'done' }
				},
				{ concurrency: 1 },
			)
			await expect.poll(() => delivered, { timeout: 10_000 }).toEqual(left)
			await deliveries[Symbol.asyncDispose]()
			await queue.close()
		},
	)
}
