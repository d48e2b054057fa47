import { describe, expect, test } from 'vitest'
import { createAccess, isLoopback } from './access.ts'
import type { AccessSettings } from './config.ts'
import { isRunKey, linkSecretOf, runPageUrl } from './run-link.ts'

const token = 'a-token-of-at-least-24-characters'
const owner = { id: 'owner', name: 'Owner', token, isAdmin: true }
const ada = { id: 'ada', name: 'ada', token: 'adas-token-of-24-characters', isAdmin: true }
const bob = { id: 'bob', name: 'bob', token: 'bobs-token-of-24-characters', isAdmin: false }
const now = new Date('2026-01-01T12:00:00Z')

function access(choices: Partial<AccessSettings> = {}) {
	return createAccess({
		listensOn: { host: '127.0.0.1', port: 3210 },
		publicUrl: null,
		people: [],
		trustedProxies: [],
		...choices,
	})
}

describe('the Host header', () => {
	const hosts: readonly (readonly [string, Partial<AccessSettings>, readonly string[], readonly string[]])[] = [
		[
			'of loopback',
			{},
			['127.0.0.1:3210', 'localhost:3210', 'LOCALHOST:3210', '[::1]:3210'],
			[
				'127.0.0.1',
				'127.0.0.1:3211',
				'evil.example:3210',
				'localhost.evil.example:3210',
				'192.168.1.5:3210',
				'',
				'a b',
				'127.0.0.1:3210/x',
			],
		],
		[
			'of an address of this machine',
			{ listensOn: { host: '192.168.1.5', port: 80 } },
			['192.168.1.5', '192.168.1.5:80'],
			['localhost', '127.0.0.1', '192.168.1.6', 'evil.example'],
		],
		[
			'of all addresses',
			{ listensOn: { host: '0.0.0.0', port: 8080 } },
			['10.0.0.7:8080', '[fe80::1]:8080', 'localhost:8080', '10.0.0.7:9000'],
			['evil.example:8080', 'evil.example', '10.0.0.7.nip.example:8080'],
		],
		[
			'of a public address',
			{ publicUrl: 'https://bot.example.com' },
			['bot.example.com', 'BOT.example.com', '127.0.0.1:3210'],
			['bot.example.com:3210', 'example.com', 'evil-bot.example.com'],
		],
	]
	test.each(hosts)('%s', (_, choices, ours, foreign) => {
		const { isOurHost } = access(choices)
		expect(ours.filter((host) => !isOurHost(host))).toEqual([])
		expect(foreign.filter((host) => isOurHost(host))).toEqual([])
		expect(isOurHost(undefined)).toBe(false)
	})
})

describe('the origin of a request', () => {
	const { isSameOrigin } = access({ publicUrl: 'https://bot.example.com' })
	const host = '127.0.0.1:3210'
	const from = { host, protocol: 'http' } as const

	test('is ours, or that of no page at all', () => {
		expect(isSameOrigin({ ...from, origin: 'http://127.0.0.1:3210', fetchSite: 'same-origin' })).toBe(true)
		expect(isSameOrigin({ ...from, origin: 'https://bot.example.com', fetchSite: 'same-origin' })).toBe(true)
		expect(isSameOrigin({ ...from, origin: null, fetchSite: 'same-origin' })).toBe(true)
		expect(isSameOrigin({ ...from, origin: null, fetchSite: null })).toBe(true)
	})

	test('is ours over https where a proxy says that the person came so', () => {
		const secure = { host: '192.0.2.7', protocol: 'https', fetchSite: 'same-origin' } as const
		expect(isSameOrigin({ ...secure, origin: 'https://192.0.2.7' })).toBe(true)
		expect(isSameOrigin({ ...secure, origin: 'http://192.0.2.7' })).toBe(false)
	})

	test('is not that of any other page, of whatever kind', () => {
		for (const origin of ['http://evil.example', 'null', 'http://localhost:3210', 'https://127.0.0.1:3210', '']) {
			expect(isSameOrigin({ ...from, origin, fetchSite: null }), origin).toBe(false)
		}
		for (const fetchSite of ['cross-site', 'same-site', 'none', '']) {
			expect(isSameOrigin({ ...from, origin: 'http://127.0.0.1:3210', fetchSite }), fetchSite).toBe(false)
		}
	})
})

