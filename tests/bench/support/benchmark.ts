import type { Option } from 'commander'

/** What a benchmark is told. */
export type BenchmarkSetting = {
	/** Whether it must end within 45 seconds on two cores. */
	readonly quick: boolean
	/** A folder with data to work on, for a benchmark that needs any; null where none was named. */
	readonly dataFolder: string | null
	/** What was given for the benchmark's own options, by their camel-cased names. */
	readonly options: Readonly<Record<string, unknown>>
	readonly progress: Progress
	/** Aborts when somebody wants the benchmark to end. */
	readonly signal: AbortSignal
}

/** How far a benchmark has come. */
export type Progress = {
	/** Says once, at the beginning, how many steps there will be. */
	expect(steps: number): void
	/** Says that a step begins, and with it that the one before is done. */
	begin(step: string): void
}

/** One table of what people are shown; `--json` leaves it out. */
export type Table = {
	readonly title: string
	readonly columns: readonly string[]
	readonly rows: readonly (readonly string[])[]
}

/** What a benchmark has found out. */
export type Measurement = {
	/** What the figures depend on: sizes, settings of servers, versions. */
	readonly parameters: Readonly<Record<string, unknown>>
	/** Durations end in `Ms`, money in `Usd`. */
	readonly figures: Readonly<Record<string, unknown>>
	/** Whether the claim is true of these figures. */
	readonly holds: boolean
	readonly tables: readonly Table[]
}

/** A benchmark: `tests/bench/<name>.ts` exports one as `benchmark`, and needs nothing else to be found. */
export type Benchmark = {
	/** One line for the list of all benchmarks. */
	readonly summary: string
	/** The sentence that `holds` judges. */
	readonly claim: string
	/** Options of its own, beside those that every benchmark has. */
	readonly options?: readonly Option[]
	/**
	 * Measures. Whatever it starts, it has ended when this settles.
	 * @throws Error that says what to install where a server is missing.
	 */
	measure(setting: BenchmarkSetting): Promise<Measurement>
}
