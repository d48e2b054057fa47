import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test, vi } from 'vitest'

vi.setConfig({ testTimeout: 60_000 })

const program = fileURLToPath(new URL('../../tests/support/stuck-process.ts', import.meta.url))

/** A process with a part that never closes, told to end as often as signals are given, each after the next output. */
async function told(signals: readonly NodeJS.Signals[]) {
	const child = execa(process.execPath, [program], { reject: false, all: true, forceKillAfterDelay: false })
	const left = [...signals]
	let firstAt = 0
	child.all.on('data', () => {
		firstAt ||= performance.now()
		const next = left.shift()
		if (next !== undefined) child.kill(next)
	})
	const { exitCode, all } = await child
	return { exitCode, all, tookMs: performance.now() - firstAt }
}

test('what is still open at the deadline is named, and the status says so', async () => {
	const { exitCode, all, tookMs } = await told(['SIGTERM'])
	expect(exitCode).toBe(1)
	expect(all).toContain('"stillOpen":["stuck part"]')
	expect(tookMs).toBeGreaterThan(9_500)
	expect(tookMs).toBeLessThan(12_000)
})

test.each([
	['SIGTERM', 143],
	['SIGINT', 130],
] as const)('a second signal, %s, ends the process at once', async (signal, status) => {
	const { exitCode, tookMs } = await told(['SIGTERM', signal])
	expect(exitCode).toBe(status)
	expect(tookMs).toBeLessThan(3_000)
})

test.each([
	['rejects', 'stuck-process.ts'],
	['throws', 'throwCanary'],
])(
	'what %s where nobody waits for it ends the process in order, with its place in the log and no words of anybody',
	async (failure, place) => {
		const { exitCode, all } = await execa(process.execPath, [program, `--${failure}`], { reject: false, all: true })
		expect(exitCode).toBe(1)
		expect(all).toContain('something has failed that nobody waits for')
		expect(all).toContain(place)
		expect(all).toContain('The good part is closed.')
		expect(all).not.toContain('canary')
	},
)
