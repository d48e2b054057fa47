import { existsSync, mkdtempSync, rmdirSync, statfsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { ThreadwiseError } from '../core/errors.ts'
import { type DataFolderHolder, holdDataFolder, unusableFolder } from './data-folder.ts'
import { embeddedFolder } from './database.ts'
import { type DatabaseFacts, readDatabaseFacts } from './database-facts.ts'

export type DataFolderFacts = {
	/** A first start makes it. */
	readonly exists: boolean
	readonly freeBytes: number
	/** Who works on it; `unknown` while that process is still starting. */
	readonly holder: DataFolderHolder | 'nobody' | 'unknown'
}

/** A data folder, and the database in it, which can only be looked into while nobody else has it. */
export type InspectedDataFolder = {
	readonly folder: DataFolderFacts
	/** Null if there is none yet or somebody else has it. Rejects with `store-unavailable` where it can't be opened. */
	readonly database: Promise<DatabaseFacts | null>
}

/**
 * Finds out whether a data folder can be used. Makes nothing but the lock of a folder that is there, and holds that only as long as
 * it reads the database.
 * @throws ThreadwiseError `config` if the folder can't be written to.
 */
export function inspectDataFolder(path: string): InspectedDataFolder {
	const folder = resolve(path)
	if (!existsSync(folder)) {
		const parent = nearestFolder(folder)
		tryToMakeFolder(path, parent)
		const facts: DataFolderFacts = { exists: false, freeBytes: freeBytes(parent), holder: 'nobody' }
		return { folder: facts, database: Promise.resolve(null) }
	}
	const held = holdDataFolder(path, 'doctor')
	const facts = { exists: true, freeBytes: freeBytes(folder) }
	if (held.outcome === 'held-by-other') {
		return { folder: { ...facts, holder: held.holder ?? 'unknown' }, database: Promise.resolve(null) }
	}
	const database = readEmbedded(path).finally(() => held.folder.release())
	// Whoever asks for it hears of it.
	database.catch(() => {})
	return { folder: { ...facts, holder: 'nobody' }, database }
}

function nearestFolder(path: string): string {
	const parent = dirname(path)
	return existsSync(parent) ? parent : nearestFolder(parent)
}

/** The only way to know for certain is to do it. */
function tryToMakeFolder(path: string, parent: string): void {
	try {
		rmdirSync(mkdtempSync(join(parent, '.threadwise-doctor-')))
	} catch (error) {
		throw unusableFolder(path, error)
	}
}

function freeBytes(folder: string): number {
	const { bavail, bsize } = statfsSync(folder)
	return bavail * bsize
}

async function readEmbedded(path: string): Promise<DatabaseFacts | null> {
	const dataDir = embeddedFolder(path)
	if (!existsSync(dataDir)) return null
	try {
		const pglite = await PGlite.create({ dataDir })
		try {
			return await readDatabaseFacts((statement) => pglite.query(statement))
		} finally {
			await pglite.close()
		}
	} catch (cause) {
		const reason = cause instanceof Error && cause.message !== '' ? cause.message : String(cause)
		throw new ThreadwiseError('store-unavailable', `The database in ${dataDir} can't be opened: ${reason}.`, {
			fix: 'Put a backup of the data folder in its place, or set THREADWISE_DATA_DIR to another folder to begin anew.',
			cause,
		})
	}
}
