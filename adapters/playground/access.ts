import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import type { AccessSettings } from './config.ts'
import { isRunKey } from './run-link.ts'
import { sameText } from './same-text.ts'

/** The headers by which a request is judged. */
export type Credentials = {
	readonly authorization: string | undefined
	/** The value of the session's cookie. */
	readonly session: string | undefined
}

export type Access = {
	/** Whether everybody must show the token. */
	readonly needsToken: boolean
	/** Whether a Host header names this server, so that no page elsewhere reaches it under a name of its own. */
	isOurHost(host: string | undefined): boolean
	/** Whether what a browser tells about where a request comes from names a page of this server. */
	isSameOrigin(from: RequestOrigin): boolean
	isKnown(credentials: Credentials, now: Date): boolean
	isToken(token: string): boolean
	/** Whether the key was made for this run. */
	opensRun(runId: string, key: string): boolean
	/** The value of a cookie for whoever has shown the token. */
	newSession(now: Date): string
	readonly cookie: { readonly name: string; readonly isSecure: boolean; readonly maxAgeSeconds: number }
}

/** Null where the request has no such header: what is no browser sends neither. */
export type RequestOrigin = {
	readonly host: string
	readonly origin: string | null
	readonly fetchSite: string | null
}

const sessionSeconds = 30 * 24 * 3_600

export function createAccess({ listensOn, publicUrl, token }: AccessSettings): Access {
	const isSecure = publicUrl?.startsWith('https:') ?? false
	const publicHost = publicUrl === null ? null : new URL(publicUrl).host
	const isToken = (given: string) => token !== null && sameText(given, token)
	return {
		needsToken: token !== null,
		isOurHost: (host) =>
			host !== undefined && (host.toLowerCase() === publicHost || isListeningAddress(host, listensOn)),
		isSameOrigin: ({ host, origin, fetchSite }) => {
			if (fetchSite !== null && fetchSite !== 'same-origin') return false
			return origin === null || origin === publicUrl || origin === `http://${host}`
		},
		isKnown: ({ authorization, session }, now) => {
			if (token === null) return true
			const bearer = /^Bearer (.+)$/.exec(authorization ?? '')?.[1]
			return (bearer !== undefined && isToken(bearer)) || (session !== undefined && isSession(session, token, now))
		},
		isToken,
		opensRun: (runId, key) => token !== null && isRunKey(key, token, runId),
		newSession: (now) => sessionUntil(token ?? '', Math.floor(now.getTime() / 1_000) + sessionSeconds),
		// A cookie of this name is taken from nobody but this host, over https.
		cookie: { name: isSecure ? '__Host-threadwise' : 'threadwise', isSecure, maxAgeSeconds: sessionSeconds },
	}
}

/** Until when it holds, and a signature; it ends for good when the token is changed. */
function sessionUntil(token: string, until: number): string {
	return `${until}.${createHmac('sha256', token).update(`session ${until}`).digest('base64url')}`
}

function isSession(session: string, token: string, now: Date): boolean {
	const until = Number(/^(\d{1,15})\./.exec(session)?.[1] ?? 0)
	return sameText(session, sessionUntil(token, until)) && until * 1_000 > now.getTime()
}

const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])
const everyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

export function isLoopback(host: string): boolean {
	return loopbackNames.has(bracketed(host)) || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/**
 * Whoever listens on all addresses can't know them all: a container has others than those by which it is reached. Any address
 * in numbers will do then; it is names that a page elsewhere could have made to lead here.
 */
function isListeningAddress(header: string, { host, port }: AccessSettings['listensOn']): boolean {
	const url = URL.canParse(`http://${header}`) ? new URL(`http://${header}`) : null
	if (url === null || url.host !== header.toLowerCase().replace(/:80$/, '')) return false
	if (everyAddress.has(host)) return isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0 || url.hostname === 'localhost'
	const isOurPort = (url.port === '' ? 80 : Number(url.port)) === port
	return isOurPort && (url.hostname === bracketed(host) || (isLoopback(host) && loopbackNames.has(url.hostname)))
}

function bracketed(host: string): string {
	return isIP(host) === 6 ? `[${host}]` : host.toLowerCase()
}
