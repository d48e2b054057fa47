import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

/** Where the system's Chromium is, or what to install. */
export type FoundBrowser = { readonly path: string } | { readonly missing: string }

/** How the page is looked at. */
export type Look = {
	readonly width: number
	readonly height: number
	readonly theme: 'light' | 'dark'
	/** Whether things may move. */
	readonly motion: boolean
}

/** Everything of one visitor: a profile of its own, whose tabs share cookies and storage. */
export type Visitor = AsyncDisposable & {
	/** A further tab. */
	newPage(): Promise<Page>
	/** Whatever a page must never do that one of the tabs has done: an error, a violation of its policy, a request that leaves this machine. */
	readonly misdeeds: readonly string[]
}

export type OpenedBrowser = AsyncDisposable & {
	readonly version: string
	visit(look?: Partial<Look>): Promise<Visitor>
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const usualLook: Look = { width: 1_280, height: 800, theme: 'light', motion: true }
/** Whatever is waited for is there within seconds, or it isn't coming. */
const patienceMs = 15_000

/** Nothing of the browser's own reaches the network, and no name but this machine's own leads anywhere. */
const launchArguments = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]

/**
 * Looks for a Chromium in the path.
 * @throws Error if there is none where CI is set: nothing may be skipped there.
 */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): FoundBrowser {
	const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
	const [path] = names.flatMap((name) => folders.map((folder) => join(folder, name))).filter(isProgram)
	if (path !== undefined) return { path }
	const missing = 'no Chromium: install it (apt-get install chromium).'
	if (env.CI) throw new Error(`CI is set, so nothing may be skipped: ${missing}`)
	return { missing }
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK)
		return true
	} catch {
		return false
	}
}

/** Starts a Chromium with a new profile, which is gone afterwards. */
export async function openBrowser(path: string): Promise<OpenedBrowser> {
	const browser = await chromium.launch({ executablePath: path, args: launchArguments })
	return {
		version: browser.version(),
		visit: async (choices = {}) => {
			const { width, height, theme, motion } = { ...usualLook, ...choices }
			const context = await browser.newContext({
				viewport: { width, height },
				colorScheme: theme,
				reducedMotion: motion ? 'no-preference' : 'reduce',
				locale: 'en-GB',
			})
			context.setDefaultTimeout(patienceMs)
			const misdeeds = await watchMisdeeds(context)
			return {
				newPage: () => context.newPage(),
				misdeeds,
				[Symbol.asyncDispose]: () => context.close(),
			}
		},
		[Symbol.asyncDispose]: () => browser.close(),
	}
}

/** Runs in the page: what its policy forbids is told as an error, whatever the browser makes of it. */
const tellOfPolicy = `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
	console.error("the policy's", violatedDirective, 'forbids', blockedURI, sample)
})`

async function watchMisdeeds(context: BrowserContext): Promise<readonly string[]> {
	const misdeeds: string[] = []
	await context.addInitScript(tellOfPolicy)
	context.on('request', (request) => {
		if (leavesThisMachine(request.url())) misdeeds.push(`request to ${request.url()}`)
	})
	context.on('console', (message) => {
		if (message.type() === 'error' || message.type() === 'warning') misdeeds.push(`console: ${message.text()}`)
	})
	context.on('weberror', (error) => misdeeds.push(`error: ${error.error().stack}`))
	context.on('page', (page) => {
		page.on('crash', () => misdeeds.push('the page has crashed'))
		page.on('dialog', (dialog) => {
			misdeeds.push(`dialog: ${dialog.message()}`)
			void dialog.dismiss()
		})
	})
	return misdeeds
}

function leavesThisMachine(address: string): boolean {
	const { protocol, hostname } = new URL(address)
	return !['data:', 'blob:', 'about:'].includes(protocol) && hostname !== '127.0.0.1'
}
