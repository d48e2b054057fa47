import type { Root } from 'mdast'
import remarkGfm from 'remark-gfm'
import remarkMath from 'remark-math'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { withFormulas } from './formulas.ts'

const parser = unified().use(remarkParse).use(remarkGfm).use(remarkMath, { singleDollarTextMath: false }).freeze()

/**
 * Whatever is longer is better shown as it was written: nobody reads it as a document, and parsing it would keep everybody else waiting
 * (measured: 5 µs for each character, 10 µs in tables).
 */
const longestDocument = 30_000
const mostLines = 3_000

/** Markdown, with formulas, as a tree. Null where parsing it would take too long; throws where the parser can't bear it. */
export function parseMarkdown(markdown: string): Root | null {
	if (!isShort(markdown)) return null
	const marked = withFormulas(markdown)
	return triesPatience(marked) ? null : parser.parse(marked)
}

function isShort(markdown: string): boolean {
	return markdown.length <= longestDocument && occurrences(markdown, /\n/g) <= mostLines
}

function triesPatience(markdown: string): boolean {
	return patienceTesters.some(([pattern, most]) => occurrences(markdown, pattern) > most)
}

/** Texts for which the parser takes time that grows with the square of their length, and how much of that no document has. */
const patienceTesters: readonly (readonly [pattern: RegExp, most: number])[] = [
	[/\]/g, 2_000],
	[/^[ >]*(?:=+|-+)[ \t]*$/gm, 500],
	[/^ {40,}(?:[-*+]|\d+[.)]) /gm, 20],
	[/(?:> ?){60}|(?:[*+-] ){60}/g, 0],
	[/[*_~]+/g, 3_000],
	[/(?:\*+_+){10}|[*~]{40}/g, 20],
	[/`{20}/g, 20],
	[/\$\$/g, 1_000],
]

function occurrences(text: string, pattern: RegExp): number {
	return text.match(pattern)?.length ?? 0
}
