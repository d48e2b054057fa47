import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { NONCE, secureHeaders } from 'hono/secure-headers'
import { z } from 'zod'
import type { Access } from './access.ts'
import { type ApiParts, createApi } from './api.ts'
import { openAssets } from './assets.ts'
import type { Person } from './config.ts'
import { loginDocument, nothingDocument, onwardsDocument, pageDocument } from './document.ts'
import { RequestFailure, toFailure } from './failure.ts'
import type { Limits } from './limits.ts'
import type { ApiEnv, Visitor } from './visitor.ts'

export type ClientParts = ApiParts & {
	readonly access: Access
	readonly limits: Limits
}

export type PlaygroundRoutes = Hono<PageEnv>
/** Of whatever a request is for: it came over this server. */
type Served = { Bindings: HttpBindings }
type PageEnv = { Bindings: HttpBindings; Variables: { secureHeadersNonce: string } }

/** Questions are limited by the configuration; this is what reading them at all may cost. */
const largestBody = 64 * 1024
const streamRetryMs = 10_000

/** The playground as people and programs reach it: the page, its files, and the API. */
export function createClient(parts: ClientParts): PlaygroundRoutes {
	const { access, onTrouble } = parts
	const app = new Hono<PageEnv>()
	app.onError((error, context) => {
		const failure = toFailure(error)
		if (failure.status === 500) onTrouble(error)
		if (failure.retryAfterMs !== null) context.header('Retry-After', `${Math.ceil(failure.retryAfterMs / 1_000)}`)
		return context.json(failure.body, failure.status)
	})
	app.notFound(nothing)
	app.use(securityHeaders(access))
	app.use(async (context, next) => {
		if (!access.isOurHost(access.senderOf(context.env.incoming).host)) throw wrongHost
		return next()
	})
	app.use(bodyLimit({ maxSize: largestBody, onError: () => Promise.reject(tooLarge) }))
	app.route('/api/v1', guardedApi(parts))
	addAssets(app)
	addLogin(app, parts)
	addPages(app, parts)
	return app
}

function securityHeaders({ cookie }: Access): MiddlewareHandler {
	const self = "'self'"
	return secureHeaders({
		contentSecurityPolicy: {
			defaultSrc: ["'none'"],
			scriptSrc: [self, NONCE],
			styleSrc: [self],
			imgSrc: [self, 'data:'],
			connectSrc: [self],
			fontSrc: [self],
			formAction: [self],
			baseUri: ["'none'"],
			frameAncestors: ["'none'"],
		},
		crossOriginOpenerPolicy: 'same-origin',
		crossOriginResourcePolicy: 'same-origin',
		// Other sites learn no address, which may hold a key. With none at all, forms of ours would come from the origin "null".
		referrerPolicy: 'same-origin',
		xFrameOptions: 'DENY',
		strictTransportSecurity: cookie.isSecure,
		permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [], usb: [], browsingTopics: [] },
	})
}

/** The API for those who may use it, from where they may, as often as they may. */
function guardedApi(parts: ClientParts): Hono<ApiEnv> {
	const { access, limits } = parts
	const api = new Hono<ApiEnv>()
	api.use(async (context, next) => {
		checkOrigin(context, access)
		return next()
	})
	api.use(async (context, next) => {
		// The description of the API is no secret, and says how to get in.
		if (context.req.path.endsWith('/openapi.json')) return next()
		context.set('visitor', await visitorOf(context, { access, limits }))
		return next()
	})
	api.use(async (context, next) => {
		await countRequest(context, { access, limits })
		return next()
	})
	api.route('/', createApi(parts))
	return api
}

/**
 * What changes something, and a stream, is asked for by our own page or by no page at all. Reading by other pages is refused as far
 * as the browser says that it is one.
 */
function checkOrigin<Env extends Served>(context: Context<Env>, access: Access): void {
	const { req, env } = context
	const { host, protocol } = access.senderOf(env.incoming)
	const fetchSite = req.header('sec-fetch-site') ?? null
	const isRead = req.method === 'GET' && !isStream(context)
	const from = {
		host,
		protocol,
		origin: req.header('origin') ?? null,
		// `none` is what a person has typed into the address bar.
		fetchSite: isRead && fetchSite === 'none' ? null : fetchSite,
	}
	if (!access.isSameOrigin(from)) throw wrongOrigin
}

