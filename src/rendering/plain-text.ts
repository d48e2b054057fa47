/** Part of a text: as it was written, or the name of a character that turns the reading direction. */
export type TextPart = { readonly text: string; readonly isName: boolean }

/** Every character that turns the reading direction up to some later one, or of its neighbours, so that a text reads otherwise than it is. */
const directions = /([\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069])/

/** The parts of a text, with the names of such characters in their place. */
export function spelledOut(text: string): readonly TextPart[] {
	// Every second part is what the text was split at.
	const parts = text.split(directions).map((part, index) => {
		const isName = index % 2 === 1
		return { text: isName ? `U+${part.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}` : part, isName }
	})
	return parts.filter((part) => part.text !== '')
}

/** The same as one text: `[U+202E]`. */
export function withNamedDirections(text: string): string {
	if (!directions.test(text)) return text
	return spelledOut(text)
		.map((part) => (part.isName ? `[${part.text}]` : part.text))
		.join('')
}

/** Text from outside must not move a cursor, ring a bell or recolour a terminal, nor carry what no page can show. */
export function withoutControls(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be removed.
	return text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '')
}

/** A text that stands as it reads and does nothing. */
export function toPlainText(text: string): string {
	return withNamedDirections(withoutControls(text))
}

/** The beginning of a text, in one line; what is left out is marked. */
export function shortened(text: string, longest: number): string {
	const line = text.replaceAll(/\s+/g, ' ').trim()
	if (line.length <= longest) return line
	const end = /[\uD800-\uDBFF]/.test(line.charAt(longest - 2)) ? longest - 2 : longest - 1
	return `${line.slice(0, end)}…`
}
