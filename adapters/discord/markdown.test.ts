import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostileText, withoutCode } from '../../tests/support/discord-text.ts'
import { escaped, smallLine } from './escape.ts'
import { piecesOf, toDiscordMarkdown } from './markdown.ts'

const bare = (text: string) => text.replaceAll('\u200B', '')

describe('Markdown for Discord', () => {
	test.each([
		['**bold** *italic* ~~gone~~ `code`', '**bold** *italic* ~~gone~~ `code`'],
		['__bold__ _italic_', '**bold** *italic*'],
		['snake_case_name, a || b || c, 2 * 3 * 4', 'snake\\_case\\_name, a \\|\\| b \\|\\| c, 2 \\* 3 \\* 4'],
		['# One\n\ntext\n\n#### Four **bold**', '# One\ntext\n\n**Four bold**'],
		['- one\n- two\n  - three\n    - four', '- one\n- two\n  - three\n    - four'],
		['3. three\n4. four\n   - five', '3. three\n4. four\n   - five'],
		['- [x] done\n- [ ] not', '- ☑ done\n- ☐ not'],
		['> said\n> > and said', '> said\n> \n> and said'],
		['1\\. no list\n\\# no heading\n\\- no point', '1\\. no list\n\\# no heading\n\\- no point'],
		['a\n-# small', 'a\n\\-# small'],
		['a <b>x</b> <!-- c -->', 'a \\<b>x\\</b> \\<!-- c -->'],
		['---', '———'],
		['See[^1].\n\n[^1]: There.', 'See\\[^1\\].\n\n\\[^1\\]: There.'],
	])('%j', (markdown, shown) => expect(toDiscordMarkdown(markdown)).toBe(shown))

	test.each([
		['[here](https://x.example/?a=1&b=_)', 'here (<https://x.example/?a=1&b=_>)'],
		['https://x.example/a_b.', '<https://x.example/a_b>.'],
		['[https://good.example](https://evil.example)', '<https://good.example> (<https://evil.example>)'],
		['![a cat](https://x.example/cat.png)', 'a cat (<https://x.example/cat.png>)'],
		['[one][1] [two]\n\n[1]: https://x.example', 'one (<https://x.example>) \\[two\\]'],
		['[unused]: https://x.example', '\\[unused\\]: <https://x.example>'],
		['[click](javascript:alert)', 'click (javascript:alert)'],
		['<ada@x.example>', 'ada@x.example'],
		['[x](https://x.example/@here)', 'x (<https://x.example/%40here>)'],
	])('shows where a link leads, and unfolds none: %j', (markdown, shown) =>
		expect(toDiscordMarkdown(markdown)).toBe(shown),
	)

	test.each(['discord.gg/abc', '[join](https://discord.gg/abc)', 'https://discord.com/invite/abc', 'discord.gift/abc'])(
		'invites nobody, and reads the same: %s',
		(markdown) => {
			const shown = toDiscordMarkdown(markdown)
			expect(shown).not.toMatch(/discord\.(?:gg|gift|com)/)
			expect(bare(shown)).toMatch(/discord\.(?:gg|gift|com)/)
		},
	)

	test.each(['@everyone', 'Hi @here!', '<@123>', '<@!123>', '<@&123>', '<#123>', '<id:guide>', '<t:123:R>', '</a:1>'])(
		'mentions nobody, and reads the same: %s',
		(markdown) => {
			for (const shown of [toDiscordMarkdown(markdown), escaped(markdown)]) {
				expect(shown).not.toMatch(/@(?:everyone|here)|<[@#]|(?<!\\)</)
				expect(bare(shown).replaceAll(/[\\<>]/g, '')).toBe(markdown.replaceAll(/[<>]/g, ''))
			}
		},
	)

	test('mentions nobody where parts come together', () => {
		expect(toDiscordMarkdown('@![everyone](x)')).toBe('@\u200Beveryone (x)')
	})

	test('leaves code as it is', () => {
		expect(toDiscordMarkdown('`send("@everyone")` `<@1>`')).toBe('`send("@everyone")` `<@1>`')
		expect(toDiscordMarkdown('```js\nlet a_b = `c` // *x*\n```')).toBe('```js\nlet a_b = `c` // *x*\n```')
		expect(toDiscordMarkdown('``a`b``')).toBe('``a`b``')
	})

	test('keeps fences within fences, other fences, and ones that nothing closes', () => {
		const nested = toDiscordMarkdown('````md\n```js\n1\n```\n````')
		expect(nested).toMatch(/^```md\n[^`]*`\u200B`\u200B`js\n1\n`\u200B`\u200B`\n```$/)
		expect(toDiscordMarkdown('~~~py\nx\n~~~')).toBe('```py\nx\n```')
		expect(toDiscordMarkdown('```py\nx')).toBe('```py\nx\n```')
		expect(toDiscordMarkdown('```')).toBe('```\n \n```')
		expect(toDiscordMarkdown('```js title="a.js"\nx\n```')).toBe('title="a.js"\n```js\nx\n```')
	})

	test('begins code in a list at the beginning of a line', () => {
		expect(toDiscordMarkdown('1. Run\n   ```sh\n   ls\n   ```\n2. Done')).toBe('1. Run\n```sh\nls\n```\n2. Done')
	})

	test('has formulas as text, and as code where they can not be read', () => {
		expect(toDiscordMarkdown('So $x^2 = \\frac{1}{4}$ for $5.')).toBe('So x² = 1/4 for $5.')
		expect(toDiscordMarkdown('$$\n\\begin{aligned}a &= b\\\\ c &= d\\end{aligned}\n$$')).toBe('a = b\nc = d')
		expect(toDiscordMarkdown('$\\nonsense{x}_1$')).toBe('`\\nonsense{x}_1`')
	})

	test('names characters that turn the reading direction, and drops what no message can show', () => {
		expect(toDiscordMarkdown('a\u202Eb\u0000\u001Bc\uD800')).toBe('a\\[U+202E\\]bc\uFFFD')
		expect(toDiscordMarkdown('`a\u202Eb`')).toBe('`a[U+202E]b`')
	})
})

describe('a table', () => {
	test('is aligned, its numbers as it says', () => {
		expect(toDiscordMarkdown('| Item | Price |\n| :--- | ---: |\n| tea | 4 |\n| 咖啡 | 12 |')).toBe(
			'```\nItem | Price\n-----|------\ntea  |     4\n咖啡 |    12\n```',
		)
	})

	test('that is too wide is a list, with every cell under its name', () => {
		const long = 'word '.repeat(20).trim()
		expect(toDiscordMarkdown(`| A | B |\n| - | - |\n| **one** | ${long} |\n| two | |`)).toBe(
			`- A: **one**\n  - B: ${long}\n- A: two`,
		)
	})

	test('of 200 columns loses none of them', () => {
		const names = Array.from({ length: 200 }, (_, column) => `c${column}`)
		const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
		const shown = toDiscordMarkdown([row(names), row(names.map(() => '-')), row(names.map((n) => `v${n}`))].join('\n'))
		expect(names.filter((name) => !shown.includes(`${name}: v${name}`))).toEqual([])
	})

	test('that is too wide names each column, also one in which nothing stands', () => {
		const wide = 'x'.repeat(80)
		expect(toDiscordMarkdown(`| a | b | c | |\n| - | - | - | - |\n| ${wide} | | |\n| 1 | 2 |`)).toBe(
			`- a: ${wide}\n  - c: —\n- a: 1\n  - b: 2`,
		)
	})

	test('that is long has its head over every part', () => {
		const rows = Array.from({ length: 200 }, (_, row) => `| item ${row} | ${row} |`)
		const pieces = piecesOf(toDiscordMarkdown(['| name | n |', '| --- | --- |', ...rows].join('\n')), 2_000)
		expect(pieces.length).toBeGreaterThan(1)
		for (const piece of pieces) expect(piece).toMatch(/^```\nname +\| n/)
		expect(pieces.join('\n').match(/item \d+/g)).toHaveLength(200)
	})
})

test('a small line of plain text is one line', () => {
	expect(smallLine('a\n# *b*', 20)).toBe('-# a # \\*b\\*')
	expect(smallLine('word '.repeat(20), 12)).toBe('-# word word w…')
	expect(smallLine(' ', 12)).toBe('')
})

describe('whatever a model writes', () => {
	test('it mentions nobody, invites nobody and fits', () => {
		fc.assert(
			fc.property(hostileText, (text) => {
				for (const piece of piecesOf(toDiscordMarkdown(text), 2_000)) {
					expect(piece.length).toBeLessThanOrEqual(2_000)
					expect(withoutCode(piece)).not.toMatch(/@(?:everyone|here)\b|<[@#]|discord\.gg/i)
					expect(piece.split('```').length % 2).toBe(1)
					expect(piece.isWellFormed()).toBe(true)
				}
			}),
			{ numRuns: 200 },
		)
	})

	test('no letter is lost, and none changes its place', () => {
		const letters = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, '')
		const word = fc.oneof(
			fc.stringMatching(/^[a-z0-9]{1,8}$/),
			fc.constantFrom('w'.repeat(2_000), '**b**', '*c*', '`d`'),
		)
		const prefix = fc.constantFrom('', '', '# ', '- ', '  - ', '> ', '#### ', '- [ ] ')
		const line = fc
			.tuple(prefix, fc.array(word, { minLength: 1, maxLength: 30 }))
			.map(([mark, words]) => mark + words.join(' '))
		fc.assert(
			fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
				const text = lines.join('\n\n')
				expect(letters(piecesOf(toDiscordMarkdown(text), 2_000).join('\n'))).toBe(letters(text))
			}),
			{ numRuns: 100 },
		)
	})

	test.each([
		['no spaces', 'x'.repeat(60_000)],
		['nothing but marks', '*_~`|>#-[]()<@'.repeat(4_300)],
		['nested quotes', '> '.repeat(20_000)],
		['brackets', '['.repeat(60_000)],
		['unclosed fences', '```js\n'.repeat(10_000)],
		['addresses', 'https://x.example/'.repeat(3_000)],
	])('60,000 characters of %s take less than a moment', (_, text) => {
		const start = performance.now()
		const pieces = piecesOf(toDiscordMarkdown(text), 3_800)
		expect(performance.now() - start).toBeLessThan(3_000)
		for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(3_800)
	})
})
