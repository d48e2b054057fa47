import { type ContentPart, textContent } from '../core/content.ts'
import { english } from './catalogue.ts'

/** What somebody asks with these words and files. Whoever points at a file, or at what was said before, without a word asks about that. */
export function askedContent(text: string, files: readonly ContentPart[], hasEarlier: boolean): ContentPart[] {
	const pointsAtSomething = hasEarlier || files.length > 0
	return [...textContent(text || (pointsAtSomething ? english.chat.whatOfThis : '')), ...files]
}
