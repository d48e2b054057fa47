import { ThreadwiseError } from '../core/errors.ts'
import type { Confidence } from '../core/journal.ts'

/** What a run ends in, whichever route it took. */
export type FinalAnswer = { readonly answer: string; readonly confidence: Confidence }

/** What people read under an answer whose end is missing. */
const cutOff = '(The answer was too long and was cut off here.)'

/** A text whose end is missing, saying so. */
export function markedAsCut(text: string): string {
	return `${text.trim()}\n\n${cutOff}`
}

/** A model that says nothing has failed, whatever its server reports. */
export function emptyAnswer(): ThreadwiseError {
	return new ThreadwiseError('model-malformed', 'The model returned an empty answer.', {
		fix: 'Ask again, or configure another model.',
	})
}
