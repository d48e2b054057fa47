import { z } from 'zod'
import type { Progress, StageContext } from '../../core/stage.ts'
import type { Analysis } from '../analyze/stage.ts'

// The evidence comes first, or a model that doesn't think before it writes would choose before it has worked anything out.
const choiceSchema = z.object({ evidence: z.string(), choice: z.enum(['first', 'second', 'neither']) })
type Choice = z.infer<typeof choiceSchema>

/** What the pairwise judge answers in. */
export const choiceReply = { maxOutputTokens: 300, output: { name: 'choice', schema: choiceSchema } }

/** What a judge said of two answers, in both orders. */
export type Chosen = { readonly winner: string | null; readonly evidence: string }

/**
 * Has a judge choose between two answers, in both orders: models favour what they read first, so a choice counts only when both
 * orders agree. Null for the winner where they don't.
 */
export async function* choose(
	left: string,
	right: string,
	analysis: Analysis,
	context: StageContext,
): Progress<Chosen> {
	const [oneWay, otherWay]: readonly (Choice | null)[] = yield* context.parallel([
		(own) => ask(left, right, 'choose-1', analysis, own),
		(own) => ask(right, left, 'choose-2', analysis, own),
	])
	const first = pick(oneWay, left, right)
	const second = pick(otherWay, right, left)
	const winner = first !== null && first === second ? first : null
	const evidence =
		winner === null
			? `A judge who read "${left}" and "${right}" in both orders did not choose the same twice.`
			: `A judge chose "${winner}" in both orders: ${oneWay?.evidence ?? ''}`
	yield { kind: 'checkpoint', sample: 0, method: 'pairwise', passed: winner !== null, content: { evidence } }
	return { winner, evidence }
}

function pick(choice: Choice | null | undefined, first: string, second: string): string | null {
	if (choice?.choice === 'first') return first
	return choice?.choice === 'second' ? second : null
}

async function* ask(
	first: string,
	second: string,
	key: string,
	{ constraints }: Analysis,
	context: StageContext,
): Progress<Choice | null> {
	return yield* context.askReadable({
		key,
		call: 'choose',
		values: {
			question: context.question,
			constraints: constraints.map(({ id, statement }) => `${id}: ${statement}`).join('\n') || 'none',
			first,
			second,
		},
		...choiceReply,
	})
}