function isStream({ req }: Context): boolean {
	return req.path.endsWith('/events')
}

type Doorkeeper = Pick<ClientParts, 'access' | 'limits'>

async function visitorOf(context: Context<ApiEnv>, { access, limits }: Doorkeeper): Promise<Visitor> {
	const person = await personOf(context, { access, limits })
	if (person !== null) return { kind: 'person', person }
	const { req } = context
	// Ids of runs need no escaping; what does is none.
	const runId = /\/runs\/([\w-]+)(?:\/events|\/trace)?$/.exec(req.path)?.[1]
	const key = req.query('key')
	if (req.method === 'GET' && runId !== undefined && key !== undefined && access.opensRun(runId, key)) {
		return { kind: 'guest', runId }
	}
	throw unauthorized
}

/** Who makes a request, by the token or session that it shows; null: nobody known. */
async function personOf<Env extends Served>(
	context: Context<Env>,
	{ access, limits }: Doorkeeper,
): Promise<Person | null> {
	const authorization = context.req.header('authorization')
	const session = getCookie(context, access.cookie.name)
	const person = access.personWith({ authorization, session }, new Date())
	if (person === null && authorization !== undefined) await countFailure(context, { access, limits })
	return person
}

/**
 * Whoever shows a wrong token too often has to wait, so that nobody guesses it. Only wrong ones are counted, and only after a look at
 * them: many share an address behind a proxy, and one of them must not keep the others out.
 */
async function countFailure<Env extends Served>(context: Context<Env>, { access, limits }: Doorkeeper): Promise<void> {
	const waitMs = await limits.count('failed-login', [access.senderOf(context.env.incoming).address])
	if (waitMs !== null) throw tooMuch('attempts to come in', waitMs)
}

async function countRequest(context: Context<ApiEnv>, { access, limits }: Doorkeeper): Promise<void> {
	const { address } = access.senderOf(context.env.incoming)
	if (isStream(context)) {
		// It would be answered without its body, and go on for nobody.
		if (context.req.method === 'HEAD') throw noHead
		const waitMs = await limits.count('stream', [address])
		if (waitMs !== null) throw tooMuch('new streams', waitMs)
		// Counted as open once it is: the request may still be refused for what it asks for.
		context.set('openStream', () => {
			const stream = limits.openStream(address)
			if (stream === null) throw tooMuch('open streams', streamRetryMs)
			return stream
		})
		return
	}
	if (context.req.method === 'GET') return
	const isQuestion = context.req.method === 'POST' && context.req.path.endsWith('/messages')
	const visitor = context.get('visitor')
	const whose = visitor.kind === 'person' ? [address, `person ${visitor.person.id}`] : [address]
	const waitMs = await limits.count(isQuestion ? 'question' : 'write', whose)
	if (waitMs !== null) throw tooMuch(isQuestion ? 'questions' : 'changes', waitMs)
}

function addAssets(app: Hono<PageEnv>): void {
	const assets = openAssets()
	app.get('/assets/*', (context) => {
		const asset = assets.read(context.req.path.slice('/assets/'.length))
		if (asset === null) throw nothingHere
		context.header('ETag', asset.etag)
		context.header('Cache-Control', 'no-cache')
		if (context.req.header('if-none-match') === asset.etag) return context.body(null, 304)
		return context.body(asset.body, 200, { 'Content-Type': asset.type })
	})
}

const loginSchema = z.object({ token: z.string().max(1_000), next: z.string().max(1_000).catch('/') })

