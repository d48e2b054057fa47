import { allChecks } from '../../src/cli/doctor/checks.ts'
import { runChecks } from '../../src/cli/doctor/run-checks.ts'
import { createOpenParts } from '../../src/cli/open-parts.ts'
import { inspectSettings } from '../../src/cli/settings.ts'
import { secretsIn } from '../../src/config/index.ts'
import type { CheckRow } from '../../src/core/check.ts'
import { createRedactor } from '../../src/core/redaction.ts'
import { temporaryFolder } from './data-folder.ts'

export type Variables = Readonly<Record<string, string>>

/** What the doctor says of an installation with these variables and no files. */
export async function doctorRows(variables: Variables): Promise<readonly CheckRow[]> {
	await using folder = await temporaryFolder()
	const settings = inspectSettings({ THREADWISE_DATA_DIR: `${folder.path}/data`, ...variables }, folder.path)
	await using opened = createOpenParts()
	const redact = createRedactor(secretsIn(settings.env, settings.config.models))
	return await Array.fromAsync(runChecks(await allChecks(settings, opened), { timeoutMs: 15_000, redact }))
}

/** The rows in which two visits differ, as `name: status`: what has broken between them. */
export function changedRows(before: readonly CheckRow[], after: readonly CheckRow[]): readonly string[] {
	const statusOf = new Map(before.map(({ name, status }) => [name, status]))
	return after
		.filter(({ name, status }) => statusOf.get(name) !== status)
		.map(({ name, status }) => `${name}: ${status}`)
}

export function rowNamed(rows: readonly CheckRow[], name: string): CheckRow {
	const row = rows.find((each) => each.name === name)
	if (row === undefined) throw new Error(`there is no row ${name}, only ${rows.map((each) => each.name).join(', ')}`)
	return row
}
