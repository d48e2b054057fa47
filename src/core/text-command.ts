import { noPreferences, type RunPreferences } from './run-preferences.ts'

/** What can be said to the bot as text, wherever the commands of a platform are out of reach. */
export type TextCommand = { readonly name: 'stop' | 'help' | 'think' | 'quick'; readonly rest: string }

/** Null for a text that is none. */
export function readTextCommand(text: string): TextCommand | null {
	const [, name, rest = ''] = /^!(stop|help|think|quick)\b\s*(.*)$/is.exec(text) ?? []
	return name === undefined ? null : { name: name.toLowerCase() as TextCommand['name'], rest }
}

/** How a question is answered that was asked with this command, as text or as one of the platform's own. */
export function preferencesOf(command: string | null): RunPreferences {
	if (command === 'think') return { ...noPreferences, route: 'staged' }
	return command === 'quick' ? { ...noPreferences, route: 'direct' } : noPreferences
}
