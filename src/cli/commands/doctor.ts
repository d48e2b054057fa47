import { secretsIn } from '../../config/index.ts'
import type { CheckRow } from '../../core/check.ts'
import { createRedactor } from '../../core/redaction.ts'
import { allChecks } from '../doctor/checks.ts'
import { runChecks } from '../doctor/run-checks.ts'
import { createRowLines, hasProblem, summaryOf } from '../doctor/show-rows.ts'
import { createOpenParts } from '../open-parts.ts'
import type { Printer } from '../printer.ts'
import { inspectSettings } from '../settings.ts'

/** Longer than it takes to find out that a process which holds the data folder doesn't answer. */
const timeoutMs = 15_000

/** Looks at everything that Threadwise needs and prints a row for each. Returns the exit status: 1 where something is broken. */
export async function doctor({ format, output }: Printer): Promise<number> {
	const settings = inspectSettings()
	await using opened = createOpenParts()
	const checks = await allChecks(settings, opened)
	const rows = runChecks(checks, { timeoutMs, redact: createRedactor(secretsIn(settings.env, settings.config.models)) })
	const told: CheckRow[] = []
	if (format === 'json') {
		told.push(...(await Array.fromAsync(rows)))
		output.write(`${JSON.stringify({ ok: !hasProblem(told), rows: told })}\n`)
	} else {
		const colored = format === 'live' && process.env.NO_COLOR === undefined
		const line = createRowLines(
			checks.map(({ name }) => name),
			colored,
		)
		for await (const row of rows) {
			told.push(row)
			output.write(line(row))
		}
		output.write(`\n${summaryOf(told)}\n`)
	}
	return hasProblem(told) ? 1 : 0
}
