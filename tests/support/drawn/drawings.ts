import { readFile } from 'node:fs/promises'
import type { RootContent } from 'hast'
import { html, raw } from 'hono/html'
import { jsx } from 'hono/jsx'
import { afterAll, beforeAll } from 'vitest'
import { toTree } from '../../../adapters/playground/markdown.ts'
import { type OpenedBrowser, openBrowser } from '../browser.ts'
import { browser, visitsIn } from '../journeys.ts'
import { takeShownPicture } from '../shown-pictures.ts'

/** A part of a drawing, as HTML. */
export type Markup = ReturnType<typeof html> | ReturnType<typeof jsx>

/** Whose look a drawing follows, roughly. */
export type Client = 'slack' | 'discord' | 'terminal'

/** How people and channels are called, by their ids. */
export type Names = (id: string) => string

/** Pictures for the guides, drawn from what Threadwise has sent. */
export type Drawings = {
	/** Takes the picture of that name, or insists that the words beside it are still those of the drawing. */
	take(client: Client, name: string, drawing: Markup): Promise<void>
}

const width = 760
/** Several of them stand on one page. */
const mostBytes = 120_000

/** Starts a browser before the first test of the suite it is called in, and ends it after the last. */
export function startDrawings(): Drawings {
	let window: OpenedBrowser | null = null
	const opened = () => {
		if (window === null) throw new Error('the browser is not open')
		return window
	}
	beforeAll(async () => {
		if ('path' in browser) window = await openBrowser(browser.path)
	})
	afterAll(() => window?.[Symbol.asyncDispose]())
	const visit = visitsIn(opened)
	return {
		take: async (client, name, drawing) => {
			const newPage = await visit({ width, height: 100, motion: false })
			const page = await newPage()
			await page.setContent(await documentOf(client, drawing))
			await takeShownPicture(page, name, { mostBytes, isWhole: true })
		},
	}
}

async function documentOf(client: Client, drawing: Markup): Promise<string> {
	const style = async (name: string) => raw(await readFile(new URL(`${name}.css`, import.meta.url), 'utf8'))
	const document = await html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${client}</title><style>${await style('drawn')}${await style(client)}</style></head>
<body>${drawing}</body>
</html>`
	return String(document)
}

/** Markdown as a client shows it. */
export function markdownMarkup(markdown: string): Markup {
	return html`${toTree(markdown).children.map(elementMarkup)}`
}

function elementMarkup(node: RootContent): Markup {
	if (node.type === 'text') return html`${node.value}`
	return node.type === 'element' ? jsx(node.tagName, {}, ...node.children.map(elementMarkup)) : html``
}
