import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Benchmark } from './benchmark.ts'

const folder = new URL('../', import.meta.url)
const entry = 'main.ts'

/** The names of all benchmarks: every file beside the entry is one. */
export function benchmarkNames(): readonly string[] {
	const files = readdirSync(fileURLToPath(folder), { withFileTypes: true }).filter((file) => file.isFile())
	const names = files.map(({ name }) => name).filter((name) => name.endsWith('.ts') && name !== entry)
	return names.map((name) => name.slice(0, -'.ts'.length)).toSorted()
}

/**
 * Loads a benchmark by its name.
 * @throws TypeError if the file exports none.
 */
export async function loadBenchmark(name: string): Promise<Benchmark> {
	const loaded: { readonly benchmark?: Benchmark } = await import(new URL(`${name}.ts`, folder).href)
	if (loaded.benchmark === undefined) throw new TypeError(`tests/bench/${name}.ts exports no "benchmark".`)
	return loaded.benchmark
}
