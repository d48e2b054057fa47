import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { conversationOf } from '../../../adapters/playground/receive.ts'
import { violationsOn } from '../../support/accessibility.ts'
import { aMessage } from '../../support/builders.ts'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
import { opposites } from '../../support/looks.ts'
import { takePicture } from '../../support/pictures.ts'

// A browser and a database are started before the first of them.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

const questions = 45

describe.skipIf(missingBrowser.length > 0)(['a long conversation', ...missingBrowser].join(' '), () => {
	const journeys = startJourneys({ practice: [] })
	const threadId = randomUUID()

	beforeAll(async () => {
		if (missingBrowser.length > 0) return
		const { store } = journeys.service().runtime
		const busy = { code: 'busy', message: 'Too many questions wait.', fix: 'Try again in a minute.' } as const
		for (let number = 1; number <= questions; number += 1) {
			const asked = aMessage({ text: `Question ${number}?`, author: { id: 'owner', name: 'Ada' } })
			await store.record({ ...asked, conversation: conversationOf(threadId) }, busy)
		}
	})

	test.each(opposites)(
		'begins with its newest questions, and shows earlier ones by the keyboard: $width',
		async (look) => {
			const page = await (await journeys.visit({ ...look, motion: false }))()
			await page.goto(`${journeys.service().url}/c/${threadId}`)
			const exchanges = page.locator('article.exchange')
			await page.getByText('Question 45?').first().waitFor()
			const earlier = page.getByRole('button', { name: /^Show earlier questions/ })
			expect(await earlier.textContent()).toContain('(25 more)')
			await untilRead(page, 20)
			await earlier.focus()
			const before = await topOf(page, 'Question 26?')
			await page.keyboard.press('Enter')
			await untilRead(page, 40)
			expect(Math.abs((await topOf(page, 'Question 26?')) - before)).toBeLessThan(20)
			await page.getByText('40 of 45 questions shown').waitFor({ state: 'attached' })
			expect(await page.evaluate('document.activeElement.textContent')).toContain('(5 more)')
			expect(await violationsOn(page)).toEqual([])
			await earlier.scrollIntoViewIfNeeded()
			await takePicture(page, 'long')
			await page.keyboard.press('Enter')
			await untilRead(page, questions)
			expect(await earlier.count()).toBe(0)
			expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Question 1?')
			expect(await exchanges.first().getByText('Too many questions wait.').count()).toBe(1)
		},
	)
})

/** Until so many questions are shown, each with what became of it. */
async function untilRead(page: Page, count: number): Promise<void> {
	const outcomes = page.locator('.exchange .callout.failed')
	await vi.waitUntil(async () => (await outcomes.count()) === count, { timeout: 10_000, interval: 20 })
}

async function topOf(page: Page, question: string): Promise<number> {
	const box = await page.getByRole('article', { name: question, exact: true }).boundingBox()
	return box?.y ?? Number.NaN
}
