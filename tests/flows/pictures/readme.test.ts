import { describe, test, vi } from 'vitest'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
import { schoolTrip } from '../../support/school-trip.ts'
import { takeShownPicture } from '../../support/shown-pictures.ts'

// A browser, a database and a model are started before the first of them.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

/** More would make the front page of the repository slow to read. */
const mostBytes = 200_000

describe.skipIf(missingBrowser.length > 0)(['the pictures of the README', ...missingBrowser].join(' '), () => {
	// Answered as on a fresh machine: by the built-in model, which says so.
	const journeys = startJourneys({ practice: ['--latency-ms', '100', ...schoolTrip.mistakes] })

	test('show an answer with its reasoning folded, and unfolded, in the words of the page; UPDATE_PICTURES=1 takes them', async () => {
		const chat = await journeys.begin({ width: 1_120, height: 850, motion: false })
		await chat.ask(schoolTrip.question)
		await chat.answered()
		// The list of conversations hears of it a little later.
		await chat.page.locator('.open-mark').waitFor({ state: 'detached' })
		await takeShownPicture(chat.page, 'answer-folded', { mostBytes })
		await chat.openStage('Task decomposition')
		await chat.openStage('Self-correction')
		await chat.page.setViewportSize({ width: 1_120, height: 1_470 })
		await takeShownPicture(chat.page, 'answer-unfolded', { mostBytes })
	})
})
