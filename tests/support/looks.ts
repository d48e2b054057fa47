import type { Look } from './browser.ts'

type SeenAs = Pick<Look, 'width' | 'height' | 'theme'>

/** The smallest that the page is made for. */
export const phone = { width: 390, height: 844 } as const
const desk = { width: 1_280, height: 800 } as const

/** In what ways people look at the page. */
export const looks: readonly SeenAs[] = [
	{ ...phone, theme: 'light' },
	{ ...phone, theme: 'dark' },
	{ ...desk, theme: 'light' },
	{ ...desk, theme: 'dark' },
]

/** Two looks that have both widths and both colours between them: for journeys that take too long for all four. */
export const opposites: readonly SeenAs[] = [
	{ ...phone, theme: 'dark' },
	{ ...desk, theme: 'light' },
]

/** The other two, so that the journeys of a file see all four. */
export const otherOpposites: readonly SeenAs[] = [
	{ ...phone, theme: 'light' },
	{ ...desk, theme: 'dark' },
]
