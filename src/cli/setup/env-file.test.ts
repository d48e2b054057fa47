import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../tests/support/data-folder.ts'
import { changeEnvFile } from './env-file.ts'

test('a first file begins with the example, so that everything else can be found in it', async () => {
	await using folder = await temporaryFolder()
	await changeEnvFile(folder.path, { OPENAI_API_KEY: 'sk-1' })
	const text = await readFile(join(folder.path, '.env'), 'utf8')
	expect(parseEnv(text).OPENAI_API_KEY).toBe('sk-1')
	expect(text).toContain('THREADWISE_CONCURRENCY=')
	expect((await stat(join(folder.path, '.env'))).mode & 0o777).toBe(0o600)
	expect(await readdir(folder.path)).toEqual(['.env'])
})

test('a file that others could read is theirs no more', async () => {
	await using folder = await temporaryFolder()
	const path = join(folder.path, '.env')
	await writeFile(path, '# mine\nA=1\n')
	await chmod(path, 0o644)
	await changeEnvFile(folder.path, { B: '2' })
	expect(await readFile(path, 'utf8')).toBe('# mine\nA=1\nB=2\n')
	expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a link stays one, and what it points to is changed', async () => {
	await using folder = await temporaryFolder()
	await mkdir(join(folder.path, 'secrets'))
	await writeFile(join(folder.path, 'secrets', 'env'), 'A=1\n')
	await symlink(join(folder.path, 'secrets', 'env'), join(folder.path, '.env'))
	await changeEnvFile(folder.path, { A: '2' })
	expect((await lstat(join(folder.path, '.env'))).isSymbolicLink()).toBe(true)
	expect(await readFile(join(folder.path, 'secrets', 'env'), 'utf8')).toBe('A=2\n')
})

test('what can not be written leaves nothing behind', async () => {
	await using folder = await temporaryFolder()
	await mkdir(join(folder.path, '.env'))
	await expect(changeEnvFile(folder.path, { A: '2' })).rejects.toMatchObject({ code: 'config' })
	expect(await readdir(folder.path)).toEqual(['.env'])
})
