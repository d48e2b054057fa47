/** One thing that is wrong with the configuration: where, what was found, what is expected, and what to do. */
export type ConfigProblem = {
	/** The environment variable, or the path in the configuration file. */
	readonly variable: string
	readonly found: string
	readonly expected: string
	readonly fix: string
}

/** A problem as one line for a person. */
export function describeProblem({ variable, found, expected, fix }: ConfigProblem): string {
	return `${variable}: found ${found}; expected ${expected}. ${fix}`
}
