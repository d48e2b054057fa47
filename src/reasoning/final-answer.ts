import { refuses } from '../checks/index.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { Confidence } from '../core/journal.ts'

/** What a run ends in, whichever route it took. */
export type FinalAnswer = { readonly answer: string; readonly confidence: Confidence }

/** An answer as it is given. One that says it is none deserves no confidence, whatever was checked on the way. */
export function finalAnswer(text: string, confidence: Confidence): FinalAnswer {
	const answer = text.trim()
	if (answer === '') throw emptyAnswer()
	return { answer, confidence: refuses(answer) ? 'low' : confidence }
}

/** What people read under an answer whose end is missing. */
const cutOff = '(The answer was too long and was cut off here.)'

/** A text whose end is missing, saying so. */
export function markedAsCut(text: string): string {
	return `${text.trim()}\n\n${cutOff}`
}

/** A model that says nothing has failed, whatever its server reports. */
function emptyAnswer(): ThreadwiseError {
	return new ThreadwiseError('model-malformed', 'The model returned an empty answer.', {
		fix: 'Ask again, or configure another model.',
	})
}
