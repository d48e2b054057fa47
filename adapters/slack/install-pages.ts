import { html } from 'hono/html'
import { english } from '../../src/rendering/index.ts'

/** Something to press on a page. */
export type PageLink = { readonly href: string; readonly label: string }

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;display:grid;place-items:center;min-height:100vh}
main{max-width:34rem;padding:1.5rem}
h1{font-size:1.5rem;line-height:1.25}
a.press{display:inline-block;padding:.6rem 1.1rem;border-radius:.5rem;background:#1f2a44;color:#fff;text-decoration:none}
a.press:focus-visible{outline:3px solid #6b8cff;outline-offset:2px}
@media (prefers-color-scheme:dark){a.press{background:#c9d6ff;color:#10162a}}
`

/** Neither scripts nor anything from elsewhere; the address may hold a code, so nobody is told of it. */
export const pageHeaders: Readonly<Record<string, string>> = {
	'content-type': 'text/html; charset=utf-8',
	'content-security-policy':
		"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	'referrer-policy': 'no-referrer',
	'cache-control': 'no-store',
	'x-content-type-options': 'nosniff',
}

export type Page = {
	readonly title: string
	readonly text: string
	readonly link: PageLink | null
	/** Under a heading of their own. */
	readonly permissions?: readonly string[]
}

/** A page with a few words in it and one thing to press. */
export function installPage({ title, text, link, permissions = [] }: Page): string {
	const listed = html`<p>${english.install.permissions}</p>
<ul>${permissions.map((permission) => html`<li>${permission}</li>`)}</ul>`
	return `${html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
${permissions.length === 0 ? '' : listed}
${link === null ? '' : html`<p><a class="press" href="${link.href}">${link.label}</a></p>`}
</main>
</body>
</html>`}`
}
