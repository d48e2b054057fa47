import type { ChatRequest } from '../protocol.ts'
import { sectionsOf } from '../roles.ts'
import { sameAnswer } from '../solver/same-answer.ts'
import { understand } from './understanding.ts'

type Choice = { readonly choice: 'first' | 'second' | 'neither'; readonly evidence: string }

/** The pairwise judge: works the question out and picks the answer that agrees, if one does. */
export function choiceReply(request: ChatRequest): Choice {
	const sections = sectionsOf(request)
	const own = understand(request).program?.result
	if (own === undefined) return { choice: 'neither', evidence: "The practice model can't work this question out." }
	const evidence = `Worked out independently, the question gives ${own}.`
	const agrees = (name: string) => sameAnswer(own, sections.get(name) ?? '')
	if (agrees('first-answer')) return { choice: 'first', evidence }
	return { choice: agrees('second-answer') ? 'second' : 'neither', evidence }
}
