import type { Formatter } from './colors.ts'

/** The few marks that stage records use, as terminal styles; everything else is shown as it is. */
export function renderMarkdown(text: string, format: Formatter): string {
	return withoutControls(text)
		.replaceAll(/\*\*([^*]+)\*\*/g, (_, bold: string) => format.bold(bold))
		.replaceAll(/`([^`\n]+)`/g, (_, code: string) => format.cyan(code))
}

/** Text from a model must not move the cursor, ring the bell or recolour the terminal. */
export function withoutControls(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be removed.
	return text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '')
}
