import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Where a test's screenshots go: the folder that TEST_SCREENSHOTS names, to be looked at; else one that is gone with the test. */
export async function pictureFolder(): Promise<string> {
	const wanted = process.env.TEST_SCREENSHOTS
	if (wanted) {
		await mkdir(wanted, { recursive: true })
		return wanted
	}
	const folder = await mkdtemp(join(tmpdir(), 'threadwise-screenshots-'))
	onTestFinished(() => rm(folder, { recursive: true, force: true }))
	return folder
}
