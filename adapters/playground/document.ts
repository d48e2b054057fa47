import { html, raw } from 'hono/html'
import { importMap, preloads } from './assets.ts'

const preloadLinks = [
	...preloads.styles.map((path) => `<link rel="preload" href="/assets/${path}" as="style">`),
	...preloads.modules.map((path) => `<link rel="modulepreload" href="/assets/${path}">`),
].join('\n')

/** The one document of the page; it reads from its address what to show. */
export function pageDocument(nonce: string) {
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>Threadwise</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<script src="/assets/theme-first.ts"></script>
<link rel="stylesheet" href="/assets/style.css">
<script type="importmap" nonce="${nonce}">${raw(JSON.stringify(importMap).replaceAll('<', '\\u003c'))}</script>
${raw(preloadLinks)}
<script type="module" src="/assets/main.ts"></script>
</head>
<body>
<div id="app"></div>
<noscript>Threadwise shows how it reasons while it does, and needs JavaScript for that.</noscript>
</body>
</html>`
}

/** A document with a few words in it, as the page looks. Works without scripts. */
function plainDocument(title: string, content: ReturnType<typeof html>) {
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<script src="/assets/theme-first.ts"></script>
<link rel="stylesheet" href="/assets/style.css">
</head>
<body>
<main class="login">
${content}
</main>
</body>
</html>`
}

/** What people read where there is nothing; programs get JSON. */
export function nothingDocument({ message, fix }: { readonly message: string; readonly fix: string }) {
	return plainDocument(
		'Threadwise: nothing here',
		html`<h1>${message}</h1>
<p>${fix}</p>
<p><a href="/">Start a conversation</a></p>`,
	)
}

export type LoginForm = {
	/** Where to go afterwards. */
	readonly next: string
	/** What was wrong with the last attempt; null at the first. */
	readonly problem: string | null
}

/** Asks for the token. */
export function loginDocument({ next, problem }: LoginForm) {
	return plainDocument(
		'Threadwise: who are you?',
		html`<h1>Threadwise</h1>
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
<div class="login-field">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus${problem === null ? '' : raw(' aria-describedby="problem" aria-invalid="true"')}>
${problem === null ? '' : html`<p id="problem" role="alert">${problem}</p>`}
</div>
<button class="button primary" type="submit">Open</button>
<p>It is what <code>THREADWISE_TOKEN</code> says on the server, or what you were given as yours.</p>
</form>`,
	)
}

/**
 * A browser that comes from another site doesn't send the session's cookie along; it does when our own page sends it on. The login
 * page knows a session and goes where it was wanted to go, so whoever follows a link from a chat needn't log in again.
 */
export function onwardsDocument(next: string) {
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=/login?next=${encodeURIComponent(next)}">
<title>Threadwise</title>
</head>
<body></body>
</html>`
}
