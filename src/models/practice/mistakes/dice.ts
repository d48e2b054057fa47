import { chance } from '../chance.ts'
import type { Mistake, PracticeOptions } from '../options.ts'

/** What decides about a mistake: the server's seed and the digest of the request. */
export type Dice = { readonly seed: number; readonly digest: string }

/** Whether a request falls victim to a mistake that is made at a rate. */
export function happens(mistake: Mistake, { seed, digest }: Dice, options: PracticeOptions): boolean {
	return chance(seed, digest, mistake) < options[`${mistake}Rate`]
}

/** Whether a mistake is made for certain where these words stand. */
export function isForced(mistake: Mistake, words: string, options: PracticeOptions): boolean {
	return options[`${mistake}Pattern`]?.test(words) === true
}
