import { describe, expect, test } from 'vitest'
import { shortened } from '../../src/rendering/index.ts'
import { escapedPieces, mrkdwnPieces, plainText, toMrkdwn, toSafeMarkdown } from './markdown.ts'

const bare = (text: string) => text.replaceAll('\u200B', '')

describe('Markdown for a markdown block', () => {
	test.each(['<!channel>', '<!here|here>', '<@U0123ABC>', '<#C0123ABC>', '@channel', 'Hi @here!', '<!subteam^S1>'])(
		'mentions nobody, and reads the same: %s',
		(text) => {
			const shown = toSafeMarkdown(text)
			expect(shown).not.toMatch(/<[!@#]|@(?:channel|here)/)
			expect(bare(shown)).toBe(text)
		},
	)

	test.each(['<!DOCTYPE html>', '<!-- a comment -->', 'me@here.example', '**bold** & <b>', 'a < b > c'])(
		'leaves alone what mentions nobody: %s',
		(text) => expect(toSafeMarkdown(text)).toBe(text),
	)

	test('has links for images, and leaves code alone', () => {
		expect(toSafeMarkdown('See ![a cat](https://x.example/cat.png).')).toBe('See [a cat](https://x.example/cat.png).')
		expect(toSafeMarkdown('`vec![1]` and\n\n```\nvec![a](b)\n```')).toBe('`vec![1]` and\n\n```\nvec![a](b)\n```')
	})

	test.each([
		['$\\frac{a}{b} \\le x^2$', 'a/b ≤ x²'],
		['so \\(x_{\\text{AB}}^2\\) is', 'so x\\_AB² is'],
		['Then\n\\[\na &= b \\\\\nc &= d\n\\]\nholds.', 'Then\n\\[\na &= b \\\\\nc &= d\n\\]\nholds.'],
		['Then\n\\[\nx^2 = 4\n\\]\nholds.', 'Then\n\nx² = 4\n\nholds.'],
		['- so\n  $$\n  x^2\n  $$', '- so\n  \n  x²\n'],
		['It costs $5, or $6.', 'It costs $5, or $6.'],
		['`$x^2$` and\n\n```tex\n\\[x^2\\]\n```', '`$x^2$` and\n\n```tex\n\\[x^2\\]\n```'],
		['$\\nonsense{x}$', '$\\nonsense{x}$'],
	])('has formulas that can be read, outside of code: %j', (markdown, shown) =>
		expect(toSafeMarkdown(markdown)).toBe(shown),
	)

	test.each(['`npm i @group/pkg`', '```ts\n@everyone()\nif (a<!b) {}\n<# a comment #>\n```', '~~~\n@here'])(
		'leaves code as it was written, so that it runs: %j',
		(text) => expect(toSafeMarkdown(text)).toBe(text),
	)

	test.each([
		['`<@U1>` and `<!here>`', '`< @U1>` and `< !here>`'],
		['```\n<#C1|x> <!subteam^S1>\n```', '```\n< #C1|x> < !subteam^S1>\n```'],
		['`open <!here>', '`open <\u200B!here>'],
	])('mentions nobody in code either, and shows what it changes there: %j', (text, shown) =>
		expect(toSafeMarkdown(text)).toBe(shown),
	)

	test.each([':tada: 10:30:45 :+1::skin-tone-2: :white_check_mark:', '🎉 👩‍🔬 👍🏽'])(
		'has emoji and their codes as they are: %s',
		(text) => {
			expect(toSafeMarkdown(text)).toBe(text)
			expect(toMrkdwn(text)).toBe(text)
			expect(plainText(text)).toBe(text)
		},
	)

	test('has no characters that turn the text around or that no message can show', () => {
		expect(toSafeMarkdown('a\u202Eb\u2066c\u0000\u001B[31md')).toBe('abc[31md')
	})
})

describe('Markdown as mrkdwn', () => {
	const long = 'since it lasts '.repeat(8).trim()
	test.each([
		['**bold** *italic* ~~gone~~ `code`', '*bold* _italic_ ~gone~ `code`'],
		['[here](https://x.example/?a=1&b=2)', '<https://x.example/?a=1&amp;b=2|here>'],
		['# Heading', '*Heading*'],
		['- one\n- two\n  - three', '• one\n• two\n   • three'],
		['3. three\n4. four', '3. three\n4. four'],
		['> said', '>said'],
		['a < b & c > d', 'a &lt; b &amp; c &gt; d'],
		['<!channel> <@U1> <b>x</b>', '&lt;!channel&gt; &lt;@U1&gt; &lt;b&gt;x&lt;/b&gt;'],
		['[click](javascript:alert)', 'click (javascript:alert)'],
		['![cat](https://x.example/cat.png)', '<https://x.example/cat.png|cat>'],
		['```js\nlet a = 1 < 2\n```', '```\nlet a = 1 &lt; 2\n```'],
		['`<@U1>` @group/pkg\n\n```\n@everyone\n```', '`&lt;@U1&gt;` @\u200Bgroup/pkg\n\n```\n@everyone\n```'],
		['| a | b |\n| - | - |\n| 1 | 22 |', '```\na | b\n--|---\n1 | 22\n```'],
		['| 名前 | b |\n| - | - |\n| あ | 1 |', '```\n名前 | b\n-----|--\nあ   | 1\n```'],
		[`| plan | why |\n| - | - |\n| **A** | ${long} |`, `• plan: *A*\n  • why: ${long}`],
		['- [x] done\n- [ ] not', '• ☑ done\n• ☐ not'],
		['**so** $\\frac{a}{b} \\le x_{\\text{AB}}^2$, `$x^2$`', '*so* a/b ≤ x_AB², `$x^2$`'],
		['**s1:** Add → **104**', '*s1:* Add → *104*'],
	])('%j', (markdown, mrkdwn) => expect(toMrkdwn(markdown)).toBe(mrkdwn))

	test('nested far too deeply, is shown as it was written', () => {
		const deep = '> '.repeat(2_000)
		expect(toMrkdwn(`${deep}x`).replaceAll('&gt;', '>')).toContain('x')
	})

	test('in pieces, counts what escaping adds and cuts no entity', () => {
		const pieces = escapedPieces('&'.repeat(1_000), 300)
		for (const piece of pieces) expect(piece).toMatch(/^(?:&amp;){1,60}$/)
		expect(pieces.join('')).toBe('&amp;'.repeat(1_000))
		for (const piece of mrkdwnPieces('<x> '.repeat(900), 500)) expect(piece.length).toBeLessThanOrEqual(500)
	})
})

test('plain text is shortened between characters, and mentions nobody', () => {
	expect(shortened('a🦔🦔', 4)).toBe('a🦔…')
	expect(shortened('two\nlines', 20)).toBe('two lines')
	expect(plainText('Find $x^2$')).toBe('Find x²')
	expect(plainText('<!here>')).toBe('<\u200B!here>')
})
