import { z } from 'zod'
import type { Progress, StageContext } from '../../core/stage.ts'
import type { Ballot } from './vote.ts'

const samenessSchema = z.object({ same: z.boolean() })
/** What whoever compares two answers answers in. */
export const samenessReply = { maxOutputTokens: 100, output: { name: 'sameness', schema: samenessSchema } }
const mostComparisons = 3
/** The call that compares answers which can't be compared by their text. It is no method. */
export const comparing = 'compare'

/** Ballots that all have a key, and how often a judge was asked for it. */
export type Grouped = { readonly ballots: readonly Ballot[]; readonly comparisons: number }
export const noneGrouped: Grouped = { ballots: [], comparisons: 0 }

/**
 * Adds ballots to those that are grouped already. An answer in free words is compared by a judge with one answer of each group, three
 * times at most in all. What isn't compared, or where no judge is configured, stands for itself.
 */
export async function* groupByJudge(
	{ ballots, comparisons: before }: Grouped,
	added: readonly Ballot[],
	context: StageContext,
): Progress<Grouped> {
	const grouped = [...ballots]
	let comparisons = before
	for (const ballot of added) {
		let key = ballot.key
		for (const other of ballot.key === null ? representativesOf(grouped) : []) {
			if (key !== null || comparisons >= mostComparisons || !context.calls.includes(comparing)) break
			comparisons += 1
			if (yield* saysTheSame(other, ballot, `comparison-${comparisons}`, context)) key = other.key
		}
		// No text has a key with this sign.
		grouped.push({ ...ballot, key: key ?? `#${grouped.length + 1}` })
	}
	return { ballots: grouped, comparisons }
}

/** One of each group that has a vote: what nobody stands for needs no company. */
function representativesOf(ballots: readonly Ballot[]): readonly Ballot[] {
	return [...new Map(ballots.filter(({ weight }) => weight > 0).map((ballot) => [ballot.key, ballot])).values()]
}

async function* saysTheSame(left: Ballot, right: Ballot, key: string, context: StageContext): Progress<boolean> {
	const said: z.infer<typeof samenessSchema> | null = yield* context.askReadable({
		key,
		call: comparing,
		values: { question: context.question, first: left.answer, second: right.answer },
		...samenessReply,
	})
	return said?.same ?? false
}
