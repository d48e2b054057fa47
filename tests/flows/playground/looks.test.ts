import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { chatOn } from '../../support/chat-page.ts'
import { type HeldModel, startHeldModel } from '../../support/held-model.ts'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
import { looks } from '../../support/looks.ts'
import type { Asked } from '../../support/page-service.ts'
import { takeWellPicture } from '../../support/pictures.ts'
import { schoolTrip } from '../../support/school-trip.ts'
import { status } from '../../support/scripted-model-server.ts'

// Everything that is looked at is asked before the first look; each look goes through all states.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

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
		const stopped = await stoppedDuring('execute')
		const hold = model.hold('alternatives')
		const working = await ask(schoolTrip.question)
		await hold.held
		states = statesOf(url, { answered, back, failed, stopped, working })
	})

	async function stoppedDuring(node: string): Promise<Asked> {
		using hold = model.hold(node)
		const { url, runtime, ask } = journeys.service()
		const asked = await ask(schoolTrip.question)
		await hold.held
		await fetch(`${url}/api/v1/runs/${asked.runId}/stop`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: '{}',
		})
		for await (const { kind } of runtime.store.follow(asked.runId, 0, AbortSignal.timeout(20_000))) {
			if (kind === 'run-stop') break
		}
		return asked
	}

	test.each(looks)('at $width pixels, $theme, is whole, fits and keeps the rules of accessibility', async (look) => {
		const page = await (await journeys.visit({ ...look, motion: false }))()
		for (const { name, show } of states) {
			await show(page)
			await takeWellPicture(page, name)
		}
	})
})

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

function isPhone(page: Page): boolean {
	return (page.viewportSize()?.width ?? 0) < 400
}

function statesOf(
	url: string,
	runs: Readonly<Record<'answered' | 'back' | 'failed' | 'stopped' | 'working', Asked>>,
): readonly State[] {
	const { answered, back, failed, stopped, working } = runs
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
			name: 'asking something else',
			show: async (page) => {
				await chatOn(page).button('Ask something else').click()
				await page.getByText('The one above still waits').waitFor()
			},
		},
		{
			name: 'stopped',
			show: async (page) => {
				await page.goto(stopped.url)
				await page.getByText('Stopped as you asked.').waitFor()
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
				if (isPhone(page)) expect(lines).toBeGreaterThan(1)
				expect(misplaced).toEqual([])
			},
		},
		{
			name: 'all stages open',
			show: async (page) => {
				for (const summary of await page.locator('li.stage summary').all()) await summary.click()
				expect(await page.locator('.stage-body:visible').count()).toBe(6)
				expect(await page.evaluate(solutionRows)).toEqual(isPhone(page) ? [1, 1, 1, 1] : [2, 2])
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
			name: 'editing',
			show: async (page) => {
				await page.locator('.reason-form').getByRole('button', { name: 'Cancel' }).click()
				await chatOn(page).button('Edit the question').click()
				await page.getByRole('textbox', { name: 'Edit your question' }).waitFor()
			},
		},
		{
			name: 'list of conversations',
			show: async (page) => {
				await page.keyboard.press('Escape')
				if (isPhone(page)) await chatOn(page).button('Show conversations').click()
				await page.getByRole('searchbox', { name: 'Search conversations' }).waitFor()
			},
		},
		{
			name: 'nothing found',
			show: async (page) => {
				await page.getByRole('searchbox', { name: 'Search conversations' }).fill('something that nobody has asked')
				await page.getByText('No conversation has').waitFor()
			},
		},
		{
			name: 'settings',
			show: async (page) => {
				if (isPhone(page)) await chatOn(page).button('Hide conversations').click()
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
