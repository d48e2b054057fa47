import { html } from 'hono/html'
import type { Markup } from './drawings.ts'

/** Not every machine has a font with pictures in it, so these are drawn. */
function icon(size: number, path: Markup): Markup {
	return html`<svg width="${size}" height="${size}" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">${path}</svg>`
}

export const chevronRight = icon(16, html`<path d="m8 5 5 5-5 5"/>`)
export const chevronDown = icon(16, html`<path d="m5 8 5 5 5-5"/>`)
export const cross = icon(18, html`<path d="m5 5 10 10M15 5 5 15"/>`)
export const eye = icon(14, html`<path d="M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5Z"/><circle cx="10" cy="10" r="2.2"/>`)
export const speech = icon(18, html`<path d="M3 5h14v9H9l-4 3v-3H3Z"/>`)
const thumb = html`<path d="M6 9v8H3V9Zm0 0 3.5-6.5c1.4 0 2 1 1.7 2.3L10.600 8H16c1 0 1.600.9 1.300 1.900l-1.500 5.700c-.2.800-.9 1.400-1.700 1.400H6"/>`
export const thumbUp = icon(17, thumb)
export const thumbDown = icon(17, html`<g transform="rotate(180 10 10)">${thumb}</g>`)
export const tick = icon(16, html`<circle cx="10" cy="10" r="8"/><path d="m6.500 10.200 2.400 2.400 4.600-5"/>`)
export const circle = icon(16, html`<circle cx="10" cy="10" r="8" stroke-dasharray="2.500 2.500"/>`)
export const spinner = icon(
	16,
	html`<circle cx="10" cy="10" r="8" opacity=".25"/><path d="M10 2a8 8 0 0 1 8 8" stroke-width="2.200"/>`,
)
export const warning = icon(16, html`<circle cx="10" cy="10" r="8"/><path d="M10 6v5M10 13.800v.2"/>`)
