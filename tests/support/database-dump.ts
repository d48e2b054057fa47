import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { dumpFreshDatabase } from '../../src/store/index.ts'

declare module 'vitest' {
	export interface ProvidedContext {
		databaseDump: string
	}
}

/** Creates one embedded database for the whole suite; tests open copies of it, five times faster than creating their own. */
export async function prepareDatabaseDump(): Promise<{ readonly path: string; dispose(): Promise<void> }> {
	const folder = await mkdtemp(join(tmpdir(), 'threadwise-tests-'))
	const path = join(folder, 'database.tar')
	const dump = await dumpFreshDatabase()
	await writeFile(path, Buffer.from(await dump.arrayBuffer()))
	return { path, dispose: () => rm(folder, { recursive: true, force: true }) }
}

/** The dump of a fresh database, to open an embedded one from. */
export async function loadDatabaseDump(path: string): Promise<Blob> {
	return new Blob([new Uint8Array(await readFile(path))])
}

/** Makes a dump, which is the data folder of an embedded database as a tar file, the data folder of another one. */
export async function unpackDatabaseDump(dump: string, folder: string): Promise<void> {
	await mkdir(folder, { recursive: true })
	await execa('tar', ['-xf', dump, '-C', folder])
}
