import { Command, InvalidArgumentError } from 'commander'

/** How the practice model behaves; every field is a command-line option of the same name. */
export type PracticeOptions = {
	readonly port: number
	readonly seed: number
	/** The chance that a calculation of a subtask comes out wrong. */
	readonly mistakeRate: number
	/** The first sample of a subtask whose objective matches always slips. */
	readonly mistakePattern: RegExp | undefined
	readonly latencyMs: number
	readonly tokenLatencyMs: number
	/** The share of requests that fail with 429, 500 or a cut connection. */
	readonly errorRate: number
	readonly refuseJsonSchema: boolean
	readonly refuseJsonObject: boolean
	readonly streamUsage: boolean
	readonly requireMaxTokens: boolean
	/** Where a line is written for every finished or broken request. */
	readonly log: string | undefined
}

export const defaultOptions: PracticeOptions = {
	port: 0,
	seed: 1,
	mistakeRate: 0,
	mistakePattern: undefined,
	latencyMs: 0,
	tokenLatencyMs: 0,
	errorRate: 0,
	refuseJsonSchema: false,
	refuseJsonObject: false,
	streamUsage: true,
	requireMaxTokens: false,
	log: undefined,
}

/** Reads the command line; prints help or the mistake and exits where that is asked for. */
export function readOptions(argv: readonly string[]): PracticeOptions {
	const command = new Command('practice-model')
		.description('An OpenAI-compatible server on loopback that solves small word problems, for demos, tests and load.')
		.option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', wholeNumber, defaultOptions.port)
		.option('--seed <number>', 'decides every random choice', wholeNumber, defaultOptions.seed)
		.option('--mistake-rate <share>', 'chance that a subtask slips', share, defaultOptions.mistakeRate)
		.option('--mistake-pattern <regex>', 'the first sample of a matching objective always slips', pattern)
		.option('--latency-ms <number>', 'wait before the first byte', wholeNumber, defaultOptions.latencyMs)
		.option(
			'--token-latency-ms <number>',
			'wait before each streamed chunk',
			wholeNumber,
			defaultOptions.tokenLatencyMs,
		)
		.option('--error-rate <share>', 'share of requests that fail', share, defaultOptions.errorRate)
		.option('--refuse-json-schema', 'behave like a server without json_schema', false)
		.option('--refuse-json-object', 'behave like a server without json_object', false)
		.option('--no-stream-usage', 'ignore stream_options')
		.option('--require-max-tokens', 'refuse max_completion_tokens', false)
		.option('--log <file>', 'append one JSON line per request')
	return { ...defaultOptions, ...command.parse([...argv]).opts<Partial<PracticeOptions>>() }
}

function wholeNumber(text: string): number {
	if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
	return Number(text)
}

function share(text: string): number {
	const value = Number(text)
	if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('It must be between 0 and 1.')
	return value
}

function pattern(text: string): RegExp {
	try {
		return new RegExp(text, 'i')
	} catch {
		throw new InvalidArgumentError('It must be a regular expression.')
	}
}
