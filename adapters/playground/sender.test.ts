import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createSenderOf } from './sender.ts'

const person = '203.0.113.9'
const proxy = '10.0.0.1'

/** A request that this address has sent, with these headers. */
function requestFrom(address: string, headers: Readonly<Record<string, string>>): IncomingMessage {
	const socket = new Socket()
	Object.defineProperty(socket, 'remoteAddress', { value: address })
	return Object.assign(new IncomingMessage(socket), { headers })
}

const senderThrough = (trusted: readonly string[], from: string, headers: Readonly<Record<string, string>> = {}) =>
	createSenderOf(trusted)(requestFrom(from, { host: 'page.example', ...headers }))
const addressThrough = (trusted: readonly string[], from: string, forwardedFor: string) =>
	senderThrough(trusted, from, { 'x-forwarded-for': forwardedFor }).address

const lies = {
	'x-forwarded-for': '198.51.100.1',
	'x-forwarded-host': 'evil.example',
	'x-forwarded-proto': 'https',
}

describe('whoever is no trusted proxy', () => {
	test.each([
		['where none is trusted', [], person],
		['beside those that are', [proxy, '192.168.0.0/16'], person],
		['from the machine itself', [proxy], '127.0.0.1'],
	])('is believed nothing: %s', (_, trusted, from) => {
		expect(senderThrough(trusted, from, lies)).toEqual({ address: from, host: 'page.example', protocol: 'http' })
	})
})

describe('a trusted proxy', () => {
	test('tells who has sent a request, by which name and how', () => {
		const headers = { 'x-forwarded-for': person, 'x-forwarded-host': 'bot.example.com', 'x-forwarded-proto': 'https' }
		expect(senderThrough([proxy], proxy, headers)).toEqual({
			address: person,
			host: 'bot.example.com',
			protocol: 'https',
		})
	})

	test('that tells nothing is the sender itself', () => {
		expect(senderThrough([proxy], proxy)).toEqual({ address: proxy, host: 'page.example', protocol: 'http' })
	})

	test.each([
		['what somebody has put before', `198.51.100.1, ${person}`, person],
		['a trusted address that somebody has put before', `${proxy}, ${person}`, person],
		['many of them', `${'198.51.100.1, '.repeat(50)}${person}`, person],
		['a chain of proxies', `198.51.100.1, ${person}, 10.0.0.3, 10.0.0.2`, person],
		['a proxy in between that is not trusted', `${person}, 198.51.100.7, 10.0.0.2`, '198.51.100.7'],
		['nobody but proxies', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
		['what is no address', 'unknown', proxy],
		['what is no address before', `<script>, ${person}`, person],
		['a port', `${person}:51234`, person],
		['an address of version 6', '2001:db8::7', '2001:db8::7'],
		['that with a port', '[2001:db8::7]:51234', '2001:db8::7'],
		['nothing', '', proxy],
	])('is read from its end, as far as it is trusted: %s', (_, forwardedFor, address) => {
		expect(addressThrough(['10.0.0.0/24'], proxy, forwardedFor)).toBe(address)
	})

	test('is known by the same address of version 4 in one of version 6, as a server on all addresses sees it', () => {
		expect(addressThrough([proxy], `::ffff:${proxy}`, person)).toBe(person)
		expect(addressThrough(['::1'], '::1', person)).toBe(person)
	})

	test('is believed its own name and protocol, not those that came before it', () => {
		const headers = { 'x-forwarded-host': 'evil.example, bot.example.com', 'x-forwarded-proto': 'https, http' }
		expect(senderThrough([proxy], proxy, headers)).toMatchObject({ host: 'bot.example.com', protocol: 'http' })
	})
})
