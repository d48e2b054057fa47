/** One answer that was found, and what it rests on. */
export type Ballot = {
	readonly answer: string
	/** What equal answers have in common; null where the text doesn't tell. */
	readonly key: string | null
	readonly weight: number
}

/** Answers that say the same. */
export type Group = {
	readonly key: string
	readonly answer: string
	readonly weight: number
	readonly votes: number
}

/** The groups of all ballots that have a key and a weight, the heaviest first; the first to be found wins a tie. */
export function countVotes(ballots: readonly Ballot[]): readonly Group[] {
	const groups = new Map<string, Group>()
	for (const { key, answer, weight } of ballots) {
		if (key === null || weight === 0) continue
		const known = groups.get(key) ?? { key, answer, weight: 0, votes: 0 }
		groups.set(key, { ...known, weight: known.weight + weight, votes: known.votes + 1 })
	}
	return [...groups.values()].toSorted((left, right) => right.weight - left.weight)
}

/** The part of all weight that is for the answer with this key; 1 where nothing has any weight. */
export function voteShareOf(key: string | null, ballots: readonly Ballot[]): number {
	const groups = countVotes(ballots)
	const total = groups.reduce((sum, { weight }) => sum + weight, 0)
	return total === 0 ? 1 : (groups.find((group) => group.key === key)?.weight ?? 0) / total
}

/** How many have come to the answer with this key, each by itself; one that has no weight doesn't count. */
export function votesFor(key: string | null, ballots: readonly Ballot[]): number {
	return countVotes(ballots).find((group) => group.key === key)?.votes ?? 0
}

const surelyLeads = 0.95

/**
 * Whether the heaviest group stays the leader, whoever else were asked: with probability 0.95, by a Beta posterior over its share
 * against that of the group with the most other votes. Four to none are enough, three to one are not (arXiv 2305.11860).
 */
export function leadIsSafe(groups: readonly Pick<Group, 'votes'>[]): boolean {
	const [leader = 0, ...others] = groups.map(({ votes }) => votes)
	const runnerUp = Math.max(0, ...others)
	return probabilityOfLead(leader, runnerUp) >= surelyLeads
}

/**
 * The probability that a share is above one half after so many votes for and against it, from a uniform prior. For whole numbers
 * the Beta distribution's upper half is a sum of binomial terms.
 */
function probabilityOfLead(votesFor: number, votesAgainst: number): number {
	const trials = votesFor + votesAgainst + 1
	let term = 0.5 ** trials
	let sum = 0
	for (let count = 0; count <= votesFor; count++) {
		sum += term
		term *= (trials - count) / (count + 1)
	}
	return sum
}
