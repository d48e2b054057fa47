import type { PromptCase } from './cases.ts'

/** What a model made of a case's prompt. */
export type CaseReply = {
	/** The object, or the text where the prompt is answered in text. */
	readonly value: unknown
	/** What keeps anyone from using the reply, in a sentence; null where nothing does. */
	readonly problem: string | null
	readonly text: string
}

/** Puts the prompt of a case to a model. */
export type AskCase<Reply extends CaseReply> = (asked: PromptCase) => Promise<Reply>

/** What came of a case. */
export type CaseResult<Reply extends CaseReply> = {
	readonly case: PromptCase
	readonly reply: Reply
	/** What doesn't hold, a sentence each. */
	readonly failures: readonly string[]
}

/** Asks for some cases at a time and checks the replies. Gives the results one after the other, in the order of the cases. */
export async function* checkCases<Reply extends CaseReply>(
	cases: readonly PromptCase[],
	ask: AskCase<Reply>,
	concurrency: number,
): AsyncGenerator<CaseResult<Reply>, void, void> {
	const waiting = [...cases]
	const underWay: Promise<CaseResult<Reply>>[] = []
	const startNext = () => {
		const next = waiting.shift()
		if (next === undefined) return
		const result = checkCase(next, ask)
		// Its failure is thrown when it is its turn; until then, it is no unhandled one.
		result.catch(() => {})
		underWay.push(result)
	}
	for (let started = 0; started < concurrency; started++) startNext()
	for (let result = underWay.shift(); result !== undefined; result = underWay.shift()) {
		const done = await result
		startNext()
		yield done
	}
}

async function checkCase<Reply extends CaseReply>(asked: PromptCase, ask: AskCase<Reply>): Promise<CaseResult<Reply>> {
	const reply = await ask(asked)
	return { case: asked, reply, failures: failuresOf(asked, reply) }
}

function failuresOf({ holds }: PromptCase, reply: CaseReply): readonly string[] {
	if (reply.problem !== null) return [reply.problem]
	return holds.flatMap((predicate) => {
		const failure = predicate.failure(reply)
		return failure === null ? [] : [`${predicate.written}: ${failure}`]
	})
}
