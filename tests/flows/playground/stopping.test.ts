import { describe, expect, test, vi } from 'vitest'
import { type ChatPage, type StageTitle, seenText, stageTitles } from '../../support/chat-page.ts'
import { type HeldModel, startHeldModel } from '../../support/held-model.ts'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
import { opposites, otherOpposites } from '../../support/looks.ts'
import { takePicture } from '../../support/pictures.ts'
import { schoolTrip } from '../../support/school-trip.ts'

// A browser, a database and a model are started before the first of them.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

/** What Stop promises: so soon after it was received, the last request to a model is closed. */
const withinMs = 1_000

/** What it asks for can't be computed, so that evaluating it asks a model. */
const gyms =
	'Gym A charges $30 a month and a $60 joining fee. Gym B charges $36 a month with no joining fee. Which gym is cheaper over 12 months, and by how much?'

type Stop = {
	/** Where in the workflow the model is held. */
	readonly node: string
	readonly title: StageTitle
	readonly question: string
	/** The best so far; null where there is no result yet. */
	readonly best: string | null
}
const understood = 'Find the number of buses as a number, from the 6 facts that the question gives.'
const workedOut = 'to get the number of seniors. → 96'
const { question } = schoolTrip
const stops: readonly Stop[] = [
	{ node: 'analyze', title: 'Problem analysis', question, best: null },
	{ node: 'decompose', title: 'Task decomposition', question, best: understood },
	{ node: 'execute', title: 'Systematic execution', question, best: understood },
	{ node: 'alternatives', title: 'Alternative solutions', question, best: workedOut },
	{ node: 'evaluate', title: 'Self-evaluation', question: gyms, best: 'Gym A' },
	{ node: 'correct', title: 'Self-correction', question, best: workedOut },
]

/** Each of them at both widths and in both colours; all of them together in every look. */
const stopsInLooks = stops.flatMap((stop, place) =>
	(place % 2 === 0 ? opposites : otherOpposites).map((look) => ({ ...stop, ...look })),
)

describe.skipIf(missingBrowser.length > 0)(['Stop, on the page', ...missingBrowser].join(' '), () => {
	let model: HeldModel
	const journeys = startJourneys(async () => {
		model = await startHeldModel(schoolTrip.mistakes)
		return model
	})
	/** Presses Stop, and returns when the page has sent it. */
	const stop = async ({ page, button }: ChatPage): Promise<number> => {
		const sent = page.waitForRequest((request) => request.url().endsWith('/stop')).then(() => Date.now())
		await button('Stop').click()
		return sent
	}

	test.each(stopsInLooks)(
		'$width, $theme: during $title ends it within a second and shows the best so far',
		async (given) => {
			const { node, title, best, width, height, theme } = given
			const chat = await journeys.begin({ width, height, theme })
			using hold = model.hold(node)
			await chat.ask(given.question, 'medium')
			await hold.held
			await chat.stage(title, 'running').waitFor()
			const stoppedAt = await stop(chat)
			await chat.answered()
			// Nothing is asked any more, and whatever was being asked was given up.
			await Promise.all(model.requests.map(({ closed }) => closed))
			for (const { startedAt, closedAt } of model.requests) {
				expect(startedAt).toBeLessThanOrEqual(stoppedAt)
				expect((closedAt ?? Number.NaN) - stoppedAt).toBeLessThan(withinMs)
			}
			const place = stageTitles.indexOf(title)
			const isSkippedAlready = (other: StageTitle) => given.question === gyms && other === 'Alternative solutions'
			for (const [index, other] of stageTitles.entries()) {
				const afterwards = index === place ? 'stopped' : 'left out'
				await chat.stage(other, index < place && !isSkippedAlready(other) ? 'done' : afterwards).waitFor()
			}
			await takePicture(chat.page, `stopped in ${title}`)
			const said = await seenText(chat.thread)
			expect(said).toContain('Stopped as you asked.')
			expect(said).toContain(`Left out: ${stageTitles.slice(place).join(', ')}.`)
			expect(said).toContain(best ?? 'There is no result yet.')
			// No button is left that does nothing.
			expect(await chat.button('Stop').count()).toBe(0)
			expect(await chat.button('Answer now').count()).toBe(0)
		},
	)

	test('before it is known how hard a question is ends it as well, and the next one is answered', async () => {
		const chat = await journeys.begin()
		using hold = model.hold('complexity')
		await chat.ask('Is it worth it for 3 people to join a gym together, and why?')
		await hold.held
		await stop(chat)
		await chat.answered()
		hold.letGo()
		expect(await seenText(chat.thread)).toContain('Stopped as you asked.')
		await chat.ask('What is 17 * 23?')
		await chat.thread.locator('.answer', { hasText: '391' }).waitFor()
		await chat.answered()
	})
})
