import { ThreadwiseError } from '../../core/errors.ts'

export type Option<Value> = { readonly value: Value; readonly label: string; readonly hint?: string }

/** Asks a person in front of a terminal. Every question may be left instead of answered: then it throws `setupLeft`. */
export type Prompter = {
	begin(title: string): void
	choose<Value extends string>(question: {
		readonly message: string
		readonly options: readonly Option<Value>[]
		readonly initial?: Value
	}): Promise<Value>
	/** `check` says what is wrong with an answer. */
	ask(question: {
		readonly message: string
		readonly initial?: string
		readonly placeholder?: string
		readonly check?: (answer: string) => string | null
	}): Promise<string>
	/** The same, without showing what is typed. */
	askSecret(question: { readonly message: string; readonly check?: (answer: string) => string | null }): Promise<string>
	confirm(message: string): Promise<boolean>
	say(text: string): void
	/** Shows something that is to be copied, as it is. */
	show(text: string): void
	warn(text: string): void
	end(text: string): void
}

export function setupLeft(): ThreadwiseError {
	return new ThreadwiseError('interrupted', 'Setup was left. Nothing was written.', {
		fix: 'Run it again whenever you like: npm run -s threadwise -- setup',
	})
}
