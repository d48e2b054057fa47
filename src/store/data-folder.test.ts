import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type DataFolder, holdDataFolder, newControlToken } from './data-folder.ts'

const program = fileURLToPath(new URL('../../tests/support/hold-folder-process.ts', import.meta.url))

let root: string
let path: string
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'threadwise-folder-'))
	path = join(root, 'not', 'there', 'yet')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function hold(command = 'start'): DataFolder {
	const held = holdDataFolder(path, command)
	if (held.outcome !== 'held-by-us') throw new Error('somebody else holds the folder')
	onTestFinished(() => held.folder.release())
	return held.folder
}

/** Another process that holds the folder, or that tried to. */
async function otherProcess(): Promise<{ readonly child: ChildProcess; readonly outcome: string }> {
	const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
	onTestFinished(() => void child.kill('SIGKILL'))
	const [outcome] = await once(child.stdout, 'data')
	return { child, outcome: String(outcome).trim() }
}

describe('a data folder', () => {
	test('is created for its holder, and nobody else can read what is in it', () => {
		hold()
		expect(statSync(path).mode & 0o777).toBe(0o700)
		expect(statSync(join(path, 'holder.json')).mode & 0o777).toBe(0o600)
	})

	test('is held by one at a time, and others learn by whom', () => {
		hold('start')
		expect(holdDataFolder(path, 'ask')).toEqual({
			outcome: 'held-by-other',
			holder: {
				processId: process.pid,
				bootId: expect.any(String),
				startedAt: expect.stringMatching(/^\d{4}-/),
				command: 'start',
				control: null,
			},
		})
	})

	test('tells others where its holder answers', () => {
		hold().announce(4321, 'token')
		expect(holdDataFolder(path, 'ask')).toMatchObject({ holder: { control: { port: 4321, token: 'token' } } })
	})

	test('is free after its release, and nothing about the holder is left', () => {
		hold().release()
		expect(existsSync(join(path, 'holder.json'))).toBe(false)
		expect(holdDataFolder(path, 'ask').outcome).toBe('held-by-us')
		expect(holdDataFolder(path, 'ask').outcome).toBe('held-by-other')
	})

	test('stays with whoever took it over when it is released twice', () => {
		const first = hold()
		first.release()
		hold('second')
		first.release()
		expect(holdDataFolder(path, 'ask')).toMatchObject({ outcome: 'held-by-other', holder: { command: 'second' } })
	})

	test('two folders are held apart from each other', () => {
		hold()
		path = join(root, 'another')
		expect(hold().path).toBe(path)
	})

	test.each(['', 'not json', '{"processId":1}', 'null'])('names no holder where its file says "%s"', (text) => {
		hold()
		writeFileSync(join(path, 'holder.json'), text)
		expect(holdDataFolder(path, 'ask')).toEqual({ outcome: 'held-by-other', holder: null })
	})

	test('is a configuration error where it cannot be used', () => {
		writeFileSync(join(root, 'file'), '')
		path = join(root, 'file', 'folder')
		expect(() => holdDataFolder(path, 'start')).toThrow(
			expect.objectContaining({
				code: 'config',
				message: expect.stringContaining(path),
				fix: expect.stringContaining('THREADWISE_DATA_DIR'),
			}),
		)
	})

	test('is a configuration error where its lock is something else', () => {
		hold().release()
		writeFileSync(join(path, 'lock.sqlite'), 'This is no database. '.repeat(100))
		expect(() => holdDataFolder(path, 'start')).toThrow(expect.objectContaining({ code: 'config' }))
	})
})

describe('a data folder between processes', () => {
	test('is held by another process until that is killed, and then free at once', async () => {
		const { child, outcome } = await otherProcess()
		expect(outcome).toBe('held-by-us')
		expect(holdDataFolder(path, 'ask')).toMatchObject({
			outcome: 'held-by-other',
			holder: { processId: child.pid, command: 'start', control: { port: 4321, token: 'token' } },
		})
		child.kill('SIGKILL')
		await once(child, 'exit')
		hold('next')
		expect(holdDataFolder(path, 'ask')).toMatchObject({ holder: { processId: process.pid, command: 'next' } })
	})

	test('is refused to another process while this one holds it', async () => {
		hold()
		expect((await otherProcess()).outcome).toBe('held-by-other')
	})
})

test('control tokens are long and never the same', () => {
	const tokens = Array.from({ length: 100 }, newControlToken)
	expect(new Set(tokens).size).toBe(100)
	for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/)
})
