import type { ChatRequest } from '../protocol.ts'
import { sectionsOf } from '../roles.ts'
import { sameAnswer } from '../solver/same-answer.ts'
import { understand } from './understanding.ts'

/** Self-evaluation: works the question out on its own and holds the final result against that. */
export function judgementReply(request: ChatRequest): unknown {
	const sections = sectionsOf(request)
	const own = understand(request).program?.result
	const final = sections.get('final-result') ?? ''
	const ids = [...(sections.get('constraints') ?? '').matchAll(/^\s*(?:[-*] )?(c\d+)\b/gm)].map(([, id = '']) => id)
	return { checks: ids.map((id) => ({ id, ...verdict(own, final) })) }
}

function verdict(own: string | undefined, final: string): { holds: boolean; evidence: string } {
	if (own === undefined)
		return {
			holds: true,
			evidence: "Nothing shows that it is violated; the practice model can't work this question out.",
		}
	if (sameAnswer(own, final))
		return { holds: true, evidence: `Worked out independently, the question gives ${own} as well.` }
	return {
		holds: false,
		evidence: `Worked out independently, the question gives ${own}, but the result says ${final}.`,
	}
}
