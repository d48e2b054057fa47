import { once } from 'node:events'
import { createServer } from 'node:net'
import { z } from 'zod'
import type { HttpAddress } from '../../config/index.ts'
import { type Check, type Finding, notConfigured, ok, problem } from '../../core/check.ts'

const answerWithinMs = 2_000
const healthSchema = z.object({ status: z.literal('alive') })

/** The address on which health is told. */
export function httpCheck(address: HttpAddress | null): Check {
	return {
		name: 'HTTP address',
		run: async () =>
			address === null
				? notConfigured(
						'THREADWISE_PORT is not set: "start" takes 3210 of this machine or the next free port, "bot" and "worker" none',
						'docs/deploy.md says when you need it.',
					)
				: addressFinding(address),
	}
}

async function addressFinding({ host, port }: HttpAddress): Promise<Finding> {
	const reach = isLoopback(host) ? 'reached from this machine only' : 'reached from other machines too'
	const refusal = await tryToListen(host, port)
	if (refusal === null) return ok(`${host}:${port} is free, ${reach}`)
	if (refusal !== 'EADDRINUSE') return problem(`Nobody can listen on ${host}:${port} (${refusal}).`, fixOf(refusal))
	if (await isThreadwise(host, port)) return ok(`${host}:${port} is in use by Threadwise, ${reach}`)
	return problem(
		`${host}:${port} is in use by another program.`,
		'Set THREADWISE_PORT to a free port, or end that program.',
	)
}

function fixOf(refusal: string): string {
	if (refusal === 'EACCES') return 'Set THREADWISE_PORT to 1024 or above: lower ports are for the system.'
	return 'Set THREADWISE_HOST to an address of this machine, such as 127.0.0.1 or 0.0.0.0.'
}

/** Returns the system's reason for which it can't be done, or null. */
async function tryToListen(host: string, port: number): Promise<string | null> {
	const server = createServer().listen(port, host)
	try {
		await once(server, 'listening')
		server.close()
		return null
	} catch (error) {
		return error instanceof Error && 'code' in error ? String(error.code) : String(error)
	}
}

async function isThreadwise(host: string, port: number): Promise<boolean> {
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

function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
