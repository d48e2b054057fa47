/** What a platform's pages tell about the app, before anybody has asked it anything. */
export type AppTexts = {
	/** At most 140 characters. */
	readonly description: string
	/** Between 175 and 4000 characters. */
	readonly longDescription: string
	/** At most 300 characters. */
	readonly agentDescription: string
	readonly commands: Readonly<Record<'ask' | 'think' | 'quick', string>>
	readonly questionHint: string
	/** What a command that asks takes, and the command that stops; at most 100 characters each. */
	readonly questionOption: string
	readonly effortOption: string
	readonly privateOption: string
	readonly stopCommand: string
	/** Its name has at most 24 characters, what it does at most 150. */
	readonly thinkShortcut: { readonly name: string; readonly description: string }
}

export const englishAppTexts: AppTexts = {
	description: 'Answers questions step by step, checks its work, and lets you open the steps.',
	longDescription: [
		'Mention it, write to it directly or use a command.',
		'An easy question is answered at once. A hard one goes through six stages that you can watch: it is understood, split, worked out step by step, solved in other ways, judged, and corrected where a check has failed.',
		'The answer comes first; the record of how it came about is folded under it. You can stop it at any time, have it answer now, or have it think harder.',
	].join('\n\n'),
	agentDescription:
		'Answers easy questions at once, and hard ones in six stages that are checked. The steps are folded under every answer.',
	commands: {
		ask: 'Ask a question; how hard it is decides how it is answered',
		think: 'Ask a question that is worked out in stages and checked',
		quick: 'Ask a question that is answered at once',
	},
	questionHint: '[question]',
	questionOption: 'What you want to know',
	effortOption: 'How much to think; without it, your settings say so',
	privateOption: 'Whether only you can see the answer',
	stopCommand: 'Stops what is being answered for you here',
	thinkShortcut: { name: 'Think about this', description: 'Answers what this message asks, in its thread' },
}
