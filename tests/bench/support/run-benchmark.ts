import { Command, CommanderError } from 'commander'
import { ThreadwiseError } from '../../../src/core/errors.ts'
import type { Benchmark, Measurement } from './benchmark.ts'
import { showProgress, silentProgress, toJson, toText } from './show.ts'

/** Where a benchmark's result and its trouble go, and what ends it early. */
export type BenchmarkSurroundings = {
	readonly output: (text: string) => void
	readonly trouble: (text: string) => void
	readonly signal: AbortSignal
}

/** Runs a benchmark as its command-line arguments say. Returns the exit status. */
export async function runBenchmark(
	name: string,
	benchmark: Benchmark,
	args: readonly string[],
	surroundings: BenchmarkSurroundings,
): Promise<number> {
	const { output, trouble, signal } = surroundings
	const command = commandFor(name, benchmark, surroundings)
	try {
		command.parse(args, { from: 'user' })
	} catch (error) {
		// What is to be said about the arguments has been said.
		if (error instanceof CommanderError) return error.exitCode
		throw error
	}
	const options = command.opts()
	const json = options.json === true
	try {
		const measured = await measure(benchmark, options, json, signal)
		output(json ? toJson(name, benchmark, measured) : toText(benchmark, measured))
		return measured.holds ? 0 : 1
	} catch (error) {
		// Whoever asked for JSON gets one object whatever happens.
		if (json) output(toJson(name, benchmark, { parameters: {}, figures: {}, holds: false }))
		trouble(signal.aborted ? 'The benchmark was ended.' : explain(error))
		return 1
	}
}

function commandFor(name: string, { summary, options = [] }: Benchmark, { output, trouble }: BenchmarkSurroundings) {
	const command = new Command(`bench -- ${name}`)
		.description(summary)
		.option('--quick', 'end within 45 seconds on two cores')
		.option('--data <folder>', 'a folder with data to work on')
		.option('--json', 'print one JSON object and nothing else')
		.configureOutput({ writeOut: output, writeErr: trouble })
		.exitOverride()
	for (const option of options) command.addOption(option)
	return command
}

async function measure(
	benchmark: Benchmark,
	options: Readonly<Record<string, unknown>>,
	json: boolean,
	signal: AbortSignal,
): Promise<Measurement> {
	using bar = json ? null : showProgress()
	const dataFolder = typeof options.data === 'string' ? options.data : null
	const progress = bar ?? silentProgress
	return await benchmark.measure({ quick: options.quick === true, dataFolder, options, progress, signal })
}

/** What somebody can do something about is told in a sentence; anything else is a bug, for which the place matters. */
function explain(error: unknown): string {
	if (error instanceof ThreadwiseError) return `${error.message} ${error.fix}`
	return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
