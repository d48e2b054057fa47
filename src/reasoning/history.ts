import { textOf } from '../core/content.ts'
import type { Turn } from '../core/conversation.ts'

/** About 3,000 tokens: enough for the thread of a conversation, small beside any budget. */
const longestHistory = 12_000

/** The turns before a question as a prompt shows them, newest kept when there are too many. */
export function renderHistory(turns: readonly Turn[]): string {
	const lines: string[] = []
	let length = 0
	for (const turn of turns.toReversed()) {
		const line = `${speakerOf(turn)}: ${textOf(turn.content)}`
		length += line.length
		if (length > longestHistory) break
		lines.unshift(line)
	}
	return lines.length === 0 ? '(nothing was said before)' : lines.join('\n')
}

function speakerOf({ author, isOverheard = false }: Turn): string {
	if (author === null) return 'Threadwise (you)'
	return isOverheard ? `${author} (to others, not to you)` : author
}
