/** Kinds of words that tell of work, in the languages that people ask in, and how often each counts at most. */
const signs: readonly (readonly [sign: RegExp, most: number])[] = [
	[/\d+(?:[.,:]\d+)*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b/gi, 2],
	[/\b(?:factorial|integral|derivative|divisors?|permutations?|modulo)\b|[\^π√∑∫]/gi, 1],
	[/\b(?:or|oder|ou)\b/gi, 1],
	[/\b(?:\p{L}+er|more|less) than\b|\b(?:larger|cheaper|faster|better|best|highest|lowest|differences?)\b/giu, 1],
	[/\b(?:should|sollten?|devrions|deberíamos)\b/gi, 1],
	// "If you know" and "if this is obvious" are manners, not conditions.
	[/\b(?:if(?! (?:you|this|that|anybody|anyone)\b)|unless|although|must|only|wenn|falls|si)\b/gi, 2],
	[/\b(?:each|every|jede[rsnm]?|chaque|cada)\b/gi, 1],
	[/\b(?:why|what could cause|how (?:would|could|should)|warum|wieso|pourquoi)\b|\bpor qué\b/gi, 1],
	[/\b(?:write|implement|build|create|design|schreibe?|entwirf|écris|escribe)\b/gi, 1],
	[/```|=>/g, 1],
	[/[.!?](?=\s+\S)/g, 1],
]

/** What is never done in one step. */
const demanding =
	/\b(?:prove|compare|explain|analy[sz]e|beweise|vergleiche|erkläre|démontre[rz]?|compare[rz]|demuestra|compara)(?!\p{L})/iu

/** How much work the words of a question tell of; from two on it takes more than one step. */
export function demandOf(question: string): number {
	const found = signs.map(([sign, most]) => Math.min(most, question.match(sign)?.length ?? 0))
	return found.reduce((sum, count) => sum + count, demanding.test(question) ? 2 : 0)
}
