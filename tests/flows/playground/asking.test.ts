import { describe, expect, test, vi } from 'vitest'
import { type ChatPage, chatOn, type StageTitle, seenText, stageTitles } from '../../support/chat-page.ts'
import { type HeldModel, startHeldModel } from '../../support/held-model.ts'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
import { opposites, otherOpposites } from '../../support/looks.ts'
import { takePicture } from '../../support/pictures.ts'
import { schoolTrip } from '../../support/school-trip.ts'

// A browser, a database and a model are started before the first of them.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

const { question, answer, mistakes } = schoolTrip
/** Those that ask a model, and the stage whose line is running then. Whether a whole number is one needs no model. */
const asking = [
	['analyze', 'Problem analysis'],
	['decompose', 'Task decomposition'],
	['execute', 'Systematic execution'],
	['alternatives', 'Alternative solutions'],
	['correct', 'Self-correction'],
] as const

describe.skipIf(missingBrowser.length > 0)(['on the page', ...missingBrowser].join(' '), () => {
	let model: HeldModel
	const journeys = startJourneys(async () => {
		model = await startHeldModel(mistakes)
		return model
	})

	test.each(opposites)(
		'$width, $theme: six lines tick over while a hard question is worked on, and the answer comes above them',
		async (look) => {
			const chat = await journeys.begin(look)
			const holds = asking.map(([node, title]) => ({ title, hold: model.hold(node) }))
			await chat.ask(question)
			for (const { title, hold } of holds) {
				await hold.held
				await showsAsRunning(chat, title)
				await takePicture(chat.page, `asking, ${title}`)
				hold.letGo()
			}
			await chat.answered()
			await takePicture(chat.page, 'asking, answered')
			expect(await seenText(chat.thread.locator('.answer'))).toContain(answer)
			for (const title of stageTitles) await chat.stage(title, 'done').waitFor()
			expect(await chat.button('Stop').count()).toBe(0)
			const facts = await seenText(chat.page.getByRole('list', { name: 'What it took' }))
			expect(facts).toMatch(
				/6 of 6 stages\s+medium effort\s+\d+ checks, \d+ failed and w\w+ corrected\s+high confidence\s+[\d.]+ s/,
			)
			expect(facts).toMatch(/16 calls\s+[\d,]+ tokens\s+\$0\.\d+/)
			await recordsOf(chat)
		},
	)

	test.each(otherOpposites)(
		'$width, $theme: an answer that is wanted now comes from what there is, and the record says what was left out',
		async (look) => {
			const chat = await journeys.begin(look)
			using hold = model.hold('alternatives')
			await chat.ask(question)
			await hold.held
			await chat.button('Answer now').click()
			await chat.answered()
			expect(await seenText(chat.thread.locator('.answer'))).not.toBe('')
			await chat.stage('Systematic execution', 'done').waitFor()
			await chat.stage('Self-correction', 'left out').waitFor()
			await takePicture(chat.page, 'answer now')
		},
	)

	test.each(otherOpposites)(
		'$width, $theme: a reload in the middle of it loses nothing, and it goes on',
		async (look) => {
			const chat = await journeys.begin(look)
			using hold = model.hold('alternatives')
			await chat.ask(question)
			await hold.held
			await chat.stage('Alternative solutions', 'running').waitFor()
			const before = await linesOf(chat)
			await chat.page.reload()
			await chat.stage('Alternative solutions', 'running').waitFor()
			expect(await linesOf(chat)).toEqual(before)
			await chat.openStage('Task decomposition')
			await takePicture(chat.page, 'reloaded in the middle')
			hold.letGo()
			await chat.answered()
			expect(await seenText(chat.thread.locator('.answer'))).toContain(answer)
			// What was opened while it worked stays open.
			expect(await chat.stage('Task decomposition').locator('.stage-body').isVisible()).toBe(true)
			await takePicture(chat.page, 'reloaded, answered')
		},
	)

	test.each(opposites)(
		'$width, $theme: two tabs agree: what is asked and stopped in one is seen in the other',
		async (look) => {
			const newPage = await journeys.visit(look)
			const [here, there] = [chatOn(await newPage()), chatOn(await newPage())]
			await here.open(journeys.service().url)
			using hold = model.hold('execute')
			await here.ask(question)
			await hold.held
			await there.open(here.page.url())
			await there.stage('Systematic execution', 'running').waitFor()
			await here.stage('Systematic execution', 'running').waitFor()
			expect(await linesOf(there)).toEqual(await linesOf(here))
			await there.button('Stop').click()
			await Promise.all([here.answered(), there.answered()])
			await takePicture(here.page, 'two tabs, here')
			await takePicture(there.page, 'two tabs, there')
			expect(await seenText(there.thread)).toBe(await seenText(here.thread))
			expect(await seenText(here.thread)).toContain('Stopped')
		},
	)

	test('the keyboard alone asks, opens a stage and stops', async () => {
		const chat = await journeys.begin()
		const { keyboard } = chat.page
		using hold = model.hold('execute')
		await chat.page.locator('body').press('Tab')
		expect(await focusedName(chat)).toBe('Skip to the question box')
		await keyboard.press('Enter')
		await keyboard.type(question)
		await keyboard.press('Enter')
		await hold.held
		await chat.stage('Systematic execution', 'running').waitFor()
		await tabTo(chat, /Stop/)
		await tabTo(chat, /Problem analysis/)
		await keyboard.press('Enter')
		await chat.stage('Problem analysis').locator('.stage-body').waitFor()
		await tabTo(chat, /Stop/, 'Shift+Tab')
		await keyboard.press('Enter')
		await chat.answered()
		expect(await seenText(chat.thread)).toContain('Stopped')
	})
})

