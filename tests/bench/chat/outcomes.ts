import { setTimeout as sleep } from 'node:timers/promises'

/** What became of questions. */
export type Outcomes = {
	readonly asked: number
	readonly answered: number
	readonly lost: number
	/** Messages beyond the one that each question is answered with. */
	readonly doubled: number
}

/** How a platform shows what became of questions. */
export type Answering<Question, Reply> = {
	/** The messages of the bot that follow a question. */
	repliesTo(question: Question): readonly Reply[]
	/** Whether one is an answer to its end, with what can be done about it under it. */
	isAnswer(reply: Reply): boolean
	/** Resolves when the platform has told all that it has to tell; absent where it waits for nobody. */
	settled?(): Promise<void>
}

const pollMs = 200
/** Whatever comes twice comes within this time after the answer. */
const watchMs = 2_000

/** Waits until every question is answered, or the time is over, and a little longer for what comes twice. */
export async function outcomesOf<Question, Reply>(
	{ repliesTo, isAnswer, settled }: Answering<Question, Reply>,
	asked: readonly Question[],
	limitMs: number,
	signal: AbortSignal,
): Promise<Outcomes> {
	const givenUpAt = performance.now() + limitMs
	const isOpen = (question: Question) => !repliesTo(question).some(isAnswer)
	let open = asked.filter(isOpen)
	while (open.length > 0 && performance.now() < givenUpAt) {
		await sleep(pollMs, undefined, { signal })
		open = open.filter(isOpen)
	}
	await settled?.()
	await sleep(watchMs, undefined, { signal })
	const lost = asked.filter(isOpen).length
	const doubled = asked.reduce((count, question) => count + Math.max(0, repliesTo(question).length - 1), 0)
	return { asked: asked.length, answered: asked.length - lost, lost, doubled }
}

export function isKept({ asked, answered, lost, doubled }: Outcomes): boolean {
	return answered === asked && lost === 0 && doubled === 0
}

type Call = { readonly status: number | null; readonly isDone: boolean }

/** The calls that were refused for their rate and whose purpose was never granted later, whichever attempt that was. */
export function unhandledRefusals<Known extends Call>(
	calls: readonly Known[],
	purposeOf: (call: Known) => string,
): readonly Known[] {
	const unhandled = new Map<string, Known[]>()
	for (const call of calls) {
		const purpose = purposeOf(call)
		if (call.status === 429) unhandled.set(purpose, [...(unhandled.get(purpose) ?? []), call])
		else if (call.isDone) unhandled.delete(purpose)
	}
	return [...unhandled.values()].flat()
}
