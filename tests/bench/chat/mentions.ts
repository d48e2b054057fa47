import { setTimeout as sleep } from 'node:timers/promises'

const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'
/** What every answer says. */
export const expectedResult = '15'
export const names = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve'] as const

/** Who writes where, and to whom. */
export type Meeting<Question> = {
	readonly people: readonly { post(channel: string, text: string): Question }[]
	readonly channels: readonly string[]
	readonly botUserId: string
}

export type Mentions = {
	readonly count: number
	readonly everyMs: number
	/** Called before each, with how many came before it. */
	readonly before?: (index: number) => void
	/** Called when each was written; the next one waits for it. */
	readonly after?: (index: number) => unknown
	readonly signal: AbortSignal
}

/** Somebody mentions the bot in one channel after the other. */
export async function mention<Question>(
	{ people, channels, botUserId }: Meeting<Question>,
	{ count, everyMs, before, after, signal }: Mentions,
): Promise<readonly Question[]> {
	const written: Question[] = []
	for (let index = 0; index < count; index++) {
		before?.(index)
		const [person, channel] = [people[index % people.length], channels[index % channels.length]]
		if (person === undefined || channel === undefined) throw new RangeError('There is nobody, or no channel.')
		written.push(person.post(channel, `<@${botUserId}> ${question}`))
		await after?.(index)
		await sleep(everyMs, undefined, { signal })
	}
	return written
}

/** A platform whose connections can be dropped. */
type Droppable<Call> = { dropNext(call: Call): void; loseNextAnswer(call: Call): void }

/**
 * Has the platform drop the connection of a post once before anything is done and once after, for each of so many questions: whoever
 * is tried again after the first kind is told nothing of the second. Each question meets exactly one of the second.
 */
export function dropConnections<Call>(platform: Droppable<Call>, post: Call, ofEachKind: number): void {
	for (let count = 0; count < ofEachKind; count++) {
		platform.dropNext(post)
		platform.loseNextAnswer(post)
	}
}
