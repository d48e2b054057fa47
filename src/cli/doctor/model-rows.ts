import { type Finding, notChecked, ok, problem, warning } from '../../core/check.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import type { ModelPrice } from '../../core/language-model.ts'
import type { ModelList } from '../../models/index.ts'
import type { PromptReply } from '../../reasoning/index.ts'
import { seconds } from '../../rendering/index.ts'
import { addressOf } from './endpoint-rows.ts'
import type { SmallReply } from './model-probe.ts'

/** What came of asking a model something. */
export type Asked<Reply> =
	| { readonly reply: Reply; readonly error: null }
	| { readonly reply: null; readonly error: unknown }

const notAnswered = notChecked('it needs an answer')

/** Ollama completes a name without a tag. */
function knows(names: readonly string[], model: string): boolean {
	return names.includes(model) || names.includes(`${model}:latest`)
}

/** A refusal that is about the name: of a server that keeps a list, only where the name isn't in it. */
export function isUnknownModel(list: ModelList, model: string, { error }: Asked<SmallReply>): boolean {
	if (!(error instanceof ThreadwiseError) || error.code !== 'model-request') return false
	return list.kind === 'models' ? !knows(list.names, model) : true
}

export function nameFinding(list: ModelList, model: string, asked: Asked<SmallReply>): Finding {
	if (isUnknownModel(list, model, asked)) {
		const names = list.kind === 'models' ? nearest(list.names, model) : []
		const has = names.length === 0 ? '' : ` It has ${names.join(', ')}.`
		return problem(`The server knows no model "${model}".${has}`, nameFix(list, model))
	}
	if (list.kind === 'models' && knows(list.names, model)) return ok(`${model}, in the list of the server`)
	if (asked.reply !== null) return ok(`${model}, which the server doesn't list but answers to`)
	return notChecked(`${model}, not asked`)
}

function nameFix({ kind }: ModelList, model: string): string {
	if (kind === 'models') {
		return `Name one that it has (npm run -s threadwise -- setup lists them); Ollama gets it with: ollama pull ${model}`
	}
	return 'Correct the name, or the address: it ends where the API begins, often with /v1.'
}

const mostNames = 5

/** The names that have most in common with what was asked for come first. */
function nearest(names: readonly string[], model: string): readonly string[] {
	const likeness = (name: string) =>
		name.split(/[^a-z0-9]+/i).filter((part) => part !== '' && model.includes(part)).length
	return names.toSorted((left, right) => likeness(right) - likeness(left)).slice(0, mostNames)
}

export function replyFinding({ reply, error }: Asked<SmallReply>): Finding {
	if (reply !== null) return ok(`answered in ${seconds(reply.totalMs)}`)
	if (!(error instanceof ThreadwiseError)) throw error
	if (error.code === 'model-length') {
		return problem(
			error.message,
			'If it thinks before it writes, set THREADWISE_MODEL_KIND=reasoning (or kind: reasoning in the configuration file).',
		)
	}
	return problem(error.message, error.fix)
}

export function streamingFinding({ reply }: Asked<SmallReply>): Finding {
	if (reply === null) return notAnswered
	if (reply.pieces > 1) return ok(`streams (${reply.pieces} pieces)`)
	return warning(
		'The reply came in one piece: people see nothing of it until it is complete.',
		'Switch streaming on in the server or the proxy in front of it. Everything else works without.',
	)
}

export function usageFinding({ reply }: Asked<SmallReply>): Finding {
	if (reply === null) return notAnswered
	const { inputTokens, outputTokens, estimated } = reply.usage
	if (!estimated) return ok(`reported (${inputTokens} + ${outputTokens} tokens)`)
	return warning(
		'The server reports no usage in streams: tokens are estimated from the length of texts.',
		'Switch stream_options.include_usage on in the server or gateway, or leave room in the budgets.',
	)
}

const slowMs = 10_000

export function speedFinding({ reply }: Asked<SmallReply>): Finding {
	if (reply === null) return notAnswered
	const { firstWordMs, totalMs, usage } = reply
	const perSecond = Math.round((usage.outputTokens * 1_000) / Math.max(1, totalMs))
	const text = `first word after ${seconds(firstWordMs)}, ${perSecond} tokens a second`
	if (firstWordMs <= slowMs) return ok(text)
	return warning(
		`It is slow: ${text}.`,
		'A local model may just have been loaded: run doctor again. Else use a smaller model for the alias fast, or more hardware.',
	)
}

export type OutputMode = 'json-schema' | 'json-object' | 'text'

export function jsonFinding(mode: OutputMode, { reply, error }: Asked<PromptReply>): Finding {
	if (error !== null) throw error
	if (reply === null) return notAnswered
	if (reply.value === null) {
		return problem(
			`It did not answer in the form that it was asked for: ${reply.problem}`,
			'Use a model that can answer in JSON; larger ones can. npm run -s threadwise -- prompts check shows more.',
		)
	}
	const repaired = reply.usage.calls > 1 ? ', but only when it was asked again' : ''
	if (mode === 'text') {
		return warning(
			`The server knows neither json_schema nor json_object; JSON is looked for in the text${repaired}.`,
			'It works, less reliably. A newer version of the server may know one of them.',
		)
	}
	if (repaired !== '') {
		return warning(`${nameOf(mode)}${repaired}.`, 'It works, at the cost of more calls. Larger models need fewer.')
	}
	return ok(mode === 'json-schema' ? nameOf(mode) : `${nameOf(mode)} (the server doesn't know json_schema)`)
}

function nameOf(mode: 'json-schema' | 'json-object'): string {
	return mode.replace('-', '_')
}

export function priceFinding(
	{ inputUsdPerMillion, outputUsdPerMillion }: ModelPrice,
	isUnknown: boolean,
	baseUrl: string,
): Finding {
	if (!isUnknown) return ok(`$${inputUsdPerMillion} in and $${outputUsdPerMillion} out per million tokens`)
	if (isNearby(baseUrl)) return ok('free: the server is on this machine or network')
	return warning(
		`Nobody knows what ${addressOf(baseUrl)} asks for it: it counts as free, and no budget in dollars holds.`,
		'Set its price in the configuration file (docs/models.md), or use budgets in tokens.',
	)
}

/** An address that no provider on the internet can have. */
function isNearby(baseUrl: string): boolean {
	const { hostname } = new URL(baseUrl)
	const isPrivate = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[::1\]|\[f[cd])/.test(hostname)
	return isPrivate || !hostname.includes('.') || /\.(?:local|internal|lan)$/.test(hostname)
}
