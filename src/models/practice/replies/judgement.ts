import type { ChatRequest } from '../protocol.ts'
import { questionOf, sectionsOf } from '../roles.ts'
import { solve } from '../solver/registry.ts'

/** Self-evaluation: works the question out on its own and holds the final result against that. */
export function judgementReply(request: ChatRequest): unknown {
	const sections = sectionsOf(request)
	const own = solve(questionOf(request))?.result
	const final = sections.get('final-result') ?? ''
	const ids = [...(sections.get('constraints') ?? '').matchAll(/^\s*(?:[-*] )?(c\d+)\b/gm)].map(([, id = '']) => id)
	return { checks: ids.map((id) => ({ id, ...verdict(own, final) })) }
}

function verdict(own: string | undefined, final: string): { holds: boolean; evidence: string } {
	if (own === undefined) return { holds: true, evidence: 'Nothing shows that it is violated.' }
	if (own === final) return { holds: true, evidence: `Worked out independently, the question gives ${own} as well.` }
	return {
		holds: false,
		evidence: `Worked out independently, the question gives ${own}, but the result says ${final}.`,
	}
}
