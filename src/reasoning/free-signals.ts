import { counted } from '../core/counted.ts'

/** What can be told from a question without asking a model. */
export type FreeSignals = {
	/** `unsure`: the grey band, where a classifier may be asked. */
	readonly level: 'easy' | 'hard' | 'unsure'
	/** Which way it leans, for when no classifier answers. */
	readonly leaning: 'easy' | 'hard'
	readonly reason: string
	readonly estimatedSteps: number
}

// Whoever writes the question chooses the text, so every pattern here takes time in proportion to its length.
const smallTalk =
	/^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks?(?: you)?|thx|cheers|bye|goodbye|ok(?:ay)?|great|nice|cool)(?: (?:there|everyone|all|a lot|so much|very much|again|bot|threadwise))?(?:[\s,.!?…\p{Extended_Pictographic}\p{Emoji_Modifier}]|\u{FE0F}|:[\w+-]+:)*)+$/iu
const lookUp =
	/^(?:what(?:'s| is| are| was| were)|who(?:'s| is| was)|where(?:'s| is| are)|when(?: is| was| did)|define|spell|translate|capital of|how do you (?:say|spell))\b/i
const bareExpression = /^(?:what(?:'s| is)|calculate|compute|how much is)?\s*[-+(]*\d[\d\s.,+\-*/×÷^()%=?]*$/i
const calculationWords = /\b\d+(?:\.\d+)?\s?%\s+of\s+[\d.,]+|\bsquare root of [\d.,]+/i
const demanding =
	/\b(?:prove|derive|trade-?offs?|pros and cons|compare|versus|vs|optimi[sz]e|step by step|analy[sz]e|debug|refactor|implement|write (?:me )?an? (?:\w+ ){0,2}(?:function|query|script|program|regex)|probability (?:of|that)|expected (?:number|value|time|cost))\b/i
/** The same in the other languages that people ask in most. */
const demandingElsewhere =
	/\b(?:beweise|vergleiche?n?|entwirf|optimiere|analysiere|vor- und nachteile|abwägen|démontre[rz]?|prouve[rz]?|compare[rz]|analyse[rz]|avantages et (?:les )?inconvénients|demuestr[ae]|compar[ae]|diseñ[ae]|analiz[ae]|ventajas y (?:las )?desventajas)(?!\p{L})/iu
/** Whatever stands behind it, it is only said anew. */
const rewording =
	/^(?:please )?(?:translate\b[^:]{0,40}\b(?:in)?to (?:english|german|french|spanish|italian|portuguese|dutch|polish|japanese|chinese)|(?:fix|correct|check) (?:the|my) (?:spelling|grammar|typos))\b[^:]{0,40}:/i
/** These are also names of things: "what is the schedule?" only looks something up. */
const demandingOrThing = /\b(?:plan|proof|design|strategy|schedule|estimate)\b/i
/** What begins like a look-up and asks for a judgement. */
const judgement =
	/\b(?:best|better|worth|differences?|way to|steps|risks?|should|would|why|how to|explain|impact|wrong with)\b/i
const conditions =
	/\b(?:each|every|at least|at most|no more than|unless|if|then|twice|half|remaining|left over|altogether|in total|per|except|both|either|cheaper|faster|older|younger|discount|after that)\b/gi
const numbers =
	/\d+(?:[.,:]\d+)*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred|thousand|dozen)\b/gi
const codeFence = /```|\bfunction\b|=>|;$/m

/** Reads the free signals: kinds of words, numbers, conditions, code. Length alone says next to nothing, so it isn't used. */
export function readFreeSignals(question: string): FreeSignals {
	const text = question.trim()
	return trivial(text) ?? demandingWork(text) ?? wordProblem(text) ?? greyBand(text)
}

function trivial(text: string): FreeSignals | null {
	if (smallTalk.test(text)) return easy('Small talk')
	if (bareExpression.test(text)) return easy('One calculation')
	if (rewording.test(text)) return easy('A rewording')
	if (demandingIn(text) !== null) return null
	if (calculationWords.test(text) && countNumbers(text) <= 2) return easy('One calculation')
	return isLookUp(text) ? easy('A look-up or a definition') : null
}

function isLookUp(text: string): boolean {
	const plain = countNumbers(text) === 0 && countConditions(text) === 0 && !codeFence.test(text)
	return plain && lookUp.test(text) && !judgement.test(text) && sentences(text) === 1
}

function demandingWork(text: string): FreeSignals | null {
	const word = demandingIn(text)
	if (word === null) return null
	return hard(`It asks for more than a fact ("${word.toLowerCase()}")`, Math.max(3, countNumbers(text)))
}

function demandingIn(text: string): string | null {
	const word =
		demanding.exec(text) ?? demandingElsewhere.exec(text) ?? (lookUp.test(text) ? null : demandingOrThing.exec(text))
	return word?.[0] ?? null
}

function wordProblem(text: string): FreeSignals | null {
	const count = countNumbers(text)
	const evidence = count + countConditions(text)
	if (count >= 3 || (count >= 2 && evidence >= 4)) {
		const conditionCount = countConditions(text)
		const and = conditionCount === 0 ? '' : ` and ${counted(conditionCount, 'condition')}`
		return hard(`${counted(count, 'number')}${and} to combine`, count)
	}
	return null
}

function greyBand(text: string): FreeSignals {
	const kinds = [codeFence, judgement].filter((pattern) => pattern.test(text)).length
	const evidence = countNumbers(text) + countConditions(text) + sentences(text) + 2 * kinds
	const leaning = evidence >= 4 ? 'hard' : 'easy'
	const estimatedSteps = leaning === 'hard' ? Math.min(5, evidence) : 1
	return { level: 'unsure', leaning, reason: 'Neither clearly easy nor clearly hard', estimatedSteps }
}

function easy(reason: string): FreeSignals {
	return { level: 'easy', leaning: 'easy', reason, estimatedSteps: 1 }
}

function hard(reason: string, steps: number): FreeSignals {
	return { level: 'hard', leaning: 'hard', reason, estimatedSteps: Math.min(8, Math.max(2, steps)) }
}

function countNumbers(text: string): number {
	return text.match(numbers)?.length ?? 0
}

function countConditions(text: string): number {
	return text.match(conditions)?.length ?? 0
}

function sentences(text: string): number {
	return text.split(/[.!?](?:\s|$)/).filter((sentence) => sentence.trim() !== '').length
}
