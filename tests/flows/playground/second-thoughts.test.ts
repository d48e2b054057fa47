import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type ChatPage, seenText, stageTitles } from '../../support/chat-page.ts'
import { type HeldModel, startHeldModel } from '../../support/held-model.ts'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
import { opposites, otherOpposites } from '../../support/looks.ts'
import { takePicture, takeWellPicture } from '../../support/pictures.ts'

// A browser, a database and a model are started before the first of them.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

const notebooks = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'
const price = '$15.00'
const jacket = 'A jacket costs $80. There is a $10 coupon and 25% off. How much do I pay?'

const runsSchema = z.object({
	runs: z.array(
		z.object({
			runId: z.string(),
			kind: z.string(),
			state: z.string(),
			feedback: z.array(z.object({ helpful: z.boolean(), reason: z.string().nullable() })),
		}),
	),
})
const startSchema = z.object({
	records: z
		.tuple([z.object({ workflow: z.object({ name: z.string() }), settings: z.looseObject({}) })])
		.rest(z.unknown()),
})

describe.skipIf(missingBrowser.length > 0)(['an answer on the page', ...missingBrowser].join(' '), () => {
	let model: HeldModel
	const journeys = startJourneys(async () => {
		model = await startHeldModel()
		return model
	})
	const answerOf = (chat: ChatPage) => chat.thread.locator('.answer').last()
	const runsOf = async ({ page }: ChatPage) => {
		const threadId = /\/c\/(.+)$/.exec(page.url())?.[1] ?? ''
		return runsSchema.parse(await journeys.api(`/conversations/${threadId}`)).runs
	}

	test.each(otherOpposites)(
		'$width, $theme: is regenerated and thought about harder, and its versions stay within reach',
		async (look) => {
			const chat = await journeys.begin(look)
			await chat.ask(notebooks)
			await answerOf(chat).filter({ hasText: price }).waitFor()
			await chat.answered()
			await chat.button('Regenerate').click()
			const versions = chat.page.getByRole('navigation', { name: 'Versions of this answer' })
			await versions.getByText('Version 2 of 2').waitFor()
			await chat.answered()
			await takePicture(chat.page, 'regenerated')
			await chat.button('Think harder').click()
			await versions.getByText('Version 3 of 3').waitFor()
			await chat.answered()
			await takePicture(chat.page, 'thought harder')
			await chat.page.getByText('high effort', { exact: true }).waitFor()
			await versions.getByRole('button', { name: 'Older version' }).click()
			await versions.getByText('Version 2 of 3').waitFor()
			expect(await seenText(versions)).toContain('Regenerated')
			await versions.getByRole('button', { name: 'Older version' }).click()
			await versions.getByText('Version 1 of 3').waitFor()
			expect(await versions.getByRole('button', { name: 'Older version' }).isDisabled()).toBe(true)
			expect(await seenText(answerOf(chat))).toContain(price)
			expect(await chat.page.locator('article.exchange').count()).toBe(1)
			expect(await runsOf(chat)).toMatchObject([{ kind: 'question' }, { kind: 'regenerate' }, { kind: 'think-harder' }])
		},
	)

	test.each(opposites)('$width, $theme: comes after a question back that is replied to in its place', async (look) => {
		const chat = await journeys.begin(look)
		await chat.ask(jacket, 'medium')
		const back = chat.page.locator('.question-back')
		await back.getByText('coupon').first().waitFor()
		await back.getByRole('textbox', { name: 'Your reply' }).fill('The coupon first')
		await takePicture(chat.page, 'replying in its place')
		await back.getByRole('button', { name: 'Reply' }).click()
		await answerOf(chat).filter({ hasText: '52.50' }).waitFor()
		await chat.answered()
		await takePicture(chat.page, 'replied')
		expect(await seenText(chat.thread.locator('.clarified'))).toMatch(/You said\s+The coupon first/)
		expect(await runsOf(chat)).toMatchObject([{ kind: 'question', state: 'answered' }])
	})

	test.each(opposites)(
		'$width, $theme: also after one that is replied to where questions are written',
		async (look) => {
			const chat = await journeys.begin(look)
			await chat.ask(jacket, 'medium')
			await chat.page.getByText('Your answer to: Which').waitFor()
			await chat.page.getByRole('textbox', { name: 'Your answer' }).fill('25% first, please')
			await takeWellPicture(chat.page, 'replying where questions are written')
			await chat.composer.press('Enter')
			await answerOf(chat).filter({ hasText: '50' }).waitFor()
			await chat.answered()
			expect(await runsOf(chat)).toHaveLength(1)
		},
	)

	test.each(otherOpposites)(
		'$width, $theme: comes to something else that is asked while a question back waits, which can be answered afterwards',
		async (look) => {
			const chat = await journeys.begin(look)
			await chat.ask(jacket, 'medium')
			await chat.button('Ask something else').click()
			await chat.page.getByText('A new question. The one above still waits').waitFor()
			await takeWellPicture(chat.page, 'asking something else')
			await chat.ask('What is 17 * 23?', 'quick')
			await answerOf(chat).filter({ hasText: '391' }).waitFor()
			await chat.answered()
			expect(await runsOf(chat)).toMatchObject([{ state: 'waiting' }, { state: 'answered' }])
			await chat.button('Answer it instead').click()
			await chat.composer.fill('The coupon first')
			await chat.composer.press('Enter')
			await chat.thread.locator('.answer', { hasText: '52.50' }).waitFor()
			expect(await runsOf(chat)).toMatchObject([{ state: 'answered' }, { state: 'answered' }])
			await chat.composer.and(chat.page.getByRole('textbox', { name: 'Your question' })).waitFor()
		},
	)

	test.each(opposites)(
		'$width, $theme: is made anew for a question that is edited while it is worked on',
		async (look) => {
			const chat = await journeys.begin(look)
			using hold = model.hold('execute')
			await chat.ask(notebooks, 'medium')
			await hold.held
			await chat.button('Edit the question').click()
			const box = chat.page.getByRole('textbox', { name: 'Edit your question' })
			await box.fill(notebooks.replace('3 notebooks', '5 notebooks'))
			await takeWellPicture(chat.page, 'editing')
			await box.press('Enter')
			hold.letGo()
			await answerOf(chat).filter({ hasText: '$23.00' }).waitFor()
			await chat.answered()
			await takePicture(chat.page, 'edited')
			expect(await seenText(chat.thread.locator('.bubble'))).toContain('5 notebooks')
			expect(await runsOf(chat)).toMatchObject([
				{ kind: 'question', state: 'stopped' },
				{ kind: 'edited-question', state: 'answered' },
			])
		},
	)

	test('to a question that was edited since is no longer offered to be had again', async () => {
		const chat = await journeys.begin()
		await chat.ask('What is 17 * 23?')
		await answerOf(chat).filter({ hasText: '391' }).waitFor()
		await chat.answered()
		await chat.button('Edit the question').click()
		const box = chat.page.getByRole('textbox', { name: 'Edit your question' })
		await box.fill('What is 17 * 24?')
		await box.press('Enter')
		await answerOf(chat).filter({ hasText: '408' }).waitFor()
		await chat.answered()
		await chat.button('Older version').click()
		await answerOf(chat).filter({ hasText: '391' }).waitFor()
		await chat.page.getByRole('link', { name: 'Full record' }).waitFor()
		expect(await chat.button('Regenerate').count()).toBe(0)
		expect(await chat.button('Think harder').count()).toBe(0)
		expect(await chat.button('Helpful').count()).toBe(1)
		await chat.button('Newer version').click()
		await chat.answered()
	})

	test.each(otherOpposites)(
		'$width, $theme: is found unhelpful for a reason, which is kept, and helpful after all',
		async (look) => {
			const chat = await journeys.begin(look)
			await chat.ask('What is 17 * 23?')
			await chat.answered()
			await chat.button('Not helpful').click()
			await chat.page.getByLabel('A condition was missed').check()
			await chat.page.getByLabel('Anything else (optional)').fill('It was to be rounded.')
			await takePicture(chat.page, 'not helpful, since')
			await chat.page.locator('.reason-form').getByRole('button', { name: 'Send' }).click()
			await chat.page.getByText('Thank you.').waitFor()
			await takePicture(chat.page, 'not helpful, sent')
			await chat.page.locator('[aria-label="Not helpful"][aria-pressed="true"]').waitFor()
			expect(await runsOf(chat)).toMatchObject([
				{ feedback: [{ helpful: false, reason: 'A condition was missed. It was to be rounded.' }] },
			])
			await chat.page.reload()
			await chat.page.locator('[aria-label="Not helpful"][aria-pressed="true"]').waitFor()
			await chat.button('Helpful').click()
			await chat.page.locator('[aria-label="Helpful"][aria-pressed="true"]').waitFor()
			expect(await runsOf(chat)).toMatchObject([{ feedback: [{ helpful: true, reason: null }] }])
		},
	)

	test('is made as an admin has set it, from the next question on', async () => {
		const chat = await journeys.begin()
		const set = async (label: string, value: string) => {
			await chat.button('Settings').click()
			const panel = chat.page.getByRole('dialog', { name: 'Settings' })
			await panel.getByText('Installation', { exact: true }).click()
			await panel.getByLabel(label).selectOption(value)
			await panel.getByRole('button', { name: 'Save' }).click()
			await panel.getByText('Saved.').waitFor()
			await chat.page.keyboard.press('Escape')
			await panel.waitFor({ state: 'hidden' })
		}
		await set('Effort', 'low')
		await set('Workflow', 'quick')
		await chat.ask(notebooks)
		await chat.answered()
		const [run] = await runsOf(chat)
		const { records } = startSchema.parse(await journeys.api(`/runs/${run?.runId}/trace`))
		expect(records[0]).toMatchObject({ workflow: { name: 'quick' }, settings: { effort: 'low' } })
		await set('Effort', '')
		await set('Workflow', '')
	})

	test.each(opposites)('$width, $theme: has a page of its own, with its whole record and journal', async (look) => {
		const chat = await journeys.begin(look)
		await chat.ask(notebooks, 'medium')
		await chat.answered()
		await chat.page.getByRole('link', { name: 'Full record' }).click()
		const { page } = chat
		await page.getByRole('heading', { name: 'Stages' }).waitFor()
		expect(await seenText(page.getByRole('heading', { level: 1 }))).toBe(notebooks)
		for (const title of stageTitles) await page.locator('li.stage', { hasText: title }).waitFor()
		expect(await page.locator('li.stage .stage-body').first().isVisible()).toBe(true)
		await page.getByRole('button', { name: 'Close all' }).click()
		expect(await page.locator('li.stage .stage-body:visible').count()).toBe(0)
		await page.getByRole('row', { name: /run-end/ }).waitFor()
		await page
			.getByRole('row', { name: /run-start/ })
			.locator('summary')
			.click()
		await page.getByText('"workflowHash"').waitFor()
		await page.getByRole('link', { name: 'Back to the conversation' }).click()
		await chat.answered()
	})
})
