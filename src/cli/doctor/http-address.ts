import { once } from 'node:events'
import { createServer } from 'node:net'
import { z } from 'zod'
import { isLoopback } from '../../../adapters/playground/index.ts'
import type { Config, HttpAddress } from '../../config/index.ts'
import { type Check, type Finding, notConfigured, ok, problem } from '../../core/check.ts'
import { usualPort } from '../web-server.ts'

const answerWithinMs = 2_000
const healthSchema = z.object({ status: z.literal('alive') })

/** The address on which `start` serves the page, and each process its health; where no port is named, the one that `start` takes. */
export function httpCheck({ http, playground }: Pick<Config, 'http' | 'playground'>): Check {
	return {
		name: 'HTTP address',
		run: async () => {
			if (http !== null) return addressFinding(http, true)
			return playground.isOn ? addressFinding({ host: playground.host, port: usualPort }, false) : nothingServed
		},
	}
}

const nothingServed = notConfigured(
	'THREADWISE_PORT is not set and the page is off, so nothing is served',
	'docs/deploy.md says when you need it.',
)

/** A port that nobody has chosen may be taken: then it is the next one. */
async function addressFinding(address: HttpAddress, isChosen: boolean): Promise<Finding> {
	const where = `${address.host}:${address.port}`
	const reach = isLoopback(address.host) ? 'reached from this machine only' : 'reached from other machines too'
	const refusal = await tryToListen(address)
	if (refusal === null) return ok(`${where} is free${isChosen ? '' : ' for "start"'}, ${reach}`)
	if (refusal !== 'EADDRINUSE') return problem(`Nobody can listen on ${where} (${refusal}).`, fixOf(refusal))
	if (await isThreadwise(address)) return ok(`${where} is in use by Threadwise, ${reach}`)
	const taken = `${where} is in use by another program`
	return isChosen
		? problem(`${taken}.`, 'Set THREADWISE_PORT to a free port, or end that program.')
		: ok(`${taken}, so "start" takes the next free port, ${reach}`)
}

function fixOf(refusal: string): string {
	if (refusal === 'EACCES') return 'Set THREADWISE_PORT to 1024 or above: lower ports are for the system.'
	return 'Set THREADWISE_HOST to an address of this machine, such as 127.0.0.1 or 0.0.0.0.'
}

/** Returns the system's reason for which it can't be done, or null. */
async function tryToListen({ host, port }: HttpAddress): Promise<string | null> {
	const server = createServer().listen(port, host)
	try {
		await once(server, 'listening')
		server.close()
		return null
	} catch (error) {
		return error instanceof Error && 'code' in error ? String(error.code) : String(error)
	}
}

async function isThreadwise({ host, port }: HttpAddress): Promise<boolean> {
	const everywhere = host === '0.0.0.0' || host === '::'
	const url = new URL('http://127.0.0.1/healthz')
	url.hostname = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
	url.port = String(port)
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) })
		return healthSchema.safeParse(await response.json()).success
	} catch {
		return false
	}
}
