import { fileURLToPath } from 'node:url'
import { Option } from 'commander'
import { describe, expect, test } from 'vitest'
import { ThreadwiseError } from '../../src/core/errors.ts'
import type { Benchmark, BenchmarkSetting } from '../bench/support/benchmark.ts'
import { benchmarkNames, loadBenchmark } from '../bench/support/find-benchmark.ts'
import { runBenchmark } from '../bench/support/run-benchmark.ts'
import { runProgram } from '../support/command-line.ts'

const program = fileURLToPath(new URL('../bench/main.ts', import.meta.url))

const figures = { runsPerSecond: 12 }
const table = { title: 'Runs', columns: ['runs', 'a second'], rows: [['3', '12']] }

function aBenchmark(choices: Partial<Benchmark> & { readonly holds?: boolean } = {}): Benchmark {
	const { holds = true, ...rest } = choices
	return {
		summary: 'counts to three',
		claim: 'three is more than two',
		measure: async ({ quick }) => ({ parameters: { quick }, figures, holds, tables: [table] }),
		...rest,
	}
}

async function run(benchmark: Benchmark, ...args: readonly string[]) {
	const said = { output: '', trouble: '' }
	const surroundings = {
		output: (text: string) => {
			said.output += text
		},
		trouble: (text: string) => {
			said.trouble += text
		},
		signal: new AbortController().signal,
	}
	const exitCode = await runBenchmark('counting', benchmark, args, surroundings)
	return { exitCode, ...said }
}

describe('a benchmark', () => {
	test('prints one object with --json, and its exit status says whether the claim holds', async () => {
		const held = await run(aBenchmark(), '--json', '--quick')
		expect(held).toMatchObject({ exitCode: 0, trouble: '' })
		expect(JSON.parse(held.output)).toEqual({
			name: 'counting',
			parameters: { quick: true },
			figures,
			holds: true,
			claim: 'three is more than two',
		})
		const broken = await run(aBenchmark({ holds: false }), '--json')
		expect(broken.exitCode).toBe(1)
		expect(JSON.parse(broken.output)).toMatchObject({ holds: false, parameters: { quick: false } })
	})

	test('shows people its parameters, its tables and whether the claim holds', async () => {
		const { output, exitCode } = await run(aBenchmark({ holds: false }))
		expect(exitCode).toBe(1)
		expect(output).toMatch(/quick.*false/)
		expect(output).toMatch(/3.*12/)
		expect(output).toMatch(/does not hold.*three is more than two/)
	})

	test('says what is missing, and still prints one object for whoever asked for it', async () => {
		const measure = () => {
			throw new ThreadwiseError('config', 'There is no PostgreSQL server.', { fix: 'Install it.' })
		}
		const { output, trouble, exitCode } = await run(aBenchmark({ measure }), '--json')
		expect(exitCode).toBe(1)
		expect(trouble).toBe('There is no PostgreSQL server. Install it.')
		expect(JSON.parse(output)).toMatchObject({ name: 'counting', holds: false, figures: {} })
	})

	test('gets its own options and the folder with data', async () => {
		const given: BenchmarkSetting[] = []
		const benchmark = aBenchmark({
			options: [new Option('--most-runs <number>').argParser(Number)],
			measure: async (setting) => {
				given.push(setting)
				return { parameters: {}, figures: {}, holds: true, tables: [] }
			},
		})
		await run(benchmark, '--most-runs', '7', '--data', 'somewhere')
		expect(given).toMatchObject([{ dataFolder: 'somewhere', options: { mostRuns: 7 } }])
		expect(await run(benchmark, '--wrong')).toMatchObject({ exitCode: 1, output: '' })
	})
})

describe('the command', () => {
	test('lists the known benchmarks for an unknown name', async () => {
		const { exitCode, stdout, stderr } = await runProgram([program, 'nonsense', '--json'], {})
		expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
		expect(stderr).toBe(`There is no benchmark "nonsense"; there are ${benchmarkNames().join(', ')}.`)
	})

	test.each(benchmarkNames())('knows %s by its file', async (name) => {
		const { summary, claim } = await loadBenchmark(name)
		expect(summary).not.toBe('')
		expect(claim).not.toBe('')
	})
})
