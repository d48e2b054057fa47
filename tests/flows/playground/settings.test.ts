import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { aMessage } from '../../support/builders.ts'
import { chatOn } from '../../support/chat-page.ts'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
import { takeWellPicture } from '../../support/pictures.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const tokens = { ada: 'adas-token-of-24-characters', bob: 'bobs-token-of-24-characters' }
const workspace = { platform: 'slack', workspaceId: 'T0123ABCD' }
const inGeneral = { ...workspace, channelId: 'C0GENERAL', personId: 'U0ADA' }
const widths = [390, 1_280]

describe.skipIf(missingBrowser.length > 0)(['settings', ...missingBrowser].join(' '), () => {
	const journeys = startJourneys(
		{ practice: [] },
		{ THREADWISE_TOKENS: `ada:${tokens.ada}:admin,bob:${tokens.bob}`, THREADWISE_USD_PER_DAY: '20' },
	)

	beforeAll(async () => {
		if (missingBrowser.length > 0) return
		const conversation = { ...workspace, channelId: inGeneral.channelId, threadId: '1796027800.000100' }
		const message = aMessage({ author: { id: inGeneral.personId, name: 'Ada' } })
		await journeys.service().runtime.store.record({ ...message, conversation })
	})

	const settingsNow = () => journeys.service().runtime.settingsStore.read(inGeneral)

	/** The panel of somebody who has come in with their token. */
	async function openPanel(
		who: keyof typeof tokens,
		width = 1_280,
		refused?: number,
	): Promise<{ page: Page; panel: Locator }> {
		const newPage = await journeys.visit({ width, height: 844, motion: false }, refused)
		const page = await newPage()
		await page.goto(`${journeys.service().url}/login`)
		await page.getByLabel('Token').fill(tokens[who])
		await page.getByRole('button', { name: 'Open' }).click()
		const chat = chatOn(page)
		await chat.composer.waitFor()
		await chat.button('Settings').click()
		return { page, panel: page.getByRole('dialog', { name: 'Settings' }) }
	}

	const save = async (panel: Locator) => {
		await panel.getByRole('button', { name: 'Save' }).click()
		await panel.getByText('Saved.').waitFor()
	}

	test.each(widths)(
		'an admin says in which channels of a workspace questions are answered, at %i pixels',
		async (width) => {
			const { page, panel } = await openPanel('ada', width)
			await panel.getByLabel('Place').selectOption({ label: 'Slack T0123ABCD' })
			const channels = panel.getByLabel('Allowed channels')
			await channels.waitFor()
			await panel.getByText('Empty: Everywhere, as usual. Seen here: C0GENERAL.').waitFor()
			await channels.fill(`C0GENERAL\nC0LAB${width}`)
			await panel.getByLabel('Direct messages').selectOption({ label: 'No' })
			await save(panel)
			expect((await settingsNow()).installation).toEqual({
				allowedChannels: ['C0GENERAL', `C0LAB${width}`],
				directMessages: false,
			})
			await takeWellPicture(page, 'settings, admin')
			await channels.fill('')
			await panel.getByLabel('Direct messages').selectOption({ label: 'Yes, as usual' })
			await save(panel)
			expect((await settingsNow()).installation).toEqual({})
		},
	)

	test('an admin sets a channel and a person below it, and sees what they inherit', async () => {
		const { page, panel } = await openPanel('ada')
		await panel.getByLabel('Place').selectOption({ label: 'Slack T0123ABCD' })
		await panel.getByLabel('Effort').selectOption({ label: 'High' })
		await save(panel)
		await panel.getByText('Channel', { exact: true }).click()
		await panel.getByText('Name a channel to see its settings.').waitFor()
		await panel.getByLabel('Id of the channel').fill(inGeneral.channelId)
		await panel.getByLabel('Id of the channel').press('Tab')
		expect(await panel.getByLabel('Effort').locator('option').first().textContent()).toBe('High, from the installation')
		await panel.getByLabel('Quiet').selectOption({ label: 'Yes' })
		await save(panel)
		await takeWellPicture(page, 'settings, channel')
		await panel.getByText('Person', { exact: true }).click()
		await panel.getByLabel('Id of the person').fill(inGeneral.personId)
		await panel.getByLabel('Id of the person').press('Tab')
		await panel.getByLabel('Dollars a day').fill('2.5')
		await save(panel)
		expect(await settingsNow()).toEqual({
			installation: { effort: 'high' },
			channel: { quiet: true },
			person: { usdPerDay: 2.5 },
		})
	})

	test('the playground is one channel, and an admin does not shut themselves out of it', async () => {
		const { page, panel } = await openPanel('ada', 1_280, 403)
		const people = panel.getByLabel('Allowed people')
		await people.waitFor()
		expect(await panel.getByLabel('Allowed channels').count()).toBe(0)
		expect(await panel.getByText('Channel', { exact: true }).count()).toBe(0)
		await panel.getByText('Empty: $20, from the configuration.').waitFor()
		await people.fill('bob')
		await panel.getByRole('button', { name: 'Save' }).click()
		const alert = panel.getByRole('alert')
		await alert.waitFor()
		expect(await alert.textContent()).toBe(
			'This would shut you out: you are not among the allowed people. Add yourself to them, as "ada", or leave the list empty to answer everybody.',
		)
		await takeWellPicture(page, 'settings, refused')
		await people.fill('bob\nada')
		await save(panel)
	})

	test.each(widths)(
		'who is no admin sees what holds for everybody, and changes their own, at %i pixels',
		async (width) => {
			const { page, panel } = await openPanel('bob', width)
			await panel.getByLabel('Effort').selectOption({ label: 'Low' })
			await save(panel)
			expect(await panel.getByLabel('Place').count()).toBe(0)
			await panel.getByText('Installation', { exact: true }).click()
			await panel.getByText('$20, from the configuration').waitFor()
			expect(await panel.getByRole('definition').allTextContents()).toContain('Medium, from the configuration')
			expect(await panel.locator('input:not([type=radio]), select, textarea').count()).toBe(0)
			expect(await panel.getByRole('button', { name: 'Save' }).count()).toBe(0)
			await takeWellPicture(page, 'settings, values')
		},
	)
})
