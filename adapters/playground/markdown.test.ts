import fc from 'fast-check'
import type { Element, Root, RootContent } from 'hast'
import { describe, expect, test } from 'vitest'
import { toTree } from './markdown.ts'
import { allowedTags, isAllowedAddress } from './page/allowed.ts'

type Tree = Root | RootContent

function textOf(node: Tree): string {
	if (node.type === 'text') return node.value
	return 'children' in node ? node.children.map(textOf).join('') : ''
}

function elementsOf(node: Tree): readonly Extract<RootContent, { type: 'element' }>[] {
	const below = 'children' in node ? node.children.flatMap(elementsOf) : []
	return node.type === 'element' ? [node, ...below] : below
}

const tagsOf = (markdown: string) => elementsOf(toTree(markdown)).map(({ tagName }) => tagName)
const lettersOf = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, '')

/** Marks of every kind, in any order, with words between them. */
const hostileText = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				...['# ', '- ', '1. ', '> ', '```\n', '`', '**', '_', '~~', '|', '\n', '\n\n', '    ', '$$', '$', '\\(', '\\)'],
			),
			fc.constantFrom(
				...[
					'[',
					'](',
					')',
					'![',
					'[^a]',
					'[^a]: ',
					'[a]: b',
					'<',
					'>',
					'<b>',
					'</script>',
					'<!--',
					'-->',
					'&lt;',
					'\\',
				],
			),
			fc.constantFrom(
				...['\u202E', '\u2066', '\u0000', '\uD800', '---\n', '|-|-|\n', 'www.a.b', 'a@b.c', '\\frac{', '}'],
			),
			fc.string({ unit: 'grapheme', maxLength: 12 }),
		),
		{ maxLength: 60 },
	)
	.map((parts) => parts.join(''))

