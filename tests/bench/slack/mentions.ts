import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalSlack } from '../../support/slack/local-slack.ts'
import type { Written } from '../../support/slack/person.ts'

const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'
/** What every answer says. */
export const expectedResult = '15'

export type Mentions = {
	readonly count: number
	readonly channels: number
	readonly everyMs: number
	/** Called before each, with how many came before it. */
	readonly before: (index: number) => void
	/** Called when each was written. */
	readonly after: (index: number) => void
	readonly signal: AbortSignal
}

/** Somebody mentions the bot in one channel after the other. */
export async function mention(slack: LocalSlack, mentions: Mentions): Promise<readonly Written[]> {
	const { count, everyMs, before, after, signal } = mentions
	const people = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve'].map((name) => slack.person(name))
	const members = people.map(({ id }) => id)
	const channels = Array.from({ length: mentions.channels }, (_, index) =>
		slack.addChannel({ name: `team-${index + 1}`, kind: index % 4 === 3 ? 'private' : 'public', members }),
	)
	const written: Written[] = []
	for (let index = 0; index < count; index++) {
		before(index)
		const [person, channel] = [people[index % people.length], channels[index % channels.length]]
		if (person === undefined || channel === undefined) throw new RangeError('There is nobody, or no channel.')
		written.push(person.post(channel, `<@${slack.botUserId}> ${question}`))
		after(index)
		await sleep(everyMs, undefined, { signal })
	}
	return written
}

/**
 * Has Slack drop the connection of a post once before anything is done and once after, for each of so many questions: whoever is
 * tried again after the first kind is told nothing of the second. Each question meets exactly one of the second.
 */
export function dropConnections(slack: LocalSlack, ofEachKind: number): void {
	for (let count = 0; count < ofEachKind; count++) {
		slack.dropNext('chat.postMessage')
		slack.loseNextAnswer('chat.postMessage')
	}
}
