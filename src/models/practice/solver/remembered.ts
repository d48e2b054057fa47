/** A pure function of a text that doesn't work the same text out again: one question comes back in many requests. */
export function remembered<Result>(work: (text: string) => Result): (text: string) => Result {
	const known = new Map<string, Result>()
	return (text) => {
		const result = known.has(text) ? (known.get(text) as Result) : work(text)
		known.delete(text)
		known.set(text, result)
		const [oldest] = known.keys()
		if (known.size > mostRemembered && oldest !== undefined) known.delete(oldest)
		return result
	}
}

/** Far more than are worked on at a time. */
const mostRemembered = 500
