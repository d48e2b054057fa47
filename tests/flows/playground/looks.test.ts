import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { violationsOn } from '../../support/accessibility.ts'
import { chatOn } from '../../support/chat-page.ts'
import { type HeldModel, startHeldModel } from '../../support/held-model.ts'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
import type { Asked } from '../../support/page-service.ts'
import { pictureFolder } from '../../support/pictures.ts'
import { schoolTrip } from '../../support/school-trip.ts'
import { status } from '../../support/scripted-model-server.ts'

// Everything that is looked at is asked before the first look; each look goes through eight states.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const looks = [
	{ width: 390, height: 844 },
	{ width: 1_280, height: 800 },
].flatMap((size) => (['light', 'dark'] as const).map((theme) => ({ ...size, theme, motion: false })))

/** The page in one state, as it is to be looked at. */
type State = { readonly name: string; show(page: Page): Promise<void> }

describe.skipIf(missingBrowser.length > 0)(['the page', ...missingBrowser].join(' '), () => {
	let model: HeldModel
	let states: readonly State[] = []
	const journeys = startJourneys(async () => {
		model = await startHeldModel(schoolTrip.mistakes)
		return model
	})

	beforeAll(async () => {
		if (missingBrowser.length > 0) return
		const { url, ask, askAndWait } = journeys.service()
		const answered = await askAndWait(schoolTrip.question)
		const back = await askAndWait('A jacket costs $80. There is a $10 coupon and 25% off. How much do I pay?')
		const refusing = model.script('decompose', status(401, 'Incorrect API key provided.'))
		const failed = await askAndWait('A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much are they?')
		refusing[Symbol.dispose]()
		const hold = model.hold('alternatives')
		const working = await ask(schoolTrip.question)
		await hold.held
		states = statesOf(url, { answered, back, failed, working })
	})

	test.each(looks)('at $width pixels, $theme, is whole, fits and keeps the rules of accessibility', async (look) => {
		const newPage = await journeys.visit(look)
		const folder = await pictureFolder()
		const page = await newPage()
		for (const { name, show } of states) {
			await show(page)
			const path = join(folder, `${name}-${look.width}-${look.theme}.png`)
			await page.screenshot({ path })
			expect((await stat(path)).size, name).toBeGreaterThan(5_000)
			expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), name).toBeLessThanOrEqual(0)
			expect(await violationsOn(page), name).toEqual([])
			if (look.width < 640) expect(await page.evaluate(smallButtons), name).toEqual([])
		}
	})
})

/** What a thumb would miss: every button, and whatever looks like one, lower than 44 pixels. */
const smallButtons = `[...document.querySelectorAll('button, select, summary, .button, .quiet-button, .segment span, .chip span')]
	.map((button) => ({ name: button.ariaLabel ?? button.textContent, ...button.getBoundingClientRect().toJSON() }))
	.filter(({ width, height }) => width > 0 && height > 0 && height < 44)
	.map(({ name, height }) => name + ': ' + height)`

/** How many solutions stand in each row. */
const solutionRows = `(() => {
	const tops = [...document.querySelectorAll('.solution')].map((each) => each.getBoundingClientRect().top)
	return [...new Set(tops)].map((top) => tops.filter((other) => other === top).length)
})()`

/** Between facts there are marks, and none begins or ends a line: those which stand before the list's edge can't be seen. */
const marksOfFacts = `(() => {
	const list = document.querySelector('.facts-line')
	const edge = getComputedStyle(list).overflowX === 'clip' ? list.getBoundingClientRect().left : 0
	const facts = [...list.children].map((item) => {
		const { top, left } = item.getBoundingClientRect()
		const width = parseFloat(getComputedStyle(item, '::before').width)
		const isMarkedAfter = getComputedStyle(item, '::after').content !== 'none'
		return { text: item.textContent, top, isMarked: left + width > edge + 0.5, isMarkedAfter }
	})
	const begins = (index) => index === 0 || facts[index].top > facts[index - 1].top
	const isMisplaced = ({ isMarked, isMarkedAfter }, index) => isMarkedAfter || isMarked === begins(index)
	return {
		lines: facts.filter((_, index) => begins(index)).length,
		misplaced: facts.filter(isMisplaced).map(({ text }) => text),
	}
})()`
const marksSchema = z.object({ lines: z.number(), misplaced: z.array(z.string()) })

function statesOf(
	url: string,
	runs: Readonly<Record<'answered' | 'back' | 'failed' | 'working', Asked>>,
): readonly State[] {
	const { answered, back, failed, working } = runs
	return [
		{
			name: 'empty',
			show: async (page) => {
				await chatOn(page).open(url)
				await page.getByRole('heading', { name: 'Ask something worth thinking about' }).waitFor()
			},
		},
		{
			name: 'working',
			show: async (page) => {
				await page.goto(working.url)
				await chatOn(page).stage('Alternative solutions', 'running').waitFor()
			},
		},
		{
			name: 'question back',
			show: async (page) => {
				await page.goto(back.url)
				await page.getByRole('textbox', { name: 'Your reply' }).waitFor()
			},
		},
		{
			name: 'failed',
			show: async (page) => {
				await page.goto(failed.url)
				await page.getByText('Could not answer').waitFor()
			},
		},
		{
			name: 'answered',
			show: async (page) => {
				await page.goto(answered.url)
				await chatOn(page).answered()
				const { lines, misplaced } = marksSchema.parse(await page.evaluate(marksOfFacts))
				if ((page.viewportSize()?.width ?? 0) < 400) expect(lines).toBeGreaterThan(1)
				expect(misplaced).toEqual([])
			},
		},
		{
			name: 'all stages open',
			show: async (page) => {
				for (const summary of await page.locator('li.stage summary').all()) await summary.click()
				expect(await page.locator('.stage-body:visible').count()).toBe(6)
				const isPhone = (page.viewportSize()?.width ?? 0) < 400
				expect(await page.evaluate(solutionRows)).toEqual(isPhone ? [1, 1, 1, 1] : [2, 2])
				await page.locator('.solutions').scrollIntoViewIfNeeded()
			},
		},
		{
			name: 'not helpful',
			show: async (page) => {
				await chatOn(page).button('Not helpful').click()
				await page.locator('.reason-form').waitFor()
			},
		},
		{
			name: 'settings',
			show: async (page) => {
				await chatOn(page).button('Settings').click()
				await page.getByRole('dialog').getByLabel('Workflow').waitFor()
			},
		},
		{
			name: 'run page',
			show: async (page) => {
				await page.goto(answered.runUrl)
				await page.getByRole('row', { name: /run-end/ }).waitFor()
				// What an event says has room, also on a phone.
				const tallest = await page.evaluate(
					'Math.max(...[...document.querySelectorAll(".trace tr")].map((row) => row.offsetHeight))',
				)
				expect(tallest).toBeLessThan(160)
			},
		},
	]
}
