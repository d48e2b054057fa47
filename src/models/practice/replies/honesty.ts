/** What the practice model says of itself, instead of an answer that it can't work out. */
const howToConnect = 'To connect a real model, run `npm run -s threadwise -- setup`.'

const abilities =
	'arithmetic and small word problems: prices, percentages, speeds, work, ages, schedules, offers, sharing'

/** The honest answer to a question that is outside every family. */
export function cannotAnswer(): string {
	return `I am the practice model and can't answer this: I only work out ${abilities}. ${howToConnect}`
}

/** Whether a text is such an answer, or quotes one. */
export function isRefusal(text: string): boolean {
	return text.includes('I am the practice model')
}

/** A short answer to small talk; undefined if the text is something else. */
export function smallTalk(text: string): string | undefined {
	const bare = text
		.toLowerCase()
		.replace(/[^a-z' ]/g, '')
		.replace(/<@\w+>/g, '')
		.trim()
	if (
		/^(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|howdy|moin)(?: there| all| everyone| bot| threadwise)*$/.test(
			bare,
		)
	) {
		return `Hello! I am the practice model, which works out ${abilities}. ${howToConnect}`
	}
	if (/^(?:many thanks|thanks|thank you|thx|cheers)(?: .{0,30})?$/.test(bare))
		return `You're welcome. I am the practice model; ask me another calculation whenever you like.`
	if (/\b(?:who|what) are you\b|\bwhat can you do\b|\bhow do you work\b|^help$/.test(bare)) {
		return `I am the practice model, a small local program and no real language model. I work out ${abilities}. ${howToConnect}`
	}
	return undefined
}
