import { AbortedError } from '../../src/core/abort.ts'
import { benchmarkNames, loadBenchmark } from './support/find-benchmark.ts'
import { runBenchmark } from './support/run-benchmark.ts'

const [name = '--help', ...args] = process.argv.slice(2)
const output = (text: string) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
const trouble = (text: string) => process.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
process.exitCode = await main()

async function main(): Promise<number> {
	const names = benchmarkNames()
	if (name === '--help' || name === '-h') return showNames(names)
	if (!names.includes(name)) {
		trouble(`There is no benchmark "${name}"; there are ${names.join(', ')}.`)
		return 1
	}
	const benchmark = await loadBenchmark(name)
	return runBenchmark(name, benchmark, args, { output, trouble, signal: endingSignal() })
}

async function showNames(names: readonly string[]): Promise<number> {
	output('npm run -s bench -- <name> [--quick] [--data DIR] [--json]\n')
	for (const known of names) output(`  ${known.padEnd(14)}${(await loadBenchmark(known)).summary}`)
	return 0
}

/** The first signal ends what was started, and then this process; a second one ends it at once, as it would by default. */
function endingSignal(): AbortSignal {
	const ending = new AbortController()
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => ending.abort(new AbortedError('shutdown')))
	}
	return ending.signal
}
