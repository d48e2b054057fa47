import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect, test, vi } from 'vitest'
import { seenText } from '../../support/chat-page.ts'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
import { pictureFolder } from '../../support/pictures.ts'
import { schoolTrip } from '../../support/school-trip.ts'

// A browser, a database and a model are started before the first of them.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

/** More would make the front page of the repository slow to read. */
const mostBytes = 200_000
const shown = fileURLToPath(new URL('../../../docs/pictures', import.meta.url))
const isWanted = Boolean(process.env.UPDATE_PICTURES)
const stale = 'docs/pictures no longer show what the page says: take them anew, as CONTRIBUTING.md says'

describe.skipIf(missingBrowser.length > 0)(['the pictures of the README', ...missingBrowser].join(' '), () => {
	// Answered as on a fresh machine: by the built-in model, which says so.
	const journeys = startJourneys({ practice: ['--latency-ms', '100', ...schoolTrip.mistakes] })

	test('show an answer with its reasoning folded, and unfolded, in the words of the page; UPDATE_PICTURES=1 takes them', async () => {
		const chat = await journeys.begin({ width: 1_120, height: 850, motion: false })
		await chat.ask(schoolTrip.question)
		await chat.answered()
		// The list of conversations hears of it a little later.
		await chat.page.locator('.open-mark').waitFor({ state: 'detached' })
		const take = async (name: string) => {
			// Neither a caret nor a place under the pointer belongs into a picture.
			await chat.page.mouse.move(0, 0)
			await chat.page.evaluate('document.activeElement.blur()')
			const path = join(isWanted ? shown : await pictureFolder(), `${name}.png`)
			await chat.page.screenshot({ path, caret: 'hide' })
			expect((await stat(path)).size).toBeLessThan(mostBytes)
			// Pixels differ from one machine to the next, so the words beside a picture tell whether it is still true.
			const words = await wordsOn(chat.page)
			if (isWanted) await writeFile(join(shown, `${name}.txt`), words)
			expect(words, stale).toBe(await readFile(join(shown, `${name}.txt`), 'utf8'))
		}
		await take('answer-folded')
		await chat.openStage('Task decomposition')
		await chat.openStage('Self-correction')
		await chat.page.setViewportSize({ width: 1_120, height: 1_470 })
		await take('answer-unfolded')
	})
})

/** What can be read, without how long it has taken. */
async function wordsOn(page: Page): Promise<string> {
	const lines = (await seenText(page.locator('body'))).split('\n').map((line) => line.trim())
	return `${lines.filter((line) => line !== '').join('\n')}\n`.replaceAll(/[\d.]+ s\b/g, '… s')
}
