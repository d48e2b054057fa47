import { describe, expect, test } from 'vitest'
import { createAccess, isLoopback } from './access.ts'
import type { AccessSettings } from './config.ts'
import { isRunKey, runPageUrl } from './run-link.ts'

const token = 'a-token-of-at-least-24-characters'
const now = new Date('2026-01-01T12:00:00Z')

function access(choices: Partial<AccessSettings> = {}) {
	return createAccess({ listensOn: { host: '127.0.0.1', port: 3210 }, publicUrl: null, token: null, ...choices })
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

	test('is ours, or that of no page at all', () => {
		expect(isSameOrigin({ host, origin: 'http://127.0.0.1:3210', fetchSite: 'same-origin' })).toBe(true)
		expect(isSameOrigin({ host, origin: 'https://bot.example.com', fetchSite: 'same-origin' })).toBe(true)
		expect(isSameOrigin({ host, origin: null, fetchSite: 'same-origin' })).toBe(true)
		expect(isSameOrigin({ host, origin: null, fetchSite: null })).toBe(true)
	})

	test('is not that of any other page, of whatever kind', () => {
		for (const origin of ['http://evil.example', 'null', 'http://localhost:3210', 'https://127.0.0.1:3210', '']) {
			expect(isSameOrigin({ host, origin, fetchSite: null }), origin).toBe(false)
		}
		for (const fetchSite of ['cross-site', 'same-site', 'none', '']) {
			expect(isSameOrigin({ host, origin: 'http://127.0.0.1:3210', fetchSite }), fetchSite).toBe(false)
		}
	})
})

describe('whoever comes', () => {
	test('is known where no token is asked for', () => {
		expect(access().isKnown({ authorization: undefined, session: undefined }, now)).toBe(true)
	})

	test('shows the token or a session that was given for it', () => {
		const { isKnown, newSession } = access({ token })
		const known = (authorization?: string, session?: string, at = now) => isKnown({ authorization, session }, at)
		expect(known(`Bearer ${token}`)).toBe(true)
		expect(known(undefined, newSession(now))).toBe(true)
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
		for (const wrong of ['', token, '1.', `9999999999.${newSession(now).split('.')[1]}`, `${newSession(now)}x`]) {
			expect(known(undefined, wrong), wrong).toBe(false)
		}
	})

	test('has to come in again after 30 days, or when the token was changed', () => {
		const session = access({ token }).newSession(now)
		const later = new Date(now.getTime() + 31 * 86_400_000)
		expect(access({ token }).isKnown({ authorization: undefined, session }, later)).toBe(false)
		expect(access({ token: `${token}2` }).isKnown({ authorization: undefined, session }, now)).toBe(false)
	})

	test('is given a cookie that only https carries where the public address is one', () => {
		expect(access({ token, publicUrl: 'https://bot.example.com' }).cookie).toMatchObject({
			name: '__Host-threadwise',
			isSecure: true,
		})
		expect(access({ token }).cookie).toMatchObject({ name: 'threadwise', isSecure: false })
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
		expect(access({ token }).opensRun('run-1', key)).toBe(true)
		expect(access({ token }).isKnown({ authorization: `Bearer ${key}`, session: key }, now)).toBe(false)
	})

	test('is the same every time, so that it can be posted again', () => {
		expect(runPageUrl('https://a.example', token, 'r')).toBe(runPageUrl('https://a.example', token, 'r'))
	})

	test('opens nothing where there is no token to make a key of', () => {
		expect(access().opensRun('run-1', '')).toBe(false)
	})
})

test('loopback is what only this machine reaches', () => {
	expect(['127.0.0.1', '127.8.0.1', 'localhost', '::1'].filter(isLoopback)).toHaveLength(4)
	expect(['0.0.0.0', '::', '192.168.1.5', 'bot.example.com', 'localhost.example'].filter(isLoopback)).toEqual([])
})
