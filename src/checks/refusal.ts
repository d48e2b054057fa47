/** How models say that they don't answer. Only what somebody says of themselves: "it can't be known" may well be the answer. */
const refusals: readonly RegExp[] = [
	/\bI(?: am|['’]m) (?:unable|not able) to (?:help|assist|answer|comply|do (?:this|that))\b/iu,
	/\bI (?:can['’]?t|can ?not|won['’]t|could(?: not|n['’]t)) (?:help (?:you|with)|assist|answer|comply|do (?:this|that))\b/iu,
	/\bI am [^.!?\n]{1,60} can(?:['’]?t|not) answer (?:this|that|it|the question|your question)\b/iu,
	/\bkann ich (?:dir |Ihnen )?(?:leider )?(?:nicht (?:beantworten|helfen)|keine Antwort geben)/iu,
	/\bich kann (?:das|dies|dir|Ihnen|diese Frage|Ihre Frage|deine Frage)[^.!?\n]{0,40} nicht (?:beantworten|helfen)/iu,
	/\bje ne (?:peux|puis) pas (?:y )?(?:répondre|(?:vous |t['’])?aider)/iu,
	/\bno puedo (?:responder|contestar|ayudar)/iu,
]

/** Who declines does so at once; further down it is a quotation or a remark on the side. */
const beginning = 200

/** Whether a text says, instead of answering, that whoever wrote it doesn't answer. */
export function refuses(text: string): boolean {
	const said = text.trim().slice(0, beginning)
	return refusals.some((refusal) => refusal.test(said))
}
