import { setTimeout as sleep } from 'node:timers/promises'

/** Finds out whether a part answers; rejects if it doesn't. */
export type HealthCheck = { readonly name: string; readonly ask: () => Promise<unknown> }

/** Says which parts don't answer: none of them when all is well. */
export type Readiness = () => Promise<readonly string[]>

const patienceMs = 2_000

/** Asks every part. One that stays silent is asked once at a time, however often readiness is: it has enough trouble. */
export function createReadiness(checks: readonly HealthCheck[]): Readiness {
	const asked = checks.map(({ name, ask }) => ({ name, answers: oneAtATime(() => answersInTime(ask)) }))
	return async () => {
		const results = await Promise.all(asked.map(async ({ name, answers }) => ((await answers()) ? [] : [name])))
		return results.flat()
	}
}

function oneAtATime(work: () => Promise<boolean>): () => Promise<boolean> {
	let running: Promise<boolean> | null = null
	return () => {
		running ??= work().finally(() => {
			running = null
		})
		return running
	}
}

async function answersInTime(ask: () => Promise<unknown>): Promise<boolean> {
	const answered = ask().then(
		() => true,
		() => false,
	)
	return Promise.race([answered, sleep(patienceMs, false, { ref: false })])
}
