import type { ConfigProblem } from './problem.ts'
import type { VariableValues } from './variables.ts'

/** The page and the API under it, as `start` and `bot` serve them. */
export type PlaygroundConfig = {
	readonly isOn: boolean
	/** Where to listen if a port was named as well, and where to look for a free one if not. */
	readonly host: string
	/** The origin by which others reach it; null where nobody but this machine does. */
	readonly publicUrl: string | null
	/** What whoever opens it must show; null: nothing. */
	readonly token: string | null
}

export function playgroundConfigFrom(values: VariableValues): PlaygroundConfig {
	return {
		isOn: values.THREADWISE_PLAYGROUND !== 'off',
		host: values.THREADWISE_HOST ?? '127.0.0.1',
		publicUrl: values.THREADWISE_PUBLIC_URL ?? null,
		token: values.THREADWISE_TOKEN ?? null,
	}
}

/**
 * Why the page must not be served as it is configured; null where it may. Only whoever serves it asks: a worker listens on all
 * addresses as well, for its health alone.
 */
export function playgroundProblem({ isOn, host, publicUrl, token }: PlaygroundConfig): ConfigProblem | null {
	const isOpen = !isLoopback(host) || (publicUrl !== null && !isLoopback(new URL(publicUrl).hostname))
	if (!isOn || token !== null || !isOpen) return null
	return {
		variable: 'THREADWISE_TOKEN',
		found: 'nothing',
		expected: `a token, since others can reach the page at ${publicUrl ?? host}`,
		fix: 'Set THREADWISE_TOKEN to at least 24 characters, such as from: openssl rand -hex 24. Or set THREADWISE_PLAYGROUND=off.',
	}
}

/** Whether only this machine reaches it. */
function isLoopback(host: string): boolean {
	return ['localhost', '::1', '[::1]'].includes(host.toLowerCase()) || /^127(?:\.\d+){3}$/.test(host)
}
