import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest'
import { findBrowser, type Look, type OpenedBrowser, openBrowser } from './browser.ts'
import { type ChatPage, chatOn } from './chat-page.ts'
import { type PageService, startPageService } from './page-service.ts'

/** A running Threadwise and a browser, for all journeys of a file. */
export type Journeys = {
	readonly service: () => PageService
	/**
	 * A visitor of this test's own, with as many tabs as asked for. Fails the test if one of them does what no page may do; `refused` is the
	 * status of requests that the test has refused, of which browsers complain.
	 */
	visit(look?: Partial<Look>, refused?: number): Promise<() => Promise<Page>>
	/** The same with one tab, in which the chat is open. */
	begin(look?: Partial<Look>): Promise<ChatPage>
	/** What the API answers. */
	api(path: string): Promise<unknown>
}

/** The browser of this machine, or what to install. */
export const browser = findBrowser()
/** What to install for journeys in a browser; nothing where it is there. */
export const missingBrowser: readonly string[] = 'missing' in browser ? [browser.missing] : []

/** Starts a model, or gives the arguments of the built-in one. */
export type JourneyModel =
	| (() => Promise<AsyncDisposable & { readonly baseUrl: string }>)
	| { readonly practice: readonly string[] }

/** Starts everything before the first test of the suite it is called in, and ends it after the last. `variables` are further settings. */
export function startJourneys(model: JourneyModel, variables: Readonly<Record<string, string>> = {}): Journeys {
	const opened = new AsyncDisposableStack()
	let started: { readonly service: PageService; readonly window: OpenedBrowser } | null = null
	const running = () => {
		if (started === null) throw new Error('the journeys have not begun')
		return started
	}
	beforeAll(async () => {
		if ('missing' in browser) return
		const models = typeof model === 'function' ? { url: opened.use(await model()).baseUrl } : model
		const [service, window] = await Promise.all([
			startPageService({ models, databaseDump: inject('databaseDump'), variables }),
			openBrowser(browser.path),
		])
		opened.use(service)
		opened.use(window)
		started = { service, window }
	})
	afterAll(() => opened.disposeAsync())
	const visit = visitsIn(() => running().window)
	return {
		service: () => running().service,
		visit,
		begin: async (look) => {
			const newPage = await visit(look)
			const chat = chatOn(await newPage())
			await chat.open(running().service.url)
			return chat
		},
		api: async (path) => {
			const response = await fetch(`${running().service.url}/api/v1${path}`)
			expect(response.status).toBe(200)
			return response.json()
		},
	}
}

/** How tests visit pages in a browser; their misdeeds fail the test. */
export function visitsIn(window: () => OpenedBrowser): Journeys['visit'] {
	return async (look, refused) => {
		const visitor = await window().visit(look)
		onTestFinished(async () => {
			await visitor[Symbol.asyncDispose]()
			const isRefusal = (misdeed: string) => misdeed.includes(`responded with a status of ${refused} `)
			expect(visitor.misdeeds.filter((misdeed) => !isRefusal(misdeed))).toEqual([])
		})
		return visitor.newPage
	}
}
