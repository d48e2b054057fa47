import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { ThreadwiseError } from '../core/errors.ts'

const holderSchema = z.object({
	processId: z.number().int(),
	/** Differs after every boot, so that a process id from before a restart is never mistaken for a living process. */
	bootId: z.string(),
	startedAt: z.string(),
	command: z.string(),
	/** The loopback port on which the holder answers, and the token that it asks for; null until it listens. */
	control: z.object({ port: z.number().int(), token: z.string() }).nullable(),
})

/** Who works on a data folder. */
export type DataFolderHolder = z.infer<typeof holderSchema>

/** A data folder that is ours until `release`. */
export type DataFolder = {
	readonly path: string
	/** Tells other processes where this one answers. */
	announce(port: number, token: string): void
	release(): void
}

export type HoldResult =
	| { readonly outcome: 'held-by-us'; readonly folder: DataFolder }
	| { readonly outcome: 'held-by-other'; readonly holder: DataFolderHolder | null }

/**
 * Takes the exclusive lock on a data folder, creating the folder if need be.
 *
 * The lock is the operating system's own lock on a file, taken through SQLite, so it ends with the process however that
 * ends, and nothing has to be guessed from process ids. `holder` is null while the other process is still starting.
 * @throws ThreadwiseError `config` if the folder can't be written to.
 */
export function holdDataFolder(path: string, command: string): HoldResult {
	const lock = openLock(path)
	if (lock === null) return { outcome: 'held-by-other', holder: readHolder(path) }
	const holder = { processId: process.pid, bootId: bootId(), startedAt: new Date().toISOString(), command }
	writeHolder(path, { ...holder, control: null })
	return {
		outcome: 'held-by-us',
		folder: {
			path,
			announce: (port, token) => writeHolder(path, { ...holder, control: { port, token } }),
			release: () => {
				// A second release must not take the file of whoever holds the folder by then.
				if (!lock.isOpen) return
				rmSync(holderFile(path), { force: true })
				lock.close()
			},
		},
	}
}

/** A token that only those who may read the data folder know. */
export function newControlToken(): string {
	return randomBytes(32).toString('base64url')
}

function openLock(path: string): DatabaseSync | null {
	const lock = openLockFile(path)
	try {
		lock.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
		return lock
	} catch (error) {
		lock.close()
		if (error instanceof Error && error.message.includes('locked')) return null
		throw unusableFolder(path, error)
	}
}

function openLockFile(path: string): DatabaseSync {
	try {
		makeFolder(resolve(path))
		return new DatabaseSync(join(path, 'lock.sqlite'))
	} catch (error) {
		throw unusableFolder(path, error)
	}
}

/** Not Node's recursive mkdir, which never returns where the system denies a folder by saying that its parent is missing. */
function makeFolder(path: string): void {
	if (existsSync(path)) return
	makeFolder(dirname(path))
	try {
		mkdirSync(path, { mode: 0o700 })
	} catch (error) {
		if (!existsSync(path)) throw error
	}
}

export function unusableFolder(path: string, cause: unknown): ThreadwiseError {
	const reason = cause instanceof Error ? cause.message : String(cause)
	return new ThreadwiseError('config', `The data folder ${path} can't be used: ${reason}.`, {
		fix: 'Set THREADWISE_DATA_DIR to a folder that this user may write to.',
		cause,
	})
}

function holderFile(path: string): string {
	return join(path, 'holder.json')
}

function writeHolder(path: string, holder: DataFolderHolder): void {
	writeFileSync(holderFile(path), JSON.stringify(holder), { mode: 0o600 })
}

/** A holder that is being written, or left over by a process that was killed before another took over, reads as null. */
function readHolder(path: string): DataFolderHolder | null {
	try {
		const holder = holderSchema.parse(JSON.parse(readFileSync(holderFile(path), 'utf8')))
		return holder.bootId === bootId() && isAlive(holder.processId) ? holder : null
	} catch {
		return null
	}
}

function isAlive(processId: number): boolean {
	try {
		process.kill(processId, 0)
		return true
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'EPERM'
	}
}

function bootId(): string {
	try {
		return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
	} catch {
		return 'unknown'
	}
}