describe('whoever comes', () => {
	const unknown = { authorization: undefined, session: undefined }

	test('looks after the place where nobody has a token: it is their own machine', () => {
		const { personWith } = access({ ownerName: 'ada' })
		expect(personWith(unknown, now)).toEqual({ id: 'owner', name: 'ada', isAdmin: true })
	})

	test('shows a token or a session that was given for it', () => {
		const { personWith, newSession } = access({ people: [owner] })
		const known = (authorization?: string, session?: string) => personWith({ authorization, session }, now) !== null
		expect(known(`Bearer ${token}`)).toBe(true)
		expect(known(undefined, newSession(owner, now))).toBe(true)
		expect(known()).toBe(false)
		for (const wrong of [
			token,
			`Bearer ${token}x`,
			`Bearer ${token.slice(1)}`,
			'Bearer ',
			`Basic ${token}`,
			'Bearer null',
		]) {
			expect(known(wrong), wrong).toBe(false)
		}
		const session = newSession(owner, now)
		for (const wrong of ['', token, '1.', `9999999999.${session.split('.')[1]}`, `${session}x`]) {
			expect(known(undefined, wrong), wrong).toBe(false)
		}
	})

	test('is the one whose token it is, also by a session', () => {
		const { personWith, holderOf, newSession } = access({ people: [owner, ada, bob] })
		for (const person of [owner, ada, bob]) {
			expect(personWith({ ...unknown, authorization: `Bearer ${person.token}` }, now)).toEqual(person)
			expect(personWith({ ...unknown, session: newSession(person, now) }, now)).toEqual(person)
			expect(holderOf(person.token)).toEqual(person)
		}
		expect(holderOf(`${ada.token}x`)).toBeNull()
	})

	test('has to come in again after 30 days, or when their token was changed, and not when that of somebody else was', () => {
		const people = [owner, ada]
		const credentials = { ...unknown, session: access({ people }).newSession(ada, now) }
		const later = new Date(now.getTime() + 31 * 86_400_000)
		expect(access({ people }).personWith(credentials, later)).toBeNull()
		expect(access({ people: [owner, { ...ada, token: `${ada.token}2` }] }).personWith(credentials, now)).toBeNull()
		expect(access({ people: [{ ...owner, token: `${token}2` }, ada] }).personWith(credentials, now)).toEqual(ada)
	})

	test('is given a cookie that only https carries where the public address is one', () => {
		expect(access({ people: [owner], publicUrl: 'https://bot.example.com' }).cookie).toMatchObject({
			name: '__Host-threadwise',
			isSecure: true,
		})
		expect(access({ people: [owner] }).cookie).toMatchObject({ name: 'threadwise', isSecure: false })
	})
})

describe('the address of a run', () => {
	test('opens that run and no other, and says nothing about the secret', () => {
		const url = new URL(runPageUrl('https://bot.example.com', token, 'run-1'))
		const key = url.searchParams.get('key') ?? ''
		expect(url.origin + url.pathname).toBe('https://bot.example.com/runs/run-1')
		expect(isRunKey(key, token, 'run-1')).toBe(true)
		expect(isRunKey(key, token, 'run-2')).toBe(false)
		expect(isRunKey(key, `${token}2`, 'run-1')).toBe(false)
		expect(isRunKey('', token, 'run-1')).toBe(false)
		expect(access({ people: [owner] }).opensRun('run-1', key)).toBe(true)
		expect(access({ people: [owner] }).personWith({ authorization: `Bearer ${key}`, session: key }, now)).toBeNull()
	})

	test('is the same every time, so that it can be posted again', () => {
		expect(runPageUrl('https://a.example', token, 'r')).toBe(runPageUrl('https://a.example', token, 'r'))
	})

	test('is made of the token of an admin: whoever else has one can make none', () => {
		expect(linkSecretOf([bob, ada, owner])).toBe(ada.token)
		const { opensRun } = access({ people: [bob, ada] })
		const keyOf = (secret: string) =>
			new URL(runPageUrl('https://a.example', secret, 'r')).searchParams.get('key') ?? ''
		expect([opensRun('r', keyOf(ada.token)), opensRun('r', keyOf(bob.token))]).toEqual([true, false])
	})

	test('opens nothing where there is no token to make a key of', () => {
		expect(access().opensRun('run-1', '')).toBe(false)
	})
})

test('loopback is what only this machine reaches', () => {
	expect(['127.0.0.1', '127.8.0.1', 'localhost', '::1'].filter(isLoopback)).toHaveLength(4)
	expect(['0.0.0.0', '::', '192.168.1.5', 'bot.example.com', 'localhost.example'].filter(isLoopback)).toEqual([])
})
