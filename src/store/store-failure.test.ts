import { describe, expect, test } from 'vitest'
import { fromDatabase } from './store-failure.ts'

/** An error as the query builder throws it around one of the driver. */
function queryError(code: string | undefined, message: string): Error {
	const cause = Object.assign(new Error(message), code === undefined ? {} : { code })
	return new Error("Failed query: insert into contents values ('my secret')", { cause })
}

const failureOf = (error: unknown): Promise<unknown> =>
	fromDatabase(Promise.reject(error)).catch((thrown: unknown) => thrown)

describe('a database error', () => {
	test.each([
		[undefined, 'Connection terminated unexpectedly'],
		['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432'],
		['08006', 'connection failure'],
		['57P01', 'terminating connection due to administrator command'],
		['53100', 'disk full'],
		['25006', 'cannot execute INSERT in a read-only transaction'],
		['40P01', 'deadlock detected'],
	])('with the code %s says that the store is unavailable: a retry can help', async (code, message) => {
		expect(await failureOf(queryError(code, message))).toMatchObject({
			code: 'store-unavailable',
			retry: { afterMs: null },
			message: expect.stringContaining(message),
		})
	})

	test.each(['22001', '23505', '25P02', '42501', '54000', 'XX000'])(
		'with the code %s says that the store refused, with the condition and none of the words',
		async (code) => {
			const failure = await failureOf(queryError(code, 'invalid value: "my secret"'))
			expect(failure).toMatchObject({
				code: 'store-refused',
				retry: 'never',
				message: expect.stringContaining(code),
			})
			expect(JSON.stringify([String(failure), failure])).not.toContain('secret')
		},
	)

	test('that the driver throws bare is judged by its own code', async () => {
		const bare = Object.assign(new Error('permission denied'), { code: '42501' })
		expect(await failureOf(bare)).toMatchObject({ code: 'store-refused' })
	})
})