function addLogin(app: Hono<PageEnv>, { access, limits }: ClientParts): void {
	const { cookie } = access
	const attributes = { httpOnly: true, sameSite: 'Strict', path: '/', secure: cookie.isSecure } as const
	app.get('/login', async (context) => {
		const next = localPath(context.req.query('next') ?? '/')
		context.header('Cache-Control', 'no-store')
		if ((await personOf(context, { access, limits })) !== null) return context.redirect(next, 303)
		return context.html(loginDocument({ next, problem: null }))
	})
	app.post('/login', async (context) => {
		checkOrigin(context, access)
		const form = loginSchema.safeParse(await context.req.parseBody())
		if (!form.success) throw badForm
		const next = localPath(form.data.next)
		const holder = access.holderOf(form.data.token)
		if (holder === null) {
			await countFailure(context, { access, limits })
			return context.html(loginDocument({ next, problem: 'That is nobody’s token.' }), 401)
		}
		const session = access.newSession(holder, new Date())
		setCookie(context, cookie.name, session, { ...attributes, maxAge: cookie.maxAgeSeconds })
		return context.redirect(next, 303)
	})
	app.post('/logout', (context) => {
		checkOrigin(context, access)
		deleteCookie(context, cookie.name, attributes)
		return context.redirect('/login', 303)
	})
}

/** Only where this server leads: an address elsewhere could look like ours. */
function localPath(next: string): string {
	return /^\/(?![/\\])[\w\-./~%?=&]*$/.test(next) ? next : '/'
}

function addPages(app: Hono<PageEnv>, { access, limits }: ClientParts): void {
	const show = async (context: Context<PageEnv>) => {
		context.header('Cache-Control', 'no-store')
		const { runId, threadId } = context.req.param()
		const key = context.req.query('key')
		const isGuest = runId !== undefined && key !== undefined && access.opensRun(runId, key)
		if (isGuest || (await personOf(context, { access, limits })) !== null) {
			const isNowhere = threadId !== undefined && !z.uuid().safeParse(threadId).success
			return isNowhere ? nothing(context) : context.html(pageDocument(context.get('secureHeadersNonce')))
		}
		const { pathname, search } = new URL(context.req.url)
		const next = localPath(`${pathname}${search}`)
		if (context.req.header('sec-fetch-site') === 'cross-site') return context.html(onwardsDocument(next))
		return context.html(loginDocument({ next, problem: null }), 401)
	}
	for (const path of ['/', '/c/:threadId', '/runs/:runId']) app.get(path, show)
}

/** Whoever typed an address reads a page, a program its own language. */
function nothing(context: Context): Response | Promise<Response> {
	const wantsPage = context.req.header('accept')?.includes('text/html') === true
	return wantsPage ? context.html(nothingDocument(nothingHere.body.error), 404) : context.json(nothingHere.body, 404)
}

const nothingHere = new RequestFailure(404, {
	code: 'not-found',
	message: 'There is nothing at this address.',
	fix: 'The page is at /, the API is described at /api/v1/openapi.json.',
})
const wrongHost = new RequestFailure(421, {
	code: 'wrong-host',
	message: 'This server is not known by the name in the address.',
	fix: 'Use the address that Threadwise prints when it starts, or set THREADWISE_PUBLIC_URL to the one that you use.',
})
const wrongOrigin = new RequestFailure(403, {
	code: 'wrong-origin',
	message: 'Requests from pages of other sites are refused.',
	fix: 'Use the page that this server serves, or a program that is no browser.',
})
const unauthorized = new RequestFailure(401, {
	code: 'unauthorized',
	message: 'Nobody known makes this request.',
	fix: 'Send your token (of THREADWISE_TOKEN or THREADWISE_TOKENS) as "Authorization: Bearer …", or log in at /login.',
})
const tooLarge = new RequestFailure(413, {
	code: 'too-large',
	message: 'The request has more than 64 KB.',
	fix: 'Shorten it, or ask about one part at a time.',
})
const noHead = new RequestFailure(405, {
	code: 'invalid-request',
	message: 'A stream has nothing but its body.',
	fix: 'Use GET.',
})
const badForm = new RequestFailure(400, {
	code: 'invalid-request',
	message: 'The form is not the one of the login page.',
	fix: 'Open /login and try again.',
})

function tooMuch(what: string, retryAfterMs: number): RequestFailure {
	const seconds = Math.ceil(retryAfterMs / 1_000)
	const error = {
		code: 'too-many-requests',
		message: `These are too many ${what} at once.`,
		fix: `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
	}
	return new RequestFailure(429, error, retryAfterMs)
}
