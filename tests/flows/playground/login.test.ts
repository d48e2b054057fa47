import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { findBrowser, type OpenedBrowser, openBrowser } from '../../support/browser.ts'
import { chatOn } from '../../support/chat-page.ts'
import { missingBrowser } from '../../support/journeys.ts'
import { looks } from '../../support/looks.ts'
import { takeWellPicture } from '../../support/pictures.ts'
import { type RunningPlayground, startPlayground } from '../../support/playground.ts'

// A browser is started before the first of them.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

const token = 'a-token-of-at-least-24-characters'

describe.skipIf(missingBrowser.length > 0)(['the login page', ...missingBrowser].join(' '), () => {
	let browser: OpenedBrowser
	let playground: RunningPlayground

	beforeAll(async () => {
		const found = findBrowser()
		if ('missing' in found) return
		browser = await openBrowser(found.path)
		playground = await startPlayground({ access: { people: [{ id: 'ada', name: 'Ada', token, isAdmin: true }] } })
	})
	afterAll(async () => {
		await browser?.[Symbol.asyncDispose]()
		await playground?.[Symbol.asyncDispose]()
	})

	test.each(looks)('$width, $theme: says that a token is wrong, and opens with the right one', async (look) => {
		await using visitor = await browser.visit({ ...look, motion: false })
		const page = await visitor.newPage()
		await page.goto(`${playground.url}/login`)
		const enter = async (given: string) => {
			await page.getByLabel('Token').fill(given)
			await page.getByRole('button', { name: 'Open' }).click()
		}
		await takeWellPicture(page, 'login')
		await enter(`${token}x`)
		await page.getByRole('alert').waitFor()
		await takeWellPicture(page, 'login, refused')
		await enter(token)
		await chatOn(page).composer.waitFor()
		// Browsers complain of the refusal themselves.
		expect(visitor.misdeeds.filter((misdeed) => !misdeed.includes('status of 401'))).toEqual([])
	})
})
