import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { seenText } from './chat-page.ts'
import { pictureFolder } from './pictures.ts'

const shown = fileURLToPath(new URL('../../docs/pictures', import.meta.url))
const isWanted = Boolean(process.env.UPDATE_PICTURES)
const stale = 'docs/pictures no longer show what people see: take them anew, as CONTRIBUTING.md says'

export type ShownPictureOptions = {
	/** More would make what shows it slow to read. */
	readonly mostBytes: number
	/** Whether all of the page is taken, and not just what fits into the window. */
	readonly isWhole?: boolean
}

/** Takes a picture that the documentation shows, where that is wanted, and insists that its words are those that the page says now. */
export async function takeShownPicture(
	page: Page,
	name: string,
	{ mostBytes, isWhole = false }: ShownPictureOptions,
): Promise<void> {
	// Neither a caret nor a place under the pointer belongs into a picture.
	await page.mouse.move(0, 0)
	await page.evaluate('document.activeElement.blur()')
	const path = join(isWanted ? shown : await pictureFolder(), `${name}.png`)
	await page.screenshot({ path, caret: 'hide', fullPage: isWhole })
	expect((await stat(join(shown, `${name}.png`))).size, name).toBeLessThan(mostBytes)
	// Pixels differ from one machine to the next, so the words beside a picture tell whether it is still true.
	const words = await wordsOn(page)
	if (isWanted) await writeFile(join(shown, `${name}.txt`), words)
	expect(words, stale).toBe(await readFile(join(shown, `${name}.txt`), 'utf8'))
}

/** What can be read, without what is another each time: how long it has taken, which run it was, how much room there is. */
async function wordsOn(page: Page): Promise<string> {
	const lines = (await seenText(page.locator('body'))).split('\n').map((line) => line.trim())
	return `${lines.filter((line) => line !== '').join('\n')}\n`
		.replaceAll(/[\d.]+ s\b/g, '… s')
		.replaceAll(/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/g, '…')
		.replaceAll(/\b\d{17,20}\b/g, '…')
		.replaceAll(/[\d.]+ GB free/g, '… GB free')
}
