import { ThreadwiseError } from '../core/errors.ts'
import type { Confidence } from '../core/journal.ts'

/** What a run ends in, whichever route it took. */
export type FinalAnswer = { readonly answer: string; readonly confidence: Confidence }

/** A model that says nothing has failed, whatever its server reports. */
export function emptyAnswer(): ThreadwiseError {
	return new ThreadwiseError('model-malformed', 'The model returned an empty answer.', {
		fix: 'Ask again, or configure another model.',
	})
}
