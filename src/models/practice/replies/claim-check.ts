import { type Dice, happens, isForced } from '../mistakes/dice.ts'
import type { Mistake, PracticeOptions } from '../options.ts'
import type { ChatRequest } from '../protocol.ts'
import { sectionsOf } from '../roles.ts'
import { sameAnswer } from '../solver/same-answer.ts'
import { workOut } from './work.ts'

type ClaimCheck = { readonly holds: boolean; readonly evidence: string }

/** The blind verifier: works the objective out from its inputs and holds the claim against that. */
export function claimCheckReply(request: ChatRequest, options: PracticeOptions, dice: Dice): ClaimCheck {
	const sections = sectionsOf(request)
	const claim = sections.get('claimed-result') ?? ''
	const own = workOut(sections).done.at(-1)?.result
	if (own === undefined) return uncheckable
	const isRight = sameAnswer(own, claim)
	const makes = (mistake: Mistake) =>
		((request.seed ?? 0) === 0 && isForced(mistake, sections.get('objective') ?? '', options)) ||
		happens(mistake, dice, options)
	if (isRight && makes('falseAlarm')) return { holds: false, evidence: `${claim} does not follow from the inputs.` }
	if (!isRight && makes('missedSlip')) return { holds: true, evidence: `The inputs give ${claim}.` }
	return isRight
		? { holds: true, evidence: `The inputs give ${own}.` }
		: { holds: false, evidence: `The inputs give ${own}, but the claim says ${claim}.` }
}

/** Who can't work a task out can't confirm what somebody says of it, least of all that there is no result. */
const uncheckable: ClaimCheck = {
	holds: false,
	evidence: "The practice model can't work this out, so it can't confirm the claim.",
}
