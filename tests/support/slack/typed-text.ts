const reference = /<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|![a-z^A-Z0-9]+|https?:\/\/[^>\s]+)(?:\|[^>]*)?>/g

/** What Slack makes of a text that somebody types: all but mentions and links is escaped. */
export function typedText(text: string): string {
	let result = ''
	let end = 0
	for (const match of text.matchAll(reference)) {
		result += escaped(text.slice(end, match.index)) + match[0]
		end = match.index + match[0].length
	}
	return result + escaped(text.slice(end))
}

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