/** That line runs, those before it are done, those behind it are to be done; and it can be stopped. */
async function showsAsRunning(chat: ChatPage, title: StageTitle): Promise<void> {
	const place = stageTitles.indexOf(title)
	await chat.stage(title, 'running').waitFor()
	for (const before of stageTitles.slice(0, place)) await chat.stage(before, 'done').waitFor()
	for (const behind of stageTitles.slice(place + 1)) await chat.stage(behind, 'to do').waitFor()
	expect(await chat.page.locator('li.stage').count()).toBe(stageTitles.length)
	await chat.button('Stop').waitFor()
}

/** Each stage opens to what it has found out. */
async function recordsOf(chat: ChatPage): Promise<void> {
	const says: Readonly<Record<StageTitle, readonly RegExp[]>> = {
		'Problem analysis': [/classes of 27|27/, /number of buses/, /The question says|compared/],
		'Task decomposition': [/s1/, /s4/, /from s\d/],
		'Systematic execution': [/Recomputed/, /worked out 2 times/],
		'Alternative solutions': [/Solutions side by side/, /weight/],
		'Self-evaluation': [/Not everything holds/, /5\.69 is not a whole number/],
		'Self-correction': [/Before\s+5\.69/, /After\s+6/, /kept/],
	}
	for (const title of stageTitles) {
		const body = await chat.openStage(title)
		const record = await seenText(body)
		for (const part of says[title]) expect(record, title).toMatch(part)
		await body.scrollIntoViewIfNeeded()
		await takePicture(chat.page, `asking, ${title} opened`)
	}
	expect(await chat.stage('Task decomposition').locator('svg .plan-node').count()).toBe(4)
}

/** Title and status of each line, as they are read out. */
async function linesOf(chat: ChatPage): Promise<readonly string[]> {
	const heads = await chat.page.locator('li.stage .stage-head').allTextContents()
	return heads.map((head) => head.replace(/\d+(?:\.\d+)? s/, ''))
}

/** Nothing while the focus is on no part of the page. */
async function focusedName({ page }: ChatPage): Promise<string> {
	const [name = ''] = await page.locator(':focus').allTextContents()
	return name
}

/** Goes on from the focus until it is on what has that name. */
async function tabTo(chat: ChatPage, name: RegExp, key = 'Tab'): Promise<void> {
	for (let steps = 0; steps < 60; steps++) {
		if (name.test(await focusedName(chat))) return
		await chat.page.keyboard.press(key)
	}
	throw new Error(`the keyboard can't reach ${name}`)
}
