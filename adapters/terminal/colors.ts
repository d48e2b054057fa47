import picocolors from 'picocolors'

export type Formatter = ReturnType<typeof picocolors.createColors>

/** Colours where the output shows them, plain text elsewhere. */
export function createFormatter(colored: boolean): Formatter {
	return picocolors.createColors(colored)
}
