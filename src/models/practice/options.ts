import { Command, InvalidArgumentError } from 'commander'

/** The mistakes that can be made, each with how often and where it is made for certain. */
const mistakes = {
	misreading: [
		'chance that the first reading of a question changes a number or what is asked',
		'the first reading always gets the matching given, or what is asked, wrong',
	],
	badPlan: [
		'chance that the first plan is cyclic, too long, a dead end or lacks an input',
		'the first plan of a matching question or unknown is always unusable',
	],
	mistake: [
		'chance that the calculation of a subtask comes out wrong',
		'the first sample of a subtask with a matching objective always slips',
	],
	silentSlip: [
		'chance that a subtask states a wrong result without any calculation',
		'the first sample of a matching objective is always wrong and without a calculation',
	],
	unrounded: [
		'chance that a division which is to be rounded is left as it comes out',
		'the first sample of a matching objective is never rounded',
	],
	wrongAlternative: [
		'chance that an alternative solution is wrong, mostly in the same way',
		'an alternative is always wrong where its method or question matches',
	],
	falseAlarm: [
		'chance that the verifier flags a right claim',
		'the verifier always flags the first claim about a matching objective',
	],
	missedSlip: [
		'chance that the verifier passes a wrong claim',
		'the verifier always passes the first claim about a matching objective',
	],
} as const satisfies Readonly<Record<string, readonly [rate: string, pattern: string]>>

export type Mistake = keyof typeof mistakes

type Rates = { readonly [Name in Mistake as `${Name}Rate`]: number }
type Patterns = { readonly [Name in Mistake as `${Name}Pattern`]: RegExp | undefined }

/** How the practice model behaves; every field is a command-line option of the same name. */
export type PracticeOptions = Rates &
	Patterns & {
		readonly port: number
		readonly seed: number
		/** Every sample of a subtask whose objective matches slips, until it is shown what a check has found. */
		readonly stubbornMistakePattern: RegExp | undefined
		/** Whether subtasks state their calculations; if not, only a verifier can check them. */
		readonly calculations: boolean
		/** Thinks in hidden tokens before it replies, and refuses what such models refuse. */
		readonly reasoning: boolean
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
	misreadingRate: 0,
	misreadingPattern: undefined,
	badPlanRate: 0,
	badPlanPattern: undefined,
	mistakeRate: 0,
	mistakePattern: undefined,
	stubbornMistakePattern: undefined,
	silentSlipRate: 0,
	silentSlipPattern: undefined,
	unroundedRate: 0,
	unroundedPattern: undefined,
	wrongAlternativeRate: 0,
	wrongAlternativePattern: undefined,
	falseAlarmRate: 0,
	falseAlarmPattern: undefined,
	missedSlipRate: 0,
	missedSlipPattern: undefined,
	calculations: true,
	reasoning: false,
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
	const command = withMistakes(
		new Command('practice-model')
			.description(
				'An OpenAI-compatible server on loopback that solves small word problems, for demos, tests and load.',
			)
			.option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', wholeNumber, defaultOptions.port)
			.option('--seed <number>', 'decides every random choice', wholeNumber, defaultOptions.seed),
	)
		.option('--stubborn-mistake-pattern <regex>', 'every sample slips until the evidence of a check is shown', pattern)
		.option('--no-calculations', 'state results without calculations')
		.option('--reasoning', 'think in hidden tokens; refuse temperature and top_p', false)
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

function withMistakes(command: Command): Command {
	for (const [name, [rate, always]] of Object.entries(mistakes)) {
		const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
		command.option(`--${flag}-rate <share>`, rate, share, 0)
		command.option(`--${flag}-pattern <regex>`, always, pattern)
	}
	return command
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
