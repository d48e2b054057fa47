import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
import { pictureFolder } from '../../support/pictures.ts'
import { schoolTrip } from '../../support/school-trip.ts'

// A browser, a database and a model are started before the first of them.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

/** More would make the front page of the repository slow to read. */
const mostBytes = 200_000

describe.skipIf(missingBrowser.length > 0)(['the pictures of the README', ...missingBrowser].join(' '), () => {
	// Answered as on a fresh machine: by the built-in model, which says so.
	const journeys = startJourneys({ practice: ['--latency-ms', '100', ...schoolTrip.mistakes] })

	test('show an answer with its reasoning folded, and unfolded; UPDATE_PICTURES=1 takes them for docs/pictures', async () => {
		const isWanted = Boolean(process.env.UPDATE_PICTURES)
		const folder = isWanted ? fileURLToPath(new URL('../../../docs/pictures', import.meta.url)) : await pictureFolder()
		const chat = await journeys.begin({ width: 1_120, height: 850, motion: false })
		await chat.ask(schoolTrip.question)
		await chat.answered()
		const take = async (name: string) => {
			// Neither a caret nor a place under the pointer belongs into a picture.
			await chat.page.mouse.move(0, 0)
			await chat.page.evaluate('document.activeElement.blur()')
			const path = join(folder, `${name}.png`)
			await chat.page.screenshot({ path, caret: 'hide' })
			expect((await stat(path)).size).toBeLessThan(mostBytes)
		}
		await take('answer-folded')
		await chat.openStage('Task decomposition')
		await chat.openStage('Self-correction')
		await chat.page.setViewportSize({ width: 1_120, height: 1_470 })
		await take('answer-unfolded')
	})
})
