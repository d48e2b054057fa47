import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import type { AccessSettings, Person, TokenHolder } from './config.ts'
import { isRunKey, linkSecretOf } from './run-link.ts'
import { sameText } from './same-text.ts'
import { createSenderOf, type Sender, type SenderOf } from './sender.ts'

/** The headers by which a request is judged. */
export type Credentials = {
	readonly authorization: string | undefined
	/** The value of the session's cookie. */
	readonly session: string | undefined
}

export type Access = {
	readonly senderOf: SenderOf
	/** Whether a Host header names this server, so that no page elsewhere reaches it under a name of its own. */
	isOurHost(host: string | undefined): boolean
	/** Whether what a browser tells about where a request comes from names a page of this server. */
	isSameOrigin(from: RequestOrigin): boolean
	/** Who shows these; null: nobody known. */
	personWith(credentials: Credentials, now: Date): Person | null
	/** Whose token it is; null: nobody's. */
	holderOf(token: string): TokenHolder | null
	/** Whether the key was made for this run. */
	opensRun(runId: string, key: string): boolean
	/** The value of a cookie for whoever has shown their token. */
	newSession(holder: TokenHolder, now: Date): string
	readonly cookie: { readonly name: string; readonly isSecure: boolean; readonly maxAgeSeconds: number }
}

/** Null where the request has no such header: what is no browser sends neither. */
export type RequestOrigin = Pick<Sender, 'host' | 'protocol'> & {
	readonly origin: string | null
	readonly fetchSite: string | null
}

const sessionSeconds = 30 * 24 * 3_600
/** Whoever comes where nobody has a token: on their own machine, it is theirs. */
const ownerId = 'owner'

export function createAccess(settings: AccessSettings): Access {
	const { listensOn, publicUrl, people, trustedProxies, ownerName = 'Owner' } = settings
	const isSecure = publicUrl?.startsWith('https:') ?? false
	const publicHost = publicUrl === null ? null : new URL(publicUrl).host
	const linkSecret = linkSecretOf(people)
	const holderOf = (given: string) => people.find(({ token }) => sameText(given, token)) ?? null
	return {
		senderOf: createSenderOf(trustedProxies),
		isOurHost: (host) =>
			host !== undefined && (host.toLowerCase() === publicHost || isListeningAddress(host, listensOn)),
		isSameOrigin: ({ host, protocol, origin, fetchSite }) => {
			if (fetchSite !== null && fetchSite !== 'same-origin') return false
			return origin === null || origin === publicUrl || origin === `${protocol}://${host}`
		},
		personWith: ({ authorization, session = '' }, now) => {
			if (people.length === 0) return { id: ownerId, name: ownerName, isAdmin: true }
			const bearer = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? ''
			return holderOf(bearer) ?? people.find(({ token }) => isSession(session, token, now)) ?? null
		},
		holderOf,
		opensRun: (runId, key) => linkSecret !== null && isRunKey(key, linkSecret, runId),
		newSession: ({ token }, now) => sessionUntil(token, Math.floor(now.getTime() / 1_000) + sessionSeconds),
		// A cookie of this name is taken from nobody but this host, over https.
		cookie: { name: isSecure ? '__Host-threadwise' : 'threadwise', isSecure, maxAgeSeconds: sessionSeconds },
	}
}

/** Until when it holds, and a signature by which its holder is known; it ends for good when their token is changed. */
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
