import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ModelPrice } from '../../src/core/language-model.ts'
import { order, promptOf, roleOf, sectionOf, solution } from './reasoning.ts'
import {
	type RecordedRequest,
	rateLimited,
	reply,
	type ScriptedModelServer,
	type ScriptedStep,
	sendText,
	startScriptedModelServer,
	startStream,
} from './scripted-model-server.ts'
import { seededRandom } from './seeded-random.ts'

/** What kind of server it is. Whatever is left to chance is the same for the same seed and the same request. */
export type MeteredTraits = {
	readonly seed: number
	/** The longest that a reply takes. */
	readonly latencyMs: number
	readonly reportsUsage: boolean
	/** How much of the room that it is given it fills with thinking, which it bills as well: from 0 to 1. */
	readonly thinking: number
	/** How often, from 0 to 1, a request is refused, cut or answered with nothing at first, or a result is wrong. */
	readonly faults: number
	readonly charactersPerToken: number
	readonly price: ModelPrice
	/** How many times as long as allowed its replies are: 1 for a server that keeps to the limit. */
	readonly excess: number
}

/** What a provider's bill would say, whatever became of a request on its way. */
export type Bill = { readonly tokens: number; readonly costMicroUsd: number }

export type MeteredModelServer = ScriptedModelServer & { bill(): Bill }

/** The most that a chat template puts around a message. */
const templateTokens = 8

/** A model server that counts tokens itself and bills every request that it doesn't refuse: whole, as soon as it arrives. */
export async function startMeteredModelServer(traits: MeteredTraits): Promise<MeteredModelServer> {
	const bill = { tokens: 0, costMicroUsd: 0 }
	const seen = new Map<string, number>()
	const server = await startScriptedModelServer(async (request): Promise<ScriptedStep> => {
		const body = JSON.stringify(request.body)
		const attempt = (seen.get(body) ?? 0) + 1
		seen.set(body, attempt)
		const random = seededRandom(createHash('sha256').update(`${traits.seed} ${body}`).digest().readInt32LE())
		const fault = faultOf(attempt, random() < traits.faults, random())
		if (fault === 'refused') return rateLimited({ 'retry-after-ms': '1' })
		const usage = usageOf(request, textFor(request, random() < traits.faults), traits)
		bill.tokens += usage.inputTokens + usage.outputTokens
		bill.costMicroUsd += exactCost(traits.price, usage)
		await sleep(random() * traits.latencyMs)
		return stepFor(fault, usage, traits.reportsUsage)
	})
	return { ...server, bill: () => bill }
}

type Fault = 'none' | 'refused' | 'cut' | 'empty'
const faults: readonly Fault[] = ['refused', 'cut', 'empty']

/** Only the first attempt at a request fails, so that what is tested is the budget and not the patience. */
function faultOf(attempt: number, fails: boolean, which: number): Fault {
	return attempt === 1 && fails ? (faults[Math.floor(which * faults.length)] ?? 'none') : 'none'
}

type Counted = {
	readonly text: string
	readonly inputTokens: number
	readonly outputTokens: number
	readonly isCut: boolean
}

function usageOf(request: RecordedRequest, text: string, traits: MeteredTraits): Counted {
	const { charactersPerToken, thinking, excess } = traits
	const most = Number(request.body.max_tokens) * excess
	const whole = Math.ceil(text.length / charactersPerToken)
	const inputTokens = Math.ceil(sentCharacters(request) / charactersPerToken) + templateTokens * messagesOf(request)
	const outputTokens = excess > 1 ? most : Math.min(most, whole + Math.floor(thinking * most))
	const isCut = whole > most
	return { text: isCut ? text.slice(0, most * charactersPerToken) : text, inputTokens, outputTokens, isCut }
}

function messagesOf({ body }: RecordedRequest): number {
	return Array.isArray(body.messages) ? body.messages.length : 0
}

/** The texts and the schema. */
function sentCharacters({ body }: RecordedRequest): number {
	const texts: unknown[] = Array.isArray(body.messages) ? body.messages.map((message) => message.content) : []
	const schema = JSON.stringify(body.response_format ?? '').length
	return texts.reduce<number>((sum, text) => sum + String(text).length, schema)
}

/** A provider doesn't round the price of each call up. */
function exactCost(price: ModelPrice, { inputTokens, outputTokens }: Counted): number {
	return price.inputUsdPerMillion * inputTokens + price.outputUsdPerMillion * outputTokens
}

function stepFor(
	fault: Fault,
	{ text, inputTokens, outputTokens, isCut }: Counted,
	reportsUsage: boolean,
): ScriptedStep {
	if (fault === 'cut') return cutInTheMiddle(text)
	const usage = reportsUsage ? { prompt_tokens: inputTokens, completion_tokens: outputTokens } : null
	return reply(fault === 'empty' ? '' : text, { usage, finishReason: isCut ? 'length' : 'stop' })
}

function cutInTheMiddle(text: string): ScriptedStep {
	return async (request, response) => {
		startStream(response)
		sendText(request, response, text.slice(0, text.length / 2))
		await new Promise((resolve) => response.write(': cut\n\n', resolve))
		response.socket?.resetAndDestroy()
	}
}

const wrongResult = solution('8 * 7', '54')

/** What a model says in each role about the order of pens and markers, or about anything else. */
function textFor(request: RecordedRequest, isWrong: boolean): string {
	switch (roleOf(request)) {
		case 'complexity':
			return JSON.stringify({
				level: isWrong ? 'easy' : 'hard',
				reason: 'two prices',
				estimatedSteps: 3,
				ambiguous: false,
			})
		case 'direct':
			return promptOf(request).includes('12 * 4') && isWrong ? '12 * 4 = 58' : 'It is 48, as far as I can see.'
		case 'analysis':
			return JSON.stringify(order.analysis)
		case 'plan':
			return JSON.stringify(order.plan)
		case 'subtask-result':
			return JSON.stringify(isWrong ? wrongResult : resultFor(sectionOf(request, 'objective')))
		case 'comparison':
			return JSON.stringify({ differences: isWrong ? [{ kind: 'dropped', what: 'the markers' }] : [] })
		case 'claim-check':
			return JSON.stringify({ holds: !isWrong, evidence: 'Worked out again.' })
		case 'solution':
			return JSON.stringify(isWrong ? { ...order.solution, answer: '$54' } : order.solution)
		case 'sameness':
			return JSON.stringify({ same: !isWrong })
		case 'judgement':
			return JSON.stringify({ checks: [] })
		case 'choice':
			return JSON.stringify({ choice: isWrong ? 'second' : 'first', evidence: 'Worked out again.' })
		case 'answer':
			return order.answer
	}
}

function resultFor(objective: string): object {
	const results: Readonly<Record<string, object>> = order.results
	return results[objective] ?? wrongResult
}
