import type { Locator, Page } from 'playwright-core'

/** The chat as whoever looks at it finds things: by their names and roles. */
export type ChatPage = {
	readonly page: Page
	/** Where a question is written, or the answer to one. */
	readonly composer: Locator
	/** Everything of the conversation. */
	readonly thread: Locator
	/** The line of a stage, by its title, in the newest answer. */
	stage(title: StageTitle, status?: StageStatus): Locator
	button(name: string): Locator
	/** Opens the page, and waits until questions can be asked. */
	open(url: string): Promise<void>
	/** Writes a question and sends it, in a new conversation if none is open. */
	ask(question: string, effort?: string): Promise<void>
	/** Opens a stage and returns its record. */
	openStage(title: StageTitle): Promise<Locator>
	/** Waits until an answer, a stop or a failure is there that is the newest of so many versions or questions. */
	answered(): Promise<void>
}

export const stageTitles = [
	'Problem analysis',
	'Task decomposition',
	'Systematic execution',
	'Alternative solutions',
	'Self-evaluation',
	'Self-correction',
] as const
export type StageTitle = (typeof stageTitles)[number]

/** As it is read out behind the title. */
export type StageStatus = 'to do' | 'running' | 'done' | 'left out' | 'stopped' | 'failed'

export function chatOn(page: Page): ChatPage {
	const composer = page.getByRole('textbox', { name: /^Your (?:question|answer)$/ })
	const newest = page.locator('article.exchange').last()
	const button = (name: string) => page.getByRole('button', { name, exact: true })
	const stage = (title: StageTitle, status?: StageStatus) =>
		newest.locator('li.stage', { hasText: status === undefined ? title : `${title}, ${status}` })
	return {
		page,
		composer,
		thread: page.locator('.thread'),
		stage,
		button,
		open: async (url) => {
			await page.goto(url)
			await composer.waitFor()
		},
		ask: async (question, effort) => {
			if (effort !== undefined) await page.getByRole('combobox', { name: 'Effort' }).selectOption(effort)
			await composer.fill(question)
			await composer.press('Enter')
		},
		openStage: async (title) => {
			await stage(title).locator('summary').click()
			const record = stage(title).locator('.stage-body')
			await record.waitFor()
			return record
		},
		answered: () => newest.getByRole('button', { name: 'Regenerate' }).waitFor(),
	}
}

/** What can be seen of it, as it can be copied: unlike its text content, without what is folded. */
export function seenText(locator: Locator): Promise<string> {
	// biome-ignore lint/performance/useDomNodeTextContent: what is hidden shall be left out
	return locator.innerText()
}
