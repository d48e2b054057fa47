import { numbersIn } from '../checks/index.ts'

/** What can be told from a question without asking a model. */
export type FreeSignals = {
	/** `unsure`: the grey band, where a classifier may be asked. */
	readonly level: 'easy' | 'hard' | 'unsure'
	/** Which way it leans, for when no classifier answers. */
	readonly leaning: 'easy' | 'hard'
	readonly reason: string
	readonly estimatedSteps: number
}

const smallTalk =
	/^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks?(?: you)?|thx|cheers|bye|goodbye|ok(?:ay)?|great|nice|cool)(?: (?:there|everyone|all|a lot|so much|very much|again|bot|threadwise))?[\s,.!?…]*)+$/i
const lookUp =
	/^(?:what(?:'s| is| are| was| were)|who(?:'s| is| was)|where(?:'s| is| are)|when(?: is| was| did)|define|spell|translate|capital of|how do you (?:say|spell))\b/i
const bareExpression = /^(?:what(?:'s| is)|calculate|compute|how much is)?\s*[-+(]*\d[\d\s.,+\-*/×÷^()%]*[=?\s]*$/i
const calculationWords = /\b\d+(?:\.\d+)?\s*%\s+of\s+[\d.,]+|\bsquare root of [\d.,]+/i
const demanding =
	/\b(?:plan|prove|proof|derive|design|trade-?offs?|pros and cons|strategy|compare|versus|vs\.?|optimi[sz]e|step by step|schedule|estimate|analy[sz]e|debug|refactor)\b/i
const conditions =
	/\b(?:each|every|at least|at most|no more than|unless|if|then|twice|half|remaining|left over|altogether|in total|per|except|both|either|cheaper|faster|older|younger|discount|after that)\b/gi
const codeFence = /```|\bfunction\b|=>|;\s*$/m

/** Reads the free signals: kinds of words, numbers, conditions, code. Length alone says next to nothing, so it isn't used. */
export function readFreeSignals(question: string): FreeSignals {
	const text = question.trim()
	return trivial(text) ?? demandingWork(text) ?? wordProblem(text) ?? greyBand(text)
}

function trivial(text: string): FreeSignals | null {
	if (smallTalk.test(text)) return easy('Small talk')
	if (bareExpression.test(text) || (calculationWords.test(text) && numbersIn(text).length <= 2))
		return easy('One calculation')
	if (lookUp.test(text) && numbersIn(text).length === 0 && !demanding.test(text) && countConditions(text) === 0) {
		return sentences(text) === 1 ? easy('A look-up or a definition') : null
	}
	return null
}

function demandingWork(text: string): FreeSignals | null {
	const word = demanding.exec(text)?.[0]
	if (word === undefined) return null
	return hard(`It asks for more than a fact ("${word.toLowerCase()}")`, Math.max(3, numbersIn(text).length))
}

function wordProblem(text: string): FreeSignals | null {
	const numbers = numbersIn(text).length
	const evidence = numbers + countConditions(text)
	if (numbers >= 3 || (numbers >= 2 && evidence >= 4)) {
		return hard(`${numbers} numbers and ${countConditions(text)} conditions to combine`, numbers)
	}
	return null
}

function greyBand(text: string): FreeSignals {
	const evidence = numbersIn(text).length + countConditions(text) + sentences(text) + (codeFence.test(text) ? 2 : 0)
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

function countConditions(text: string): number {
	return text.match(conditions)?.length ?? 0
}

function sentences(text: string): number {
	return text.split(/[.!?]+(?:\s|$)/).filter((sentence) => sentence.trim() !== '').length
}
