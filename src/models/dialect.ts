import { type ModelKind, thinkingRoomTokens } from '../core/language-model.ts'

/** Preferences from the richest to the plainest; the first is in use, and refusals only ever shorten the list. */
export type Ladder<T> = readonly [T, ...T[]]

export type OutputMode = 'json-schema' | 'json-object' | 'text'
export type LimitField = 'max_completion_tokens' | 'max_tokens'
export type LowestEffort = 'none' | 'minimal' | 'low'
export type OptionalParameter = 'stream_options' | 'temperature' | 'seed' | 'reasoning_effort'

/** How one model of one server wants to be asked: everything that compatible servers disagree about. */
export type Dialect = {
	readonly outputModes: Ladder<OutputMode>
	readonly limitFields: Ladder<LimitField>
	/** What is sent for the effort `none`: many reasoning models can't switch their thinking off. */
	readonly lowestEfforts: Ladder<LowestEffort>
	/** Tokens added to a reasoning model's limit; smaller where the server's context window is small. */
	readonly thinkingRooms: Ladder<number>
	readonly refused: readonly OptionalParameter[]
}

/** The parameters of a request that a refusal may be about. */
export type SentParameters = {
	readonly response_format?: { readonly type: string }
	readonly stream_options?: unknown
	readonly max_completion_tokens?: unknown
	readonly max_tokens?: unknown
	readonly temperature?: unknown
	readonly seed?: unknown
	readonly reasoning_effort?: unknown
}

/** One request that was refused: what was sent, and to what kind of model. */
export type Attempt = { readonly sent: SentParameters; readonly kind: ModelKind }

/** A server's answer of status 400 or 422: the parameter it names, if it has a field for that, and all of its words. `final`: it isn't about a parameter. */
export type Refusal = { readonly parameter: string | null; readonly text: string; readonly final: boolean }

/**
 * The richest way to ask, before anything is known about a server.
 *
 * Ollama silently ignores `max_completion_tokens` (ollama/ollama#7125), so that its replies would have no limit at all.
 * OpenAI's own newer models refuse `max_tokens`, but with an error, which can be learned from. So only OpenAI's own
 * addresses begin with the new name.
 */
export function firstDialect(hostname: string): Dialect {
	const isOpenAi = /(^|\.)(openai\.com|openai\.azure\.com)$/.test(hostname)
	return {
		outputModes: ['json-schema', 'json-object', 'text'],
		limitFields: isOpenAi ? ['max_completion_tokens', 'max_tokens'] : ['max_tokens', 'max_completion_tokens'],
		lowestEfforts: ['none', 'minimal', 'low'],
		thinkingRooms: [thinkingRoomTokens, 8_000, 2_000],
		refused: [],
	}
}

/** The next plainer way to ask after a refusal, or null if nothing that was sent explains it. */
export function plainerDialect(dialect: Dialect, attempt: Attempt, refusal: Refusal): Dialect | null {
	if (refusal.final) return null
	for (const text of refusal.parameter === null ? [refusal.text] : [refusal.parameter, refusal.text]) {
		for (const rule of rules) {
			const plainer = rule.names.test(text) ? rule.stepDown(dialect, attempt, refusal.text) : null
			if (plainer !== null) return plainer
		}
	}
	const isUnspecific = !rules.some((rule) => rule.names.test(refusal.text))
	// Some servers say no more than "bad request"; a strict schema is what they stumble over most often.
	return isUnspecific && attempt.sent.response_format?.type === 'json_schema' ? plainerOutput(dialect) : null
}

type StepDown = (dialect: Dialect, attempt: Attempt, text: string) => Dialect | null
type Rule = { readonly names: RegExp; readonly stepDown: StepDown }

const aboutValue =
	/unsupported value|invalid (value|option|enum)|not supported for this model|must be one of|supported values|should be/i

const rules: readonly Rule[] = [
	{
		names:
			/response_format|json_schema|json_object|json mode|structured[ _-]?output|guided_json|grammar|invalid schema/i,
		stepDown: (dialect, { sent }) => (sent.response_format === undefined ? null : plainerOutput(dialect)),
	},
	{ names: /stream_options|include_usage/i, stepDown: without('stream_options') },
	{ names: /max_(completion_)?tokens|maximum context|context length/i, stepDown: plainerLimit },
	{ names: /temperature/i, stepDown: without('temperature') },
	{ names: /\bseed\b/i, stepDown: without('seed') },
	{
		names: /reasoning[ _.]?effort|not support (thinking|reasoning)|think value/i,
		stepDown: plainerEffort,
	},
]

function plainerOutput(dialect: Dialect): Dialect | null {
	const outputModes = shorter(dialect.outputModes)
	return outputModes === null ? null : { ...dialect, outputModes }
}

function without(parameter: OptionalParameter): StepDown {
	return (dialect, { sent }) =>
		sent[parameter] === undefined ? null : { ...dialect, refused: [...dialect.refused, parameter] }
}

function plainerLimit(dialect: Dialect, { kind }: Attempt, text: string): Dialect | null {
	if (/too (large|high|long)|at most|maximum|exceed|context/i.test(text)) {
		const thinkingRooms = shorter(dialect.thinkingRooms)
		return kind !== 'reasoning' || thinkingRooms === null ? null : { ...dialect, thinkingRooms }
	}
	const limitFields = shorter(dialect.limitFields)
	return limitFields === null || !text.includes(dialect.limitFields[0]) ? null : { ...dialect, limitFields }
}

function plainerEffort(dialect: Dialect, attempt: Attempt, text: string): Dialect | null {
	const lowestEfforts = shorter(dialect.lowestEfforts)
	const triedLowest = attempt.sent.reasoning_effort === dialect.lowestEfforts[0]
	if (triedLowest && lowestEfforts !== null && aboutValue.test(text)) return { ...dialect, lowestEfforts }
	return without('reasoning_effort')(dialect, attempt, text)
}

function shorter<T>(ladder: Ladder<T>): Ladder<T> | null {
	const [, second, ...others] = ladder
	return second === undefined ? null : [second, ...others]
}