describe('whatever a model writes', () => {
	test('becomes a tree of nothing but what is allowed, with addresses that can only be read', () => {
		fc.assert(
			fc.property(hostileText, (markdown) => {
				for (const { tagName, properties } of elementsOf(toTree(markdown))) {
					expect(allowedTags).toContain(tagName)
					expect(properties).not.toHaveProperty('id')
					expect(properties).not.toHaveProperty('style')
					if (tagName === 'a') expect(isAllowedAddress(properties.href)).toBe(true)
				}
			}),
			{ numRuns: 300 },
		)
	})

	test('keeps its words, in whatever they stand', () => {
		const word = fc.stringMatching(/^[a-z]{3,8}$/).map((letters) => `w${letters}`)
		const around: readonly ((text: string) => string)[] = [
			(text) => `# ${text}`,
			(text) => `- ${text}\n- [x] ${text}`,
			(text) => `> ${text}`,
			(text) => `**${text}** and _${text}_`,
			(text) => `\`${text}\``,
			(text) => `\`\`\`ts\nconst ${text} = 1\n\`\`\``,
			(text) => `| ${text} | b |\n| - | - |\n| c | ${text} |`,
			(text) => `<div class="${text}">\n${text}\n</div>`,
			(text) => `a <b onclick="${text}">${text}</b>`,
			(text) => `<!-- ${text} -->`,
			(text) => `![${text}](http://a.b/c.png)`,
			(text) => `[${text}](javascript:${text})`,
			(text) => `[x]: http://${text}.example "unused"`,
			(text) => `[^1]: ${text} that nobody refers to`,
			(text) => `b[^2]\n\n[^2]: ${text}`,
			(text) => `costs $4 ${text} and $7 ${text}`,
			(text) => `$$ ${text} is never closed`,
			(text) => `\u202E${text}\u2066`,
		]
		fc.assert(
			fc.property(fc.array(fc.tuple(word, fc.constantFrom(...around)), { minLength: 1, maxLength: 8 }), (parts) => {
				const text = textOf(toTree(parts.map(([letters, wrap]) => wrap(letters)).join('\n\n')))
				for (const [letters] of parts) expect(text).toContain(letters)
			}),
		)
	})

	test('keeps every letter of plain text, in its order', () => {
		const plain = fc
			.string({ unit: 'grapheme', maxLength: 200 })
			.filter((text) => !/[[\]`~$&<\\*_:#>|=+.\d-]/.test(text))
		fc.assert(
			fc.property(plain, (text) => {
				expect(lettersOf(textOf(toTree(text))).normalize()).toContain(lettersOf(text).normalize())
			}),
		)
	})
})

describe('HTML', () => {
	test('is the text that it is', () => {
		const markdown = 'a <script>alert(1)</script> b\n\n<img src=x onerror="alert(1)">\n\n<div>\nc\n</div>'
		expect(textOf(toTree(markdown))).toContain('a <script>alert(1)</script> b')
		expect(textOf(toTree(markdown))).toContain('<img src=x onerror="alert(1)">')
		expect(new Set(tagsOf(markdown))).toEqual(new Set(['p', 'pre', 'code', 'span']))
	})
})

describe('addresses', () => {
	test('that would do something are told, not followed', () => {
		const text = textOf(toTree('[click](javascript:alert(1)) [here](/logout) [mail](mailto:a@b.example)'))
		expect(text).toBe('click (javascript:alert(1)) here (/logout) mail')
	})

	test('of images are links', () => {
		expect(tagsOf('![A cat](https://a.example/cat.png)')).toEqual(['p', 'a'])
	})
})

describe('characters that turn the reading direction', () => {
	test('are shown by their names, also in code', () => {
		expect(textOf(toTree('see \u202Egnp.exe'))).toBe('see U+202Egnp.exe')
		expect(textOf(toTree('`a\u2066b`'))).toBe('aU+2066b')
		expect(textOf(toTree('a\u061Cb\u200F'))).toBe('aU+061CbU+200F')
	})
})

describe('formulas', () => {
	const isErrorIn = ({ className }: Element['properties']) =>
		Array.isArray(className) && className.includes('formula-error')
	const formulasOf = (markdown: string) => elementsOf(toTree(markdown)).filter(({ tagName }) => tagName === 'math')

	test.each(['$x^2$', '\\(x^2\\)', '\\[x^2\\]', '$$\nx^2\n$$', '$$x^2$$', 'so \\(a\\) and $b_1$', '1. $$y = 2$$'])(
		'%s',
		(markdown) => {
			expect(formulasOf(markdown).length).toBeGreaterThan(0)
		},
	)

	test.each([
		'It costs $4 and the other $7.',
		'between $5 and US$ 6',
		'`$x^2$` is code, and `\\(x\\)`',
		'```\n$x^2$\n```',
		'a $$ that nothing closes',
		'\\$x^2\\$',
	])('there is none in %s', (markdown) => {
		expect(formulasOf(markdown)).toEqual([])
	})

	test('that stand alone are set apart', () => {
		expect(formulasOf('$$x = 1$$')[0]?.properties.display).toBe('block')
		expect(formulasOf('\\[\nx = 1\n\\]')[0]?.properties.display).toBe('block')
		expect(formulasOf('so \\(x = 1\\)')[0]?.properties.display).toBeUndefined()
	})

	test.each([
		['$$\\href{https://a.example/%20#b_c}{x + 1}$$', 'x+1'],
		['\\(\\href{javascript:alert(1)}{\\text{the label}} + 1\\)', 'the label'],
		['\\(\\url{https://a.example/b_c}\\)', 'https://a.example/b_c'],
		['$$\\htmlClass{button}{y} + \\htmlId{composer}{z}$$', 'y+z'],
		['$$\\htmlStyle{position: fixed}{y} + \\htmlData{a=b}{z}$$', 'y+z'],
		['\\(\\href{&x:y}{z}\\)', '\\href{&x:y}{z}'],
		['$$\\includegraphics[height=1em]{https://a.example/cat.png}$$', '{https://a.example/cat.png}'],
	])('%s links to nothing and carries nothing, and its words stay', (markdown, words) => {
		const tree = toTree(markdown)
		const shown = elementsOf(tree)
		const [formula] = shown.filter(({ tagName, properties }) => tagName === 'mrow' || isErrorIn(properties))
		expect(textOf(formula ?? tree).replaceAll('\u00A0', ' ')).toContain(words)
		for (const { tagName, properties } of shown) {
			expect(tagName).not.toBe('a')
			const said = JSON.stringify(properties)
			for (const hidden of ['a.example', 'javascript', 'button', 'composer', 'fixed'])
				expect(said).not.toContain(hidden)
			for (const name of ['href', 'id', 'style', 'dataA']) expect(properties).not.toHaveProperty(name)
		}
	})

	test('that make no sense are shown as they are', () => {
		expect(textOf(toTree('$\\frac{1$'))).toContain('\\frac{1')
	})
})

describe('headings', () => {
	test('stand under those of the page, and none is left out between two', () => {
		expect(tagsOf('# a\n\n#### b\n\n# c')).toEqual(['h3', 'h4', 'h3'])
	})
})

describe('what nobody reads as a document', () => {
	const long = 200_000
	const fill = (text: string) => text.repeat(Math.ceil(long / text.length)).slice(0, long)
	const columns = (text: string) => `|${`${text}|`.repeat(200)}\n`

	test.each([
		['10,000 lines', Array.from({ length: 10_000 }, (_, index) => `line ${index}`).join('\n')],
		['200,000 characters in paragraphs', fill('Some words of a paragraph.\n\n')],
		['a table of 200 columns', columns('head') + columns('-') + columns('cell').repeat(20)],
		['a long table of 200 columns', columns('head') + columns('-') + columns('cell').repeat(150)],
		...['[', ']', '*a ', 'a**b', '*_', '$$ a ', '$x^2$ ', '> ', '` `` ', 'a\n=\n', '<a ', '[^a] ', '!['].map(
			(mark): [string, string] => [`nothing but ${JSON.stringify(mark)}`, fill(mark)],
		),
	])('stays whole: %s', (_, markdown) => {
		const begun = performance.now()
		const text = textOf(toTree(markdown))
		expect(performance.now() - begun).toBeLessThan(10_000)
		const wanted = lettersOf(markdown.replaceAll('$x^2$', ''))
		if (!markdown.startsWith('$x^2$')) expect(lettersOf(text)).toBe(wanted)
	})
})
