import { setTimeout as sleep } from 'node:timers/promises'
import { type Check, type CheckRow, type Finding, problem } from '../../core/check.ts'
import { ThreadwiseError } from '../../core/errors.ts'

export type RunOptions = {
	/** How long a check may take that sets no limit of its own. */
	readonly timeoutMs: number
	/** Hides secrets in whatever a check says. */
	readonly redact: (text: string) => string
}

/** Runs all checks side by side and yields their rows in the order of the list, each as soon as it and those before it are there. */
export async function* runChecks(
	checks: readonly Check[],
	{ timeoutMs, redact }: RunOptions,
): AsyncGenerator<CheckRow, void> {
	const running = checks.map((check) => runCheck(check, check.timeoutMs ?? timeoutMs))
	for (const [index, { name }] of checks.entries()) {
		const finding = await running[index]
		if (finding !== undefined) yield { name: redact(name), ...redacted(finding, redact) }
	}
}

function redacted(finding: Finding, redact: RunOptions['redact']): Finding {
	const message = redact(finding.message)
	return finding.fix === null ? { ...finding, message } : { ...finding, message, fix: redact(finding.fix) }
}

/** Never rejects: whatever goes wrong is the row's to tell. */
async function runCheck(check: Check, timeoutMs: number): Promise<Finding> {
	const ending = new AbortController()
	const late = sleep(timeoutMs, tookTooLong(timeoutMs), { signal: ending.signal })
	late.catch(() => {})
	try {
		return await Promise.race([findingOf(check, ending.signal), late])
	} finally {
		ending.abort()
	}
}

async function findingOf(check: Check, signal: AbortSignal): Promise<Finding> {
	try {
		return await check.run(signal)
	} catch (error) {
		if (error instanceof ThreadwiseError) return problem(error.message, error.fix)
		const said = error instanceof Error ? error.message : String(error)
		return problem(`It could not be checked: ${said}`, 'Try again. If it happens again, report it.')
	}
}

function tookTooLong(timeoutMs: number): Finding {
	return problem(
		`It took longer than ${timeoutMs / 1000} s.`,
		'Try again; if it stays so, look at what is asked there.',
	)
}
