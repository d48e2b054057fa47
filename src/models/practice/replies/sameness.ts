import type { ChatRequest } from '../protocol.ts'
import { sectionsOf } from '../roles.ts'
import { sameAnswer } from '../solver/same-answer.ts'
import { isRefusal } from './honesty.ts'

/** Whether two answers come to the same. Two refusals do, whatever they were asked. */
export function samenessReply(request: ChatRequest): { readonly same: boolean } {
	const sections = sectionsOf(request)
	const [first, second] = [sections.get('first-answer') ?? '', sections.get('second-answer') ?? '']
	return { same: (isRefusal(first) && isRefusal(second)) || sameAnswer(first, second) }
}
