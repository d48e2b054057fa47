const mostStarts = 8

/**
 * The places in a text where its JSON may be, the likeliest first: the whole text, code fences, then every outermost
 * `{…}`. The last may be unclosed, as in a reply that was cut off.
 */
export function jsonCandidates(text: string): readonly string[] {
	const fenced = [...text.matchAll(/```(?:json)?[^\S\n]*\n([\s\S]*?)(?:```|$)/gi)].map((match) => match[1] ?? '')
	const candidates = [text, ...fenced.slice(0, mostStarts), ...outermostObjects(text)]
	return [...new Set(candidates.map((candidate) => candidate.trim()))].filter((candidate) => candidate !== '')
}

function outermostObjects(text: string): readonly string[] {
	const found: string[] = []
	let start = text.indexOf('{')
	for (let tries = 0; start !== -1 && tries < mostStarts; tries++) {
		const end = endOfObject(text, start)
		found.push(text.slice(start, end ?? undefined))
		start = text.indexOf('{', end ?? start + 1)
	}
	return found
}

/** The position after the brace that closes the object beginning at `start`, or null if none does. */
function endOfObject(text: string, start: number): number | null {
	let depth = 0
	let inString = false
	for (let position = start; position < text.length; position++) {
		const character = text[position]
		if (inString && character === '\\') position++
		else if (character === '"') inString = !inString
		else if (!inString) depth += depthChange(character)
		if (depth === 0) return position + 1
	}
	return null
}

function depthChange(character: string | undefined): number {
	if (character === '{') return 1
	return character === '}' ? -1 : 0
}
