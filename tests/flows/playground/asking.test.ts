import { describe, expect, test, vi } from 'vitest'
import { type ChatPage, chatOn, type StageTitle, stageTitles } from '../../support/chat-page.ts'
import { type HeldModel, startHeldModel } from '../../support/held-model.ts'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
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
	const begin = async (): Promise<ChatPage> => {
		const newPage = await journeys.visit()
		const chat = chatOn(await newPage())
		await chat.open(journeys.service().url)
		return chat
	}

	test('six lines tick over while a hard question is worked on, and the answer comes above them', async () => {
		const chat = await begin()
		const holds = asking.map(([node, title]) => ({ title, hold: model.hold(node) }))
		await chat.ask(question)
		for (const { title, hold } of holds) {
			await chat.stage(title, 'running').waitFor()
			await hold.held
			const place = stageTitles.indexOf(title)
			for (const [index, other] of stageTitles.entries()) {
				if (index !== place) await chat.stage(other, index < place ? 'done' : 'to do').waitFor()
			}
			expect(await chat.page.locator('li.stage').count()).toBe(6)
			await chat.button('Stop').waitFor()
			hold.letGo()
		}
		await chat.answered()
		expect(await chat.thread.locator('.answer').innerText()).toContain(answer)
		for (const title of stageTitles) await chat.stage(title, 'done').waitFor()
		expect(await chat.button('Stop').count()).toBe(0)
		const facts = await chat.page.getByRole('list', { name: 'What it took' }).innerText()
		expect(facts).toMatch(/6 of 6 stages\s+medium effort\s+\d+ checks passed, \d+ failed\s+\w+ confidence\s+[\d.]+ s/)
		expect(facts).toMatch(/15 calls\s+[\d,]+ tokens\s+\$0\.\d+/)
		await recordsOf(chat)
	})

	test('an answer that is wanted now comes from what there is, and the record says what was left out', async () => {
		const chat = await begin()
		using hold = model.hold('alternatives')
		await chat.ask(question)
		await hold.held
		await chat.button('Answer now').click()
		await chat.answered()
		expect(await chat.thread.locator('.answer').innerText()).not.toBe('')
		await chat.stage('Systematic execution', 'done').waitFor()
		await chat.stage('Self-correction', 'left out').waitFor()
	})

	test('a reload in the middle of it loses nothing, and it goes on', async () => {
		const chat = await begin()
		using hold = model.hold('alternatives')
		await chat.ask(question)
		await hold.held
		await chat.stage('Alternative solutions', 'running').waitFor()
		const before = await linesOf(chat)
		await chat.page.reload()
		await chat.stage('Alternative solutions', 'running').waitFor()
		expect(await linesOf(chat)).toEqual(before)
		await chat.openStage('Task decomposition')
		hold.letGo()
		await chat.answered()
		expect(await chat.thread.locator('.answer').innerText()).toContain(answer)
		// What was opened while it worked stays open.
		expect(await chat.stage('Task decomposition').locator('.stage-body').isVisible()).toBe(true)
	})

	test('two tabs agree: what is asked, opened and stopped in one is seen in the other', async () => {
		const newPage = await journeys.visit()
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
		expect(await there.thread.innerText()).toBe(await here.thread.innerText())
		expect(await here.thread.innerText()).toContain('Stopped')
	})

	test('the keyboard alone asks, opens a stage and stops', async () => {
		const chat = await begin()
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
		expect(await chat.thread.innerText()).toContain('Stopped')
	})
})

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
		const record = await (await chat.openStage(title)).innerText()
		for (const part of says[title]) expect(record, title).toMatch(part)
	}
	expect(await chat.stage('Task decomposition').locator('svg .plan-node').count()).toBe(4)
}

/** Title and status of each line, as they are read out. */
async function linesOf(chat: ChatPage): Promise<readonly string[]> {
	const heads = await chat.page.locator('li.stage .stage-head').allTextContents()
	return heads.map((head) => head.replace(/\d+(?:\.\d+)? s/, ''))
}

async function focusedName({ page }: ChatPage): Promise<string> {
	return page.evaluate(() => {
		const { activeElement } = document
		return activeElement === document.body ? '' : (activeElement?.textContent ?? '')
	})
}

/** Goes on from the focus until it is on what has that name. */
async function tabTo(chat: ChatPage, name: RegExp, key = 'Tab'): Promise<void> {
	for (let steps = 0; steps < 60; steps++) {
		if (name.test(await focusedName(chat))) return
		await chat.page.keyboard.press(key)
	}
	throw new Error(`the keyboard can't reach ${name}`)
}
