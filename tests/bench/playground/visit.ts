import { z } from 'zod'
import type { OpenedBrowser } from '../../support/browser.ts'
import { chatOn } from '../../support/chat-page.ts'
import { schoolTrip } from '../../support/school-trip.ts'

/** What somebody who opens a conversation and asks in it has waited for, in milliseconds. */
export type Waits = {
	/** Since the address was entered. */
	readonly firstPaintMs: number
	readonly firstContentfulPaintMs: number
	/** Until the answers of the conversation are on the screen. */
	readonly conversationMs: number
	/** Since Enter: until the question is on the screen, until it says that it is being answered, until a stage runs. */
	readonly questionMs: number
	readonly signOfLifeMs: number
	readonly firstStageMs: number
}

/** Notes in the page when something is first seen there: at the end of the frame that paints it. */
const watch = `
	const seen = {}
	const all = Promise.withResolvers()
	globalThis.allSeen = all.promise
	const exchanges = () => document.querySelectorAll('.exchange').length
	let before = Infinity
	const wanted = {
		conversation: () => document.querySelector('.run-after') !== null,
		question: () => exchanges() > before,
		signOfLife: () => document.querySelector('.run.queued .progress, .run.working .progress') !== null,
		firstStage: () => document.querySelector('li.stage.running') !== null,
	}
	const waiting = new Set(Object.keys(wanted))
	const paintedAt = (name) => {
		seen[name] = performance.now()
		waiting.delete(name)
		if (waiting.size === 0) all.resolve(seen)
	}
	const look = () => {
		for (const [name, isThere] of Object.entries(wanted)) {
			if (!isThere()) continue
			delete wanted[name]
			requestAnimationFrame(() => setTimeout(paintedAt, 0, name))
		}
	}
	new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true })
	addEventListener('keydown', ({ key, timeStamp }) => {
		if (key !== 'Enter') return
		seen.sent = timeStamp
		before = exchanges()
	}, true)
`
const paints = `Object.fromEntries(performance.getEntriesByType('paint').map(({ name, startTime }) => [name, startTime]))`

const paintsSchema = z.object({ 'first-paint': z.number(), 'first-contentful-paint': z.number() })
const seenSchema = z.object({
	conversation: z.number(),
	sent: z.number(),
	question: z.number(),
	signOfLife: z.number(),
	firstStage: z.number(),
})

/** Opens a conversation in which nothing goes on, with an empty cache, asks in it, and stops what was begun. */
export async function visitAndAsk(browser: OpenedBrowser, address: string): Promise<Waits> {
	await using visitor = await browser.visit()
	const page = await visitor.newPage()
	await page.addInitScript(watch)
	const chat = chatOn(page)
	await chat.open(address)
	await chat.answered()
	await chat.ask(schoolTrip.question)
	await page.locator('li.stage.running').first().waitFor()
	const painted = paintsSchema.parse(await page.evaluate(paints))
	const seen = seenSchema.parse(await page.evaluate('allSeen'))
	await chat.button('Stop').click()
	await chat.answered()
	if (visitor.misdeeds.length > 0) throw new Error(`The page does what it must not: ${visitor.misdeeds.join('\n')}`)
	return {
		firstPaintMs: painted['first-paint'],
		firstContentfulPaintMs: painted['first-contentful-paint'],
		conversationMs: seen.conversation,
		questionMs: seen.question - seen.sent,
		signOfLifeMs: seen.signOfLife - seen.sent,
		firstStageMs: seen.firstStage - seen.sent,
	}
}
