import type { Root } from 'hast'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'

const processor = unified().use(remarkParse).use(remarkGfm).use(remarkRehype)

/** Markdown as a tree of elements. HTML in it is no part of the tree. */
export function toTree(markdown: string): Root {
	return processor.runSync(processor.parse(markdown))
}
