import { expect, test, vi } from 'vitest'
import { threadwise } from '../support/command-line.ts'

// Every step here is a process of its own that opens a database.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

test('the demo answers an easy question directly and a hard one in six stages, each of which has something to find', async () => {
	const { exitCode, stdout, stderr } = await threadwise(['demo'], {})
	expect(stderr).toBe('')
	expect(exitCode).toBe(0)
	expect(stdout).toContain('391')
	expect(stdout).toContain('answered directly')
	expect(stdout).toContain('6 of 6 stages · medium effort')
	expect(stdout).toContain('The number of buses is 6.')
	expect(stdout).toContain('practice model')

	const [, found = ''] = String(stdout).split('What the stages found')
	expect(found).toMatch(/Problem analysis +the question was misread, .* it was read again\./)
	expect(found).toMatch(/Task decomposition +the first plan could not be used \(.+\), so another one was made\./)
	expect(found).toMatch(
		/Systematic execution +1 slip caught \(4 \* 24 is 96, not \d+\); the step was worked out again\./,
	)
	expect(found).toMatch(/Alternative solutions +3 other solutions weighed, which came to 2 answers\./)
	expect(found).toMatch(/Self-evaluation +the result was turned down: 5\.69 is not a whole number\./)
	expect(found).toMatch(/Self-correction +5\.69 became 6, from the failing step on\./)
	// What it says of them is in the record as well.
	expect(stdout).toContain('Read again, since a second reading found: changed')
	expect(stdout).toContain('The plan was not usable: ')
	expect(stdout).toContain('failed its check, worked out again')
	expect(stdout).toMatch(/Round 1 .*5\.69 → 6, kept/)
})
