import fc from 'fast-check'

const nasty = fc.oneof(
	{ weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
	fc.constantFrom(
		...['@everyone', '@here', '<@123>', '<@&123>', '<#123>', 'discord.gg/x', '```', '````', '~~~', '`', '\n', '\n\n'],
		...[
			'<script>',
			'![x](https://evil.example/?q=1)',
			'[a](https://b.example)',
			'\u202E',
			'> ',
			'**',
			'||',
			'- ',
			'1. ',
		],
		...['| a | b |\n| - | - |\n| 1 | 2 |', '$x^2$', '\uD800', '\\', '&lt;@1&gt;', '`@everyone'],
		`|${' cell |'.repeat(200)}\n|${' - |'.repeat(200)}\n|${' 1 |'.repeat(200)}`,
	),
	fc.integer({ min: 1, max: 3_000 }).map((times) => '*'.repeat(times)),
	fc.integer({ min: 1, max: 2_500 }).map((times) => 'w'.repeat(times)),
)
/** What a model may write to make trouble. */
export const hostileText = fc
	.tuple(fc.array(nasty, { maxLength: 40 }), fc.integer({ min: 1, max: 10 }))
	.map(([parts, times]) => parts.join('').repeat(times).slice(0, 60_000))
/** Text in Discord Markdown without what is shown as it stands. */
export const withoutCode = (text: string) =>
	text.replaceAll(/```[\s\S]*?```|\\[\\`]|(`{1,2})(?!`)[^\n]*?(?<!`)\1(?!`)/g, (found) =>
		found.startsWith('\\') ? '\\' : '',
	)
