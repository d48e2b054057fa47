import { createHash } from 'node:crypto'
import { z } from 'zod'

/** What the classifier says of a question. */
export const verdictSchema = z.object({
	level: z.enum(['easy', 'hard']),
	reason: z.string().max(200),
	estimatedSteps: z.number().int().min(1).max(20),
	ambiguous: z.boolean(),
})
export type Verdict = z.infer<typeof verdictSchema>

/** Verdicts of one process, so that the same question isn't classified twice. */
export type VerdictCache = {
	get(key: string): Verdict | null
	set(key: string, verdict: Verdict): void
}

/** Keeps as many verdicts, those that were used last. Only hashes of the keys are kept, so no question stays in it. */
export function createVerdictCache(size = 1_000): VerdictCache {
	const kept = new Map<string, Verdict>()
	const put = (hash: string, verdict: Verdict) => {
		kept.delete(hash)
		kept.set(hash, verdict)
	}
	return {
		get: (key) => {
			const verdict = kept.get(hashOf(key)) ?? null
			if (verdict !== null) put(hashOf(key), verdict)
			return verdict
		},
		set: (key, verdict) => {
			put(hashOf(key), verdict)
			const [oldest] = kept.keys()
			if (kept.size > size && oldest !== undefined) kept.delete(oldest)
		},
	}
}

function hashOf(key: string): string {
	return createHash('sha256').update(key).digest('hex')
}
