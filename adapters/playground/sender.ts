import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import proxyAddress from 'proxy-addr'

/** Where a request began, before it came through proxies. */
export type Sender = {
	readonly address: string
	/** The name by which they call this server. */
	readonly host: string | undefined
	readonly protocol: 'http' | 'https'
}

export type SenderOf = (request: IncomingMessage) => Sender

/**
 * Tells where requests come from. Anybody can write `X-Forwarded-…`, so only what a trusted proxy has written counts: addresses are read
 * from the last to the first as long as a proxy that is trusted has added them, and of names and protocols the last is taken.
 */
export function createSenderOf(trustedProxies: readonly string[]): SenderOf {
	const isTrusted = proxyAddress.compile([...trustedProxies])
	return (request) => {
		const { headers, socket } = request
		const { host } = headers
		const isForwarded = isTrusted(socket.remoteAddress ?? '', 0)
		if (!isForwarded) return { address: socket.remoteAddress ?? 'unknown', host, protocol: 'http' }
		return {
			address: proxyAddress.all(request, isTrusted).map(withoutPort).findLast(isAddress) ?? 'unknown',
			host: lastOf(headers['x-forwarded-host']) ?? host,
			protocol: lastOf(headers['x-forwarded-proto']) === 'https' ? 'https' : 'http',
		}
	}
}

/** Some proxies write the port as well, which is another one each time. */
function withoutPort(address: string | undefined = ''): string {
	const [, inBrackets, withPort] = /^(?:\[(.+)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? []
	return inBrackets ?? withPort ?? address
}

function isAddress(text: string): boolean {
	return isIP(text) !== 0
}

function lastOf(header: string | readonly string[] | undefined): string | undefined {
	const last = String(header ?? '')
		.split(',')
		.at(-1)
		?.trim()
	return last === '' ? undefined : last
}
