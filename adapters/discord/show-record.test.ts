import { type APIStringSelectComponent, ComponentType } from 'discord.js'
import { describe, expect, test } from 'vitest'
import type { StageView } from '../../src/core/reply-view.ts'
import { aStageView, aView } from '../../tests/support/builders.ts'
import type { Draft } from './components.ts'
import { parseCustomId, parseStageOption, printCustomId, type RecordPlace } from './custom-ids.ts'
import { recordGoneDraft, showRecord } from './show-record.ts'

const runId = '0193a7c2-6f1e-7c3a-9b1d-2f4e5a6b7c8d'
const lines = Array.from({ length: 400 }, (_, index) => `Line ${index} of a stage that has found out a great deal.`)
const short = aStageView({ id: 'a', title: 'Problem analysis', status: 'done', summary: 'Two prices are asked for.' })
const long = aStageView({ id: 'b', status: 'done', summary: '3 of 3 steps done.', details: lines })
const open = (stages: readonly StageView[], place: RecordPlace) =>
	showRecord({ runId, view: aView({ status: 'answered', stages }), place, recordUrl: null })

const textOf = ({ body }: Draft) =>
	body.components.flatMap((each) => (each.type === ComponentType.TextDisplay ? [each.content] : [])).join('\n')
const controlsOf = ({ body }: Draft) =>
	body.components.flatMap((each) => (each.type === ComponentType.ActionRow ? each.components : []))
const menuOf = (draft: Draft) =>
	controlsOf(draft).find((each): each is APIStringSelectComponent => each.type === ComponentType.StringSelect)
/** Where a button leads; null where it can't be pressed or isn't there. */
const leadsTo = (draft: Draft, label: string): RecordPlace | null => {
	const button = controlsOf(draft).find((each) => 'label' in each && each.label === label)
	if (button === undefined || !('custom_id' in button) || button.disabled === true) return null
	return parseCustomId(button.custom_id)?.place ?? null
}

describe('the record of a run', () => {
	test('opens one stage, and has a menu of all that ran', () => {
		const pending = aStageView({ id: 'c', status: 'pending' })
		const draft = open([short, long, pending], { stage: 0, page: 0 })
		expect(textOf(draft)).toBe('### Problem analysis\n-# done · 0.0 s · 0 calls · 0 tokens\nTwo prices are asked for.')
		const menu = menuOf(draft)
		expect(menu?.options.map(({ label }) => label)).toEqual(['✔ Problem analysis', '✔ Systematic execution'])
		expect(menu?.options.map((option) => option.default ?? false)).toEqual([true, false])
		expect(menu?.options.map(({ value }) => parseStageOption(value))).toEqual([0, 1])
		expect(parseCustomId(menu?.custom_id ?? '')).toEqual({ verb: 'open-stage', runId, place: null })
	})

	test('is turned page by page, from stage to stage, and loses nothing', () => {
		const texts: string[] = []
		let place: RecordPlace | null = { stage: 0, page: 0 }
		while (place !== null) {
			const draft = open([short, long], place)
			texts.push(textOf(draft))
			place = leadsTo(draft, 'Next')
		}
		expect(texts.length).toBeGreaterThan(4)
		const text = texts.join('\n')
		expect(text).toContain('Two prices are asked for.')
		expect(lines.filter((line) => !text.includes(line))).toEqual([])
	})

	test('is turned back to the end of the stage before', () => {
		const first = open([long, short], { stage: 1, page: 0 })
		const back = leadsTo(first, 'Back')
		expect(back).not.toBeNull()
		const before = open([long, short], back ?? { stage: 0, page: 0 })
		expect(textOf(before)).toContain('Line 399 ')
		expect(leadsTo(before, 'Next')).toEqual({ stage: 1, page: 0 })
	})

	test('has no way back from its beginning, and none on from its end', () => {
		expect(leadsTo(open([short, long], { stage: 0, page: 0 }), 'Back')).toBeNull()
		expect(leadsTo(open([long, short], { stage: 1, page: 0 }), 'Next')).toBeNull()
		expect(controlsOf(open([short], { stage: 0, page: 0 }))).toHaveLength(1)
	})

	test('opens what is nearest to a place that is not there', () => {
		expect(textOf(open([short, long], { stage: 9, page: 900_000 }))).toContain('Line 399 ')
	})

	test('of more stages than a menu takes offers those around the open one', () => {
		const stages = Array.from({ length: 60 }, (_, index) => ({ ...short, id: `n${index}`, title: `Stage ${index}` }))
		const menu = menuOf(open(stages, { stage: 40, page: 0 }))
		expect(menu?.options).toHaveLength(25)
		expect(menu?.options.find((option) => option.default)?.label).toBe('✔ Stage 40')
	})

	test('of a direct answer says how it was answered', () => {
		expect(textOf(open([], { stage: 0, page: 0 }))).toContain('medium effort')
	})

	test('whose time is over says so', () => {
		expect(textOf(recordGoneDraft)).toContain('Records are deleted after a time')
	})
})

describe('a custom id', () => {
	test('is read as it was written, and is short enough', () => {
		for (const place of [null, { stage: 999_999, page: 999_999 }]) {
			const control = { verb: 'open-page', runId, place } as const
			expect(parseCustomId(printCustomId(control))).toEqual(control)
			expect(printCustomId(control).length).toBeLessThanOrEqual(100)
		}
	})

	test.each(['', 'stop', 'stop:', 'nonsense:run', 'open-page:run:x:1', 'open-page:run:1', 'stop:run:1:2:3'])(
		'that is none of ours is none: %s',
		(customId) => expect(parseCustomId(customId)).toBeNull(),
	)

	test('of an option that is no number opens the first stage', () => {
		expect(['', 'x', '-1', '1.5'].map(parseStageOption)).toEqual([0, 0, 0, 0])
	})
})
