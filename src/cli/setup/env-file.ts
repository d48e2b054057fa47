import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ThreadwiseError } from '../../core/errors.ts'
import { changeEnvText, type EnvChanges } from './env-text.ts'

const example = fileURLToPath(new URL('../../../.env.example', import.meta.url))

/**
 * Changes `.env` as it is now, or begins one from the example. The new file takes the place of the old one in one step, and only its
 * owner may read it: it holds keys.
 * @throws ThreadwiseError `config` if it can't be read or written; then nothing has changed.
 */
export async function changeEnvFile(folder: string, changes: EnvChanges): Promise<void> {
	const named = join(folder, '.env')
	try {
		const path = existsSync(named) ? realpathSync(named) : named
		const beginning = [path, example].find((each) => existsSync(each))
		const before = beginning === undefined ? '' : readFileSync(beginning, 'utf8')
		await replaceFile(path, changeEnvText(before, changes))
	} catch (cause) {
		if (cause instanceof ThreadwiseError) throw cause
		const reason = cause instanceof Error ? cause.message : String(cause)
		throw new ThreadwiseError('config', `The file ${named} can't be written: ${reason}.`, {
			fix: 'Make it writable for this user, or set the variables by hand.',
			cause,
		})
	}
}

async function replaceFile(path: string, text: string): Promise<void> {
	const written = join(dirname(path), `.env-${randomUUID()}.tmp`)
	try {
		const file = await open(written, 'wx', 0o600)
		try {
			await file.writeFile(text)
			await file.sync()
		} finally {
			await file.close()
		}
		await rename(written, path)
	} catch (error) {
		await rm(written, { force: true })
		throw error
	}
}
