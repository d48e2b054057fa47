/**
 * What came of a check. `not-checked`: something that it needs failed its own check. `not-configured`: nothing is wrong, it just
 * isn't in use.
 */
export type Finding =
	| { readonly status: 'ok' | 'not-checked'; readonly message: string; readonly fix: null }
	| { readonly status: 'warning' | 'problem' | 'not-configured'; readonly message: string; readonly fix: string }

/** One thing that can be right or wrong about an installation. A platform's adapter brings those of its own. */
export type Check = {
	readonly name: string
	/** How long it may take; the doctor's own limit if absent. */
	readonly timeoutMs?: number
	/** A check that throws has found a problem. */
	run(signal: AbortSignal): Promise<Finding>
}

/** What a person is told about a check. */
export type CheckRow = Finding & { readonly name: string }

export const ok = (message: string): Finding => ({ status: 'ok', message, fix: null })
export const warning = (message: string, fix: string): Finding => ({ status: 'warning', message, fix })
export const problem = (message: string, fix: string): Finding => ({ status: 'problem', message, fix })
export const notChecked = (message: string): Finding => ({ status: 'not-checked', message, fix: null })
export const notConfigured = (message: string, fix: string): Finding => ({ status: 'not-configured', message, fix })
