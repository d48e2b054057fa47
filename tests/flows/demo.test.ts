import { expect, test, vi } from 'vitest'
import { threadwise } from '../support/command-line.ts'

// Every step here is a process of its own that opens a database.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

test('the demo answers an easy question directly and a hard one in stages, with a mistake caught on the way', async () => {
	const { exitCode, stdout, stderr } = await threadwise(['demo'], {})
	expect(stderr).toBe('')
	expect(exitCode).toBe(0)
	expect(stdout).toContain('391')
	expect(stdout).toContain('answered directly')
	expect(stdout).toContain('failed its check, worked out again')
	expect(stdout).toContain('$106.80')
	expect(stdout).toContain('a checkpoint found it by recomputing')
	expect(stdout).toContain('practice model')
})
