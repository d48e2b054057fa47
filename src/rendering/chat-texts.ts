/** What is said in chats around answers. */
export type ChatTexts = {
	readonly help: string
	/** The same where commands work everywhere. */
	readonly helpWithCommands: string
	readonly asks: (name: string) => string
	readonly writeQuestion: (command: string) => string
	/** The question of whoever points at something without a word. */
	readonly whatOfThis: string
	readonly nothingRuns: string
	readonly nothingAnswered: string
	readonly stopping: string
	/** `invite` is the command that invites the bot, as the platform writes it. */
	readonly notAMember: (invite: string) => string
	/** `link` leads to the answer; null where there is none. */
	readonly answeredDirectly: (invite: string, link: string | null) => string
	readonly notRecorded: string
	readonly recordGone: string
	readonly moreInRecord: string
	readonly wholeAnswer: string
	readonly answerAttached: string
	/** What a message is whose answer began in another one. */
	answerPart(part: number, parts: number): string
	/** In a conversation, in the place of what can't be read of it. */
	readonly messagesMissing: string
	readonly chooseStage: string
	readonly page: (page: number, of: number) => string
	readonly back: string
	readonly forward: string
	readonly close: string
	readonly thinking: string
	/** Said where a platform doesn't show the bot what people write. */
	readonly cannotRead: string
	/** Said where an answer can be changed for a time only, before that is over. */
	readonly takesTooLong: string
	/** Said to whoever wants again what somebody wants again already. */
	readonly askedAgainAbove: string
	/** Said before an answer that comes elsewhere than it was asked for. */
	readonly answeredHere: (why: string) => string
	readonly blockedHere: string
	readonly showAnswer: string
	readonly sentDirectly: string
	/** Over the field for what somebody says to a question back. */
	readonly yourReply: string
	readonly notAskedBack: string
	readonly waitsNoMore: string
	readonly promptsTitle: string
	readonly prompts: readonly { readonly title: string; readonly message: string }[]
	readonly home: string
	readonly homeSettings: string
	readonly homeQuestions: string
	readonly noQuestions: string
	readonly settingNames: Readonly<Record<'effort' | 'quiet' | 'directMessages' | 'channels' | 'people', string>>
	readonly yes: string
	readonly no: string
	readonly everywhere: string
	readonly everybody: string
}

export const englishChatTexts: ChatTexts = {
	help: [
		'Mention me with a question, or write to me directly. In a thread where I answered you, no mention is needed.',
		'`/ask`, `/think` (in stages) and `/quick` (at once) ask as well. Commands do not work in threads: write `!think …` or `!quick …` there.',
		'`!think` alone has the last answer thought about harder, `!stop` stops what is being answered, `!help` shows this.',
	].join('\n'),
	helpWithCommands: [
		'Mention me with a question, reply to me, or write to me directly. In a thread where I answered you, no mention is needed.',
		'`/ask`, `/think` (in stages) and `/quick` (at once) ask as well, `/stop` stops what is being answered. `!think …`, `!quick …` and `!stop` do the same as text.',
		'`!think` alone has the last answer thought about harder, `!help` shows this.',
	].join('\n'),
	asks: (name) => `${name} asks:`,
	writeQuestion: (command) => `Write the question after the command, such as: ${command} How much is 6 × 7?`,
	whatOfThis: 'What do you say to this?',
	nothingRuns: 'Nothing is being answered here.',
	stopping: 'Stopping. What there is so far is shown where you asked.',
	nothingAnswered: 'There is no answer here that could be thought about harder.',
	notAMember: (invite) =>
		`I am not in this channel, so I can not answer in it. Write ${invite} here and ask again, or write to me directly.`,
	answeredDirectly: (invite, link) =>
		`I am not in this channel, so the answer comes in our direct messages${link === null ? '' : `: ${link}`}. To have answers here, write ${invite} and ask again.`,
	notRecorded: 'Your question could not be recorded. Ask it again in a moment.',
	recordGone:
		'This record is not there any more. Records are deleted after a time; ask the question again for a new one.',
	moreInRecord: 'More stands in the full record.',
	wholeAnswer: 'The whole answer',
	answerPart: (part, parts) => `Answer, part ${part} of ${parts}`,
	messagesMissing: '(Some messages are missing here.)',
	answerAttached: 'This is the beginning. The whole answer is in the file below.',
	chooseStage: 'Choose a stage',
	page: (page, of) => `${page} of ${of}`,
	back: 'Back',
	forward: 'Next',
	close: 'Close',
	thinking: 'is thinking …',
	cannotRead:
		'I can not read what is written here, only messages that mention me. Mention me, or have an admin turn on the Message Content Intent of the bot.',
	takesTooLong:
		'This takes longer than an answer can be changed here. I am still working on it: it comes as a direct message, if you allow those. Otherwise ask again in a channel that I am in.',
	askedAgainAbove: 'This was asked for already. It is being worked on above, where its answer comes.',
	answeredHere: (why) => `I could not answer where you asked. ${why}`,
	yourReply: 'Your answer',
	notAskedBack: 'Only whoever asked is asked back. Ask a question of your own.',
	waitsNoMore:
		'This does not wait for an answer any more. Look at what has become of it; what you still want to know, ask as a new question.',
	blockedHere:
		'The rules of this server have blocked my answer. *Show answer* has it for you alone, here or as a direct message.',
	showAnswer: 'Show answer',
	sentDirectly: 'The rules of this server block it here, too. It is in your direct messages.',
	promptsTitle: 'Ask something that takes some thought',
	prompts: [
		{
			title: 'Work out a price',
			message:
				'A shop sells 3 notebooks for $4. How much do 21 notebooks cost, and how much change is there from a $50 note?',
		},
		{
			title: 'Weigh two options',
			message:
				'One plan costs $12 a month, the other $120 a year plus $15 once. From which month on is the second cheaper?',
		},
		{
			title: 'Plan a day',
			message: 'I have meetings at 9:00, 10:30 and 14:00, each 45 minutes. Where do two hours of work fit best?',
		},
	],
	home: 'I answer questions step by step: hard ones in six stages that are checked, easy ones at once. Under every answer, you can open how it came about.',
	homeSettings: 'Set in this workspace',
	homeQuestions: 'Your recent questions',
	noQuestions: 'You have not asked anything yet.',
	settingNames: {
		effort: 'How much to think, where a question says nothing else',
		quiet: 'Only the answer, without the stages while they run',
		directMessages: 'Direct messages are answered',
		channels: 'Channels in which questions are answered',
		people: 'People whose questions are answered',
	},
	yes: 'Yes',
	no: 'No',
	everywhere: 'Everywhere',
	everybody: 'Everybody',
}
