import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { violationsOn } from './accessibility.ts'

const folder = fileURLToPath(new URL('../../.vitest/pictures', import.meta.url))
/** A page that shows nothing is smaller than that. */
const leastBytes = 5_000

/** Where the pictures lie that tests take, to be looked at. Git ignores it. */
export async function pictureFolder(): Promise<string> {
	await mkdir(folder, { recursive: true })
	return folder
}

/** Takes a picture of the page, named after what is seen and in which look, and insists that the page fits and can be pressed with a thumb. */
export async function takePicture(page: Page, name: string): Promise<void> {
	const { width = 0 } = page.viewportSize() ?? {}
	const theme = await page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"')
	const path = join(await pictureFolder(), `${name}-${width}-${theme}.png`)
	await page.screenshot({ path, animations: 'disabled' })
	expect((await stat(path)).size, name).toBeGreaterThan(leastBytes)
	expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), name).toBeLessThanOrEqual(0)
	if (width < 640) expect(await page.evaluate(smallButtons), name).toEqual([])
}

/** The same, of a page that keeps the rules of accessibility as it is now. */
export async function takeWellPicture(page: Page, name: string): Promise<void> {
	await takePicture(page, name)
	expect(await violationsOn(page), name).toEqual([])
}

/** What a thumb would miss: every button, and whatever looks like one, lower than 44 pixels. */
const smallButtons = `[...document.querySelectorAll('button, select, summary, input:not([type=radio], [type=checkbox], [type=hidden]), .button, .quiet-button, .segment span, .chip span, .conversation')]
	.map((button) => ({ name: button.ariaLabel ?? button.textContent, ...button.getBoundingClientRect().toJSON() }))
	.filter(({ width, height }) => width > 0 && height > 0 && height < 44)
	.map(({ name, height }) => name + ': ' + height)`
