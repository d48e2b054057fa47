/** Takes a model's text piece by piece and lets through what is not its private thinking. */
export type ThinkingFilter = {
	push(text: string): string
	/** What was held back and turned out to be text. */
	end(): string
}

const openingTags = ['<think>', '<thinking>']
const closingTags = ['</think>', '</thinking>']

/**
 * Removes `<think>…</think>` blocks, also unclosed ones and tags split over pieces, and blank space before the first
 * word. A tag directly after a backtick stays: there, the text is about the tag.
 */
export function createThinkingFilter(): ThinkingFilter {
	let held = ''
	let isThinking = false
	let lastShown = ''

	function show(text: string): string {
		const shown = lastShown === '' ? text.trimStart() : text
		lastShown = shown.at(-1) ?? lastShown
		return shown
	}

	function next(): string | null {
		const tag = firstTag(held, isThinking ? closingTags : openingTags)
		if (tag === null) return null
		const before = held.slice(0, tag.start)
		const isQuoted = !isThinking && (before.at(-1) ?? lastShown) === '`'
		held = held.slice(tag.end)
		if (isQuoted) return show(before + tag.text)
		const shown = isThinking ? '' : show(before)
		isThinking = !isThinking
		return shown
	}

	function drain(): string {
		let shown = ''
		for (let part = next(); part !== null; part = next()) shown += part
		return shown
	}

	return {
		push(text) {
			held += text
			const shown = drain()
			const keep = lengthOfPossibleTag(held, isThinking ? closingTags : openingTags)
			const rest = held.slice(0, held.length - keep)
			held = held.slice(held.length - keep)
			return isThinking ? shown : shown + show(rest)
		},
		end() {
			const rest = isThinking ? '' : show(held)
			held = ''
			return rest
		},
	}
}

type FoundTag = { readonly text: string; readonly start: number; readonly end: number }

function firstTag(text: string, tags: readonly string[]): FoundTag | null {
	const lowered = asciiLowerCase(text)
	const found = tags.flatMap((tag) => {
		const start = lowered.indexOf(tag)
		return start === -1 ? [] : [{ text: text.slice(start, start + tag.length), start, end: start + tag.length }]
	})
	return found.reduce<FoundTag | null>((first, tag) => (first === null || tag.start < first.start ? tag : first), null)
}

/** How many characters at the end may be the beginning of a tag. */
function lengthOfPossibleTag(text: string, tags: readonly string[]): number {
	const longest = Math.max(...tags.map((tag) => tag.length - 1))
	for (let length = Math.min(longest, text.length); length > 0; length--) {
		const ending = asciiLowerCase(text.slice(-length))
		if (tags.some((tag) => tag.startsWith(ending))) return length
	}
	return 0
}

// `toLowerCase` may change the length of a text (`İ`), and then no position would fit any more.
function asciiLowerCase(text: string): string {
	return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
