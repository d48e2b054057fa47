import { expect, test } from 'vitest'
import { reportError, ThreadwiseError } from './errors.ts'

test('one of our errors is reported in its own words', () => {
	const error = new ThreadwiseError('config', 'The port is taken.', { fix: 'Choose another.' })
	expect(reportError(error)).toEqual({ code: 'config', message: 'The port is taken.', fix: 'Choose another.' })
})

test.each([new TypeError('secret of undefined'), 'secret', null])('a bug is reported without what it said', (bug) => {
	const report = reportError(bug)
	expect(report).toEqual({
		code: 'internal',
		message: 'Something went wrong inside Threadwise.',
		fix: expect.stringContaining('threadwise trace'),
	})
})
