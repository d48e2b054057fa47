import { shortened, toPlainText } from '../../src/rendering/index.ts'

/** Has no width: a text looks the same with it, and isn't obeyed. */
const nothing = '\u200B'

/** Unlike words, these bring a card that people join a server with, or worse, wherever they stand. */
const invite = /(discord(?:app)?)(?=\.(?:gg|gift|new|com\/(?:invite|gifts|template))\b)/i

/** Plain text as Discord Markdown that says the same and does nothing. */
export function escaped(text: string): string {
	return withoutPings(escapedLines(escapedPhrase(text)))
}

/** One small line of plain text; what is too long ends in an ellipsis. */
export function smallLine(text: string, longest: number): string {
	const line = escaped(shortened(shown(text), longest))
	return line === '' ? '' : `-# ${line}`
}

/** Plain text within a line: its marks mean nothing, and addresses in it lead where they say without being unfolded. */
export function escapedPhrase(text: string): string {
	const address = /https?:\/\/[^\s<>`]*[^\s<>.,;:!?)\]}'"*_~`|\\]/gi
	let written = ''
	let from = 0
	for (const { 0: url, index } of text.matchAll(address)) {
		written += withoutMarks(text.slice(from, index)) + addressOf(url)
		from = index + url.length
	}
	return written + withoutMarks(text.slice(from))
}

/** A longer one isn't worth keeping whole in a message. */
const longestAddress = 500

/** An address that can be followed, as it is; an invitation, and whatever Discord doesn't follow, as text. */
export function addressOf(url: string): string {
	if (!/^https?:\/\//i.test(url) || invite.test(url)) return withoutMarks(url)
	const safe = url
		.toWellFormed()
		.replaceAll(/[\s<>\\`|\p{C}]/gu, encodeURIComponent)
		.replaceAll(/@(?=(?:everyone|here)\b)/gi, '%40')
	return safe.length > longestAddress ? withoutMarks(url) : `<${safe}>`
}

/** What begins a heading, a list, a quote or a small line, begins none. */
export function escapedLines(text: string): string {
	return text.replaceAll(/^([ \t]*)(?=[#>+-])/gm, '$1\\').replaceAll(/^([ \t]*\d+)(?=[.)])/gm, '$1\\')
}

/**
 * Code stays as it is, since it is copied and nothing in it is obeyed; a run of backticks that would end it is parted so that nobody
 * sees it.
 */
export function codeText(code: string): string {
	return shown(code).replaceAll(/`(?=`)/g, `\`${nothing}`)
}

/** Nothing of a text that is written in Discord Markdown mentions anybody or invites anywhere, but what is code. */
export function withoutPings(markdown: string): string {
	const codeOrEscaped = /```[\s\S]*?```|\\[\\`]|(`{1,2})(?!`)[^\n]*?(?<!`)\1(?!`)/
	const ping = /(@)(?=(?:everyone|here)\b)|(<)(?=[@#])/
	const either = new RegExp(`${codeOrEscaped.source}|${ping.source}|${invite.source}`, 'gi')
	return markdown.replaceAll(either, (found, _delimiter, at, opening, place) => {
		const isPing = [at, opening, place].some((part) => typeof part === 'string')
		return isPing ? found + nothing : found
	})
}

/** What is never parted when a line is: an escape, a short piece of code, an address. */
export const unparted =
	/\\[!-/:-@[-`{-~]|`[^`\n]{1,400}`(?!`)|``[^\n]{1,400}?``(?!`)|<https?:\/\/[^\s<>]{1,500}>|[\s\S]/gu

/** So that code which is written within a line may stay whole. */
export const longestPhraseOfCode = 300

function withoutMarks(text: string): string {
	return shown(text).replaceAll(/[\\*_~`|<[\]]/g, '\\$&')
}

/** Nothing in a text turns what stands around it, and Discord can take all of it. */
function shown(text: string): string {
	return toPlainText(text).toWellFormed()
}
